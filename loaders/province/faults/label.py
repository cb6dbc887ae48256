"""Faults of the poverty flag: absent where it belongs, set where it does not."""

from __future__ import annotations

from loaders.province.faults.money import LISTED, OTHER, Money
from loaders.province.faults.sheet import Sheet
from loaders.province.reports import EXPENDITURE

UNLISTED = Money("2120399")
TICKED = Money("2050204")


def missing(sheet: Sheet, turn: int) -> None:
    """Poverty money booked without the flag: of a listed function, of none, or in an integrated indicator.

    Near miss: other money of a function that is not listed, without the flag."""
    forms = ((LISTED, "false", "false"), (UNLISTED, "", "false"), (UNLISTED, "false", "true"))
    money, flag, integrated = forms[turn % len(forms)]
    place, fen = sheet.county(), sheet.fen()
    bureau = sheet.bureau(place, fen, money, poverty=flag, integrated=integrated)
    sheet.scale_cause(place, "province", "missing-label", -fen, bureau)
    if money is LISTED:
        sheet.pay(sheet.agency(bureau, fen, money), fen // 2)
    else:
        # what the agency pays is poverty money on an indicator that is not in scope
        paid = sheet.pay(sheet.agency(bureau, fen, money, poverty=flag), fen // 2)
        sheet.cause(place, EXPENDITURE, "co-mingled", -(fen // 2), paid)
    sheet.fault(sheet.expect("label/missing", bureau, place, fen))
    fen = sheet.fen()
    plain = sheet.bureau(place, fen, OTHER, poverty="")
    sheet.agency(plain, fen, OTHER)
    sheet.near_miss("label/missing", plain)


def excess(sheet: Sheet, turn: int) -> None:
    """Other money ticked as poverty money, from the county down, or only by the agency. Near miss: integrated."""
    place, fen = sheet.county(), sheet.fen()
    if turn % 2 == 0:
        accused = sheet.bureau(place, fen, OTHER, poverty="true")
        sheet.scale_cause(place, "province", "excess-label", fen, accused)
        spender = sheet.agency(accused, fen, TICKED)
    else:
        spender = accused = sheet.agency(sheet.bureau(place, fen, OTHER), fen, TICKED)
    paid = sheet.pay(spender, fen // 2)
    sheet.cause(place, EXPENDITURE, "co-mingled", fen // 2, paid)
    sheet.fault(sheet.expect("label/excess", accused, place, fen))
    place, fen = sheet.county(), sheet.fen()
    legal = sheet.agency(sheet.bureau(place, fen, OTHER), fen, TICKED, integrated="true")
    sheet.cause(place, EXPENDITURE, "co-mingled", fen // 4, sheet.pay(legal, fen // 4))
    sheet.near_miss("label/excess", legal)
