"""Tables as a workbook, one sheet a table: the only module that writes XLSX, for every export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.exports.rows import Sheet, sheets

if TYPE_CHECKING:
    from lineage.trail import Trail

EXACT_DIGITS = 15
"""A spreadsheet keeps 15 digits; a longer amount is written as text so that no fen is lost."""


def write(trail: Trail, path: Path) -> None:
    """Write a trail's tables."""
    write_sheets(sheets(trail), path)


@contextmanager
def new_book(path: Path) -> Iterator[Any]:
    """A workbook in which no text runs, written when the block ends. Raises OSError, as writing any file does."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            yield book
    except FileCreateError as error:  # the library's wrapping of an OSError, which says what is wrong
        raise error.args[0] from None


def write_sheets(tables: Sequence[Sheet], path: Path) -> None:
    """Write tables as sheets: amounts as numbers with two decimals, all else as text that cannot run."""
    with new_book(path) as book:
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        for table in tables:
            _write(book.add_worksheet(table.name[:31]), table, bold, money)


def _write(sheet: Any, table: Sheet, bold: Any, money: Any) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column, bold)
        sheet.set_column(place, place, 30 if column in {"record", "from", "to", "title", "value"} else 16)
    for row, cells in enumerate(table.rows, start=1):
        for place, cell in enumerate(cells):
            if cell is None:
                continue
            if table.columns[place] in table.amounts and len(str(cell).replace(".", "")) <= EXACT_DIGITS:
                sheet.write_number(row, place, Decimal(str(cell)), money)
            elif isinstance(cell, bool):
                sheet.write_boolean(row, place, cell)
            elif isinstance(cell, int):
                sheet.write_number(row, place, cell)
            else:
                sheet.write_string(row, place, str(cell))
