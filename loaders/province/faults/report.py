"""Faults of the daily report: figures that nothing on record explains."""

from __future__ import annotations

from loaders.province.faults.sheet import Sheet
from loaders.province.reports import EXPENDITURE


def difference(sheet: Sheet, turn: int) -> None:
    """A report that states more own money, or more expenditure, than any record shows."""
    place, fen = sheet.county(), sheet.fen()
    sheet.misreported.add(place)
    if turn % 2 == 0:
        sheet.scale_cause(place, "county", "unexplained", -fen)
    else:
        sheet.cause(place, EXPENDITURE, "unexplained", -fen)
