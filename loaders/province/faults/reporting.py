"""The daily reports and the steps of a province with what was planted in it."""

from __future__ import annotations

from collections.abc import Iterator

from loaders.province.bundle import Row
from loaders.province.faults.sheet import Sheet, iso
from loaders.province.key import yuan_text
from loaders.province.reports import EXPENDITURE, TIERS, Figure, expenditure_by
from loaders.province.size import days

FIGURES: tuple[Figure, ...] = (*(("scale", tier) for tier in TIERS), ("scale", "all"), EXPENDITURE)
MONTH_ENDS = ((7, 31), (8, 31), (9, 30), (10, 31), (11, 30))
"""By the end of July all money has been handed down: from then on only the expenditure of a report grows."""


def report_rows(sheet: Sheet) -> list[Row]:
    """The reports: of the last day for every division that has a figure, the system's less what was planted to make
    it differ; of the month ends before for divisions that nothing was planted in."""
    untouched = sorted(set(sheet.tally.fen) - sheet.touched())
    rows = list(_earlier_rows(sheet, untouched))
    for place in sorted({*sheet.tally.fen, *sheet.caused()}):
        told = {"report_date": sheet.before_last(0), "cut_off_date": sheet.cut_offs.get(place, "")}
        for figure in FIGURES:
            rows.append({**_row(sheet, place, figure, sheet.reported(place, figure)), **told})
    return rows


def _earlier_rows(sheet: Sheet, untouched: list[int]) -> Iterator[Row]:
    for month, day in MONTH_ENDS:
        number = days(sheet.size.year, month, day)
        spent = expenditure_by(sheet.made, number)
        for place in untouched:
            for figure in FIGURES:
                fen = int(spent[place]) if figure == EXPENDITURE else sheet.tally.of(place, figure)
                yield {**_row(sheet, place, figure, fen), "report_date": iso(number)}


def _row(sheet: Sheet, place: int, figure: Figure, fen: int) -> Row:
    code = sheet.places.code[place]
    return {"division_code": code, "measure": figure[0], "tier": figure[1], "amount": yuan_text(fen)}


def step_rows(sheet: Sheet) -> list[Row]:
    """The review of every planted payment that is dated and not planted to lack it."""
    return [
        {"record": f"payment:{row['payment_id']}", "step": "review", "date": row["pay_date"], "office": "业务股"}
        for row in sheet.rows["payments"]
        if row["pay_date"] and row["payment_id"] not in sheet.unreviewed
    ]
