"""Faults of flow: more handed on, paid or received than is booked, paid too early, gone round in a ring."""

from __future__ import annotations

from loaders.province.faults.money import OTHER, POOR
from loaders.province.faults.sheet import Sheet, record
from loaders.province.key import yuan_text


def over_allocated(sheet: Sheet, turn: int) -> None:
    """A bureau, or every other time an allocation, hands on more than it has."""
    place, fen = sheet.county(), sheet.fen()
    excess = fen // 20
    if turn % 2 == 0:
        bureau = sheet.bureau(place, fen, POOR)
        sheet.pay(sheet.agency(bureau, fen + excess, POOR), fen // 4)
        sheet.fault(sheet.expect("flow/over-allocated", bureau, place, excess))
        return
    bureau = sheet.bureau(place, fen, OTHER)
    sheet.agency(bureau, fen, OTHER)
    first = dict(sheet.rows["allocations"].pop())
    sheet.rows["allocations"].append({**first, "amount": yuan_text(fen - excess)})
    sheet.fault(sheet.expect("flow/over-allocated", first["allocation_id"], 0, excess))


def overpaid(sheet: Sheet, turn: int) -> None:
    """An agency pays more than its indicator. Near miss: paid again after a part came back."""
    place, fen = sheet.county(), sheet.fen()
    excess = fen // 25 + turn
    spender = sheet.spender(place, fen, POOR)
    sheet.pay(spender, fen // 2)
    sheet.pay(spender, fen - fen // 2 + excess, pay_date=sheet.day(8, 2))
    sheet.fault(sheet.expect("flow/overpaid", spender, place, excess))
    place, fen = sheet.county(), sheet.fen()
    again = sheet.spender(place, fen, POOR)
    first = sheet.pay(again, fen)
    account = sheet.rows["payments"][-1]["payee_account"]
    sheet.pay(again, -(fen // 4), pay_date=sheet.day(6, 25), reverses=first, payee_account=account)
    sheet.pay(again, fen // 4, pay_date=sheet.day(7, 5))
    sheet.near_miss("flow/overpaid", again)


def under_booked(sheet: Sheet, turn: int) -> None:
    """Less is booked than came."""
    place, fen = sheet.county(), sheet.fen()
    rest = fen // 30 + turn
    number = sheet.document(int(sheet.places.parent[place]))
    bureau = sheet.indicator(place, fen, POOR, superior_doc_no=number)
    sheet.transfer("issue", sheet.source(place, fen + rest, POOR), bureau, place, fen + rest, doc_no=number)
    sheet.booked(bureau, "province", fen)
    sheet.pay(sheet.agency(bureau, fen, POOR), fen // 4)
    sheet.fault(sheet.expect("flow/under-booked", bureau, place, rest))


def paid_before_funded(sheet: Sheet, turn: int) -> None:
    """Paid before the money came. Near miss: paid on the day it came."""
    place, fen = sheet.county(), sheet.fen()
    spender = sheet.spender(place, fen, POOR, date=sheet.day(5, 9))
    sheet.pay(spender, fen // 4, pay_date=sheet.day(5, 2 + turn % 5))
    sheet.pay(spender, fen // 4)
    sheet.fault(sheet.expect("flow/paid-before-funded", spender, place, fen // 4))
    place, fen = sheet.county(), sheet.fen()
    same_day = sheet.spender(place, fen, POOR)
    sheet.pay(same_day, fen // 2, pay_date=sheet.day(4, 20))
    sheet.near_miss("flow/paid-before-funded", same_day)


def cycle(sheet: Sheet, turn: int) -> None:
    """Three indicators of one county hand money round: a, 9/10 of a, 8/10 of a back to the first."""
    place, fen = sheet.county(), sheet.fen()
    bureau = sheet.bureau(place, fen, POOR)
    tenth = fen // 20 + turn
    sizes = (10 * tenth, 9 * tenth, 8 * tenth)
    first = sheet.agency(bureau, fen + sizes[2], POOR)
    last = dict(sheet.rows["transfers"].pop())
    sheet.rows["transfers"].append({**last, "amount": yuan_text(fen)})
    others = [
        sheet.indicator(place, sizes[at], POOR, agency_code=sheet.places.agency(place, 1 + at), date=sheet.day(4, 25))
        for at in (0, 1)
    ]
    ring = [first, *others]
    for at, size in enumerate(sizes):
        sheet.transfer(
            "breakdown",
            ring[at],
            ring[(at + 1) % 3],
            place,
            size,
            issue_date=sheet.day(4, 25 + at),
            receive_date=sheet.day(4, 25 + at),
        )
    sheet.pay(first, fen // 4)
    least = min(record(each) for each in ring)
    sheet.fault(sheet.expect("flow/cycle", least, place, sizes[2]))
    place, fen = sheet.county(), sheet.fen()
    fork = sheet.bureau(place, fen, POOR)
    halves = [sheet.agency(fork, part, POOR) for part in (fen // 4, fen - fen // 4)]
    sheet.near_miss("flow/cycle", min(fork, *halves))
