"""Faults of the one-card system: persons paid past it, name lists, sums that differ, a person paid twice."""

from __future__ import annotations

from loaders.province.faults.money import OTHER, POOR
from loaders.province.faults.sheet import Sheet


def _batch(sheet: Sheet, place: int, fen: int, day: str, persons: int) -> str:
    return sheet.add(
        "one_card_batches",
        fen,
        division_code=sheet.places.code[place],
        pay_date=day,
        person_count=str(persons),
        programme="雨露计划",
    )


def _person(sheet: Sheet, batch: str, person: str, fen: int, status: str = "paid") -> str:
    """A person's share of the batch that was added last."""
    return sheet.add(
        "one_card_payments",
        fen,
        batch_id=batch,
        person_id=person,
        month=sheet.rows["one_card_batches"][-1]["pay_date"][:7],
        status=status,
        payee_account=f"6217{int(batch[2:]):08d}{len(sheet.rows['one_card_payments']):05d}",
    )


def _name(sheet: Sheet) -> str:
    """A made person whom nobody else is."""
    return f"HP{len(sheet.rows['one_card_payments']) + 1:015d}"


def _paid(sheet: Sheet, spender: str, fen: int, batch: str, day: str) -> str:
    return sheet.pay(
        spender,
        fen,
        one_card_batch_id=batch,
        payee_kind="person",
        payee_name="一卡通代发专户",
        purpose="到户补贴",
        pay_date=day,
    )


def bypassed(sheet: Sheet, turn: int) -> None:
    """Poverty money to a person or household without a batch. Near miss: other money."""
    kind = "person" if turn % 2 == 0 else "household"
    place, fen = sheet.county(), sheet.fen()
    subject = sheet.pay(
        sheet.spender(place, fen, POOR), fen // 4, payee_kind=kind, payee_name="王某某", purpose="到户补贴"
    )
    sheet.fault(sheet.expect("card/bypassed", subject, place, fen // 4))
    place, fen = sheet.county(), sheet.fen()
    sheet.near_miss("card/bypassed", sheet.pay(sheet.spender(place, fen, OTHER), fen // 4, payee_kind=kind))


def list_to_bank(sheet: Sheet, turn: int) -> None:
    """Poverty money to a firm or agency with a name list. Near miss: roads of 农户, paid to the village."""
    purposes = ("农户补贴名单发放", "委托银行代发", "批量代付到户资金")
    place, fen = sheet.county(), sheet.fen()
    subject = sheet.pay(
        sheet.spender(place, fen, POOR),
        fen // 4,
        payee_kind="agency" if turn % 2 else "enterprise",
        payee_name="农村商业银行",
        purpose=purposes[turn % 3],
    )
    sheet.fault(sheet.expect("card/list-to-bank", subject, place, fen // 4))
    place, fen = sheet.county(), sheet.fen()
    roads = sheet.pay(sheet.spender(place, fen, POOR), fen // 4, purpose="农户道路硬化")
    sheet.near_miss("card/list-to-bank", roads)


def batch_mismatch(sheet: Sheet, turn: int) -> None:
    """A batch that states another sum than was paid in, or whose persons add up to less.

    Near miss: one whose persons' money partly came back."""
    place, fen, day = sheet.county(), sheet.fen(), sheet.day(6, 15)
    paid, gap = fen // 4, 1_776 + turn
    stated = paid + gap if turn % 2 == 0 else paid
    batch = _batch(sheet, place, stated, day, 2)
    _paid(sheet, sheet.spender(place, fen, POOR), paid, batch, day)
    _person(sheet, batch, _name(sheet), paid // 2)
    _person(sheet, batch, _name(sheet), paid - paid // 2 - (gap if turn % 2 else 0))
    sheet.fault(sheet.expect("card/batch-mismatch", batch, place, gap))
    place, fen = sheet.county(), sheet.fen()
    sound = _batch(sheet, place, fen // 4, day, 2)
    _paid(sheet, sheet.spender(place, fen, POOR), fen // 4, sound, day)
    _person(sheet, sound, _name(sheet), fen // 8)
    _person(sheet, sound, _name(sheet), fen // 4 - fen // 8, "returned")
    sheet.near_miss("card/batch-mismatch", sound)


def duplicate_person(sheet: Sheet, turn: int) -> None:
    """The same person, programme and month in two batches. Near miss: paid again after the first came back."""
    place, fen = sheet.county(), sheet.fen()
    person, spender = _name(sheet), sheet.spender(place, fen, POOR)
    _, again = _twice(sheet, spender, fen // 4, person)
    sheet.fault(sheet.expect("card/duplicate-person", again, place, fen // 4))
    place, fen = sheet.county(), sheet.fen()
    person, spender = _name(sheet), sheet.spender(place, fen, POOR)
    _, second = _twice(sheet, spender, fen // 4, person, first_status="returned")
    sheet.near_miss("card/duplicate-person", second)


def _twice(sheet: Sheet, spender: str, fen: int, person: str, first_status: str = "paid") -> list[str]:
    """The person's two payments of one month, in two batches."""
    place = sheet.place_of(spender)
    cards = []
    for day, status in ((sheet.day(7, 4), first_status), (sheet.day(7, 18), "paid")):
        batch = _batch(sheet, place, fen, day, 1)
        _paid(sheet, spender, fen, batch, day)
        cards.append(_person(sheet, batch, person, fen, status))
    return cards


def listed_person(sheet: Sheet, turn: int) -> None:
    """A person on a watch list. Near miss: one whose time on the list was over."""
    place, fen, day = sheet.county(), sheet.fen(), sheet.day(6, 15)
    for since, until, wanted in (("2015-01-01", "", True), ("2012-01-01", "2014-12-31", False)):
        batch, person = _batch(sheet, place, fen // 4, day, 1), _name(sheet)
        _paid(sheet, sheet.spender(place, fen, POOR), fen // 4, batch, day)
        card = _person(sheet, batch, person, fen // 4)
        names = ("deceased", "public-employees", "not-registered")
        sheet.rows["watch_lists"].append(
            {"list": names[turn % 3], "token": person, "name": "", "valid_from": since, "valid_to": until}
        )
        if wanted:
            sheet.fault(sheet.expect("card/listed-person", card, place, fen // 4))
        else:
            sheet.near_miss("card/listed-person", card)
