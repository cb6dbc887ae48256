"""Faults of the daily report: figures that nothing on record explains, and a report that has not caught up."""

from __future__ import annotations

from loaders.province.faults.sheet import Sheet, iso
from loaders.province.reports import EXPENDITURE, TIERS, bookings, spending, spending_since
from loaders.province.size import days

LAGGING_MOST = 5


def difference(sheet: Sheet, turn: int) -> None:
    """A report that states more own money, or more expenditure, than any record shows; and one of old figures."""
    if turn < LAGGING_MOST:
        _lagging(sheet)
    place, fen = sheet.county(), sheet.fen()
    sheet.misreported.add(place)
    if turn % 2 == 0:
        sheet.scale_cause(place, "county", "unexplained", -fen)
    else:
        sheet.cause(place, EXPENDITURE, "unexplained", -fen)


def _lagging(sheet: Sheet) -> None:
    """A small county whose report was gathered in April: what was booked and paid since makes the difference."""
    cut_off = days(sheet.size.year, 4, 12)
    rows = spending_since(sheet.made, cut_off)
    place = min((each for each in sheet.quiet_counties() if rows[each]), key=lambda each: int(rows[each]))
    booked, paid = bookings(sheet.made), spending(sheet.made, place)
    late = booked.where((booked.place == place) & (booked.day > cut_off))
    since = paid.where(paid.day > cut_off)
    sheet.reserved.add(place)
    sheet.misreported.add(place)
    sheet.cut_offs[place] = iso(cut_off)
    for tier, word in enumerate(TIERS):
        lines = late.where(late.tier == tier)
        named = [f"indicator:I-{row + 1:08d}" for row in lines.record.tolist()]
        sheet.scale_cause(place, word, "time-lag", int(lines.fen.sum()), *named)
    named = [f"payment:P-{row + 1:08d}" for row in since.record.tolist()]
    sheet.cause(place, EXPENDITURE, "time-lag", int(since.fen.sum()), *named)
