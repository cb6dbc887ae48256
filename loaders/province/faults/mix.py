"""Faults of mixing: poverty and other money in one indicator, and in the payments that are drawn on it.

Three parts to one, and payments in multiples of four fen, so that every payment's parts are whole."""

from __future__ import annotations

from loaders.province.faults.money import OTHER, POOR, Money
from loaders.province.faults.sheet import Sheet
from loaders.province.key import Finding
from loaders.province.reports import EXPENDITURE


def _merged(sheet: Sheet, place: int, parts: tuple[int, int], booked: Money) -> str:
    """A bureau's indicator that got `parts` fen of poverty and of other money; it hands all to one agency."""
    bureau = sheet.indicator(place, sum(parts), booked)
    for fen, money in zip(parts, (POOR, OTHER), strict=True):
        sheet.transfer(
            "issue",
            sheet.source(place, fen, money),
            bureau,
            place,
            fen,
            doc_no=sheet.document(int(sheet.places.parent[place])),
        )
    sheet.booked(bureau, "province", sum(parts))
    return bureau


def _drawn(sheet: Sheet, bureau: str, quarter: int, booked: Money) -> list[tuple[str, int]]:
    """Two payments of the merged money: ids and fen."""
    spender = sheet.agency(bureau, 4 * quarter, booked)
    sizes = (quarter // 4 * 4, quarter // 2 // 4 * 4)
    return [(sheet.pay(spender, fen), fen) for fen in sizes]


def non_poverty_source(sheet: Sheet, turn: int) -> None:
    """A superior indicator of other money merged into a poverty one (勾对)."""
    place, quarter = sheet.county(), sheet.fen() // 4 + turn
    bureau = _merged(sheet, place, (3 * quarter, quarter), POOR)
    sheet.scale_cause(place, "province", "co-mingled", quarter, bureau)
    follows: list[Finding] = []
    for paid, fen in _drawn(sheet, bureau, quarter, POOR):
        sheet.cause(place, EXPENDITURE, "co-mingled", fen // 4, paid)
        follows.append(sheet.expect("mix/payment", paid, place, fen // 4))
    sheet.fault(sheet.expect("mix/non-poverty-source", bureau, place, quarter), *follows)
    _near(sheet)


def payment(sheet: Sheet, turn: int) -> None:
    """Poverty money merged into an indicator of other money, and paid from it."""
    place, quarter = sheet.county(), sheet.fen() // 4 + turn
    bureau = _merged(sheet, place, (3 * quarter, quarter), OTHER)
    sheet.scale_cause(place, "province", "co-mingled", -3 * quarter, bureau)
    for paid, fen in _drawn(sheet, bureau, quarter, OTHER):
        sheet.cause(place, EXPENDITURE, "co-mingled", -(fen - fen // 4), paid)
        sheet.fault(sheet.expect("mix/payment", paid, place, fen // 4))
    _near(sheet)


def _near(sheet: Sheet) -> None:
    """Central and provincial poverty money in one indicator: mixed sources, but all poverty money."""
    place, parts = sheet.county(), (sheet.fen(), sheet.fen())
    bureau = sheet.indicator(place, sum(parts), POOR)
    for fen, money in zip(parts, (POOR, Money(source="province")), strict=True):
        sheet.transfer("issue", sheet.source(place, fen, money), bureau, place, fen)
    sheet.booked(bureau, "province", sum(parts))
    sheet.near_miss("mix/non-poverty-source", bureau)
    sheet.near_miss("mix/payment", sheet.pay(sheet.agency(bureau, sum(parts), POOR), parts[0]))
