"""A pack as a workbook: a sheet a table, amounts as numbers in yuan, texts as texts (never formulas)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz.tables import Cell, Table
from viz.words import Words

if TYPE_CHECKING:
    from viz.pack import Pack

# A float holds whole fen exactly as decimal yuan up to here (15 digits); larger amounts are written as text.
_FEN_EXACT = 10**15
_WIDTH_MOST = 60
_NO_MONEY = object()


def write_workbook(made: Pack, path: Path, words: Words) -> None:
    """Writes the pack; the same pack gives the same bytes. Header in row 2 of each sheet, rows from row 3."""
    from lineage.exports.workbook import new_book

    with new_book(path) as book:
        book.set_properties({"title": made.question, "created": datetime(2000, 1, 1)})
        form = {
            "head": book.add_format({"bold": True, "bg_color": "#E6ECF2", "bottom": 1}),
            "title": book.add_format({"bold": True, "font_size": 13}),
            "money": book.add_format({"num_format": "#,##0.00"}),
        }
        for sealed in made.tables:
            note = f"{sealed.table.caption} · {words['standing_' + sealed.standing]}"
            _sheet(book, sealed.table, note, form)
        _sheet(book, made.seals, f"{words['fingerprint']} {made.fingerprint}", form)


def sheet_name(table: Table) -> str:
    """A sheet's name: the table's own name first (the checker finds it by that), then its caption."""
    caption = "".join(" " if sign in "[]:*?/\\'" else sign for sign in table.caption)
    return f"{table.name} {caption}"[:31].strip()


def _sheet(book: Any, table: Table, note: str, form: dict[str, Any]) -> None:
    sheet = book.add_worksheet(sheet_name(table))
    sheet.write_string(0, 0, note, form["title"])
    sheet.freeze_panes(2, 1)
    for number, column in enumerate(table.columns):
        sheet.write_string(1, number, column.label, form["head"])
    money = {number for number, column in enumerate(table.columns) if column.kind == "money"}
    for line, row in enumerate(table.rows):
        for number, cell in enumerate(row):
            _write(sheet, (line + 2, number), cell, form["money"] if number in money else _NO_MONEY)
    for number, column in enumerate(table.columns):
        longest = max([len(column.label) * 2, *(_shown(row[number]) for row in table.rows[:500])])
        sheet.set_column(number, number, min(longest + 2, _WIDTH_MOST))


def _write(sheet: Any, place: tuple[int, int], cell: Cell, money: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(*place, cell)
    elif money is _NO_MONEY:
        sheet.write_number(*place, cell)
    elif abs(cell) < _FEN_EXACT:
        sheet.write_number(*place, cell / 100, money)
    else:
        sign = "-" if cell < 0 else ""
        sheet.write_string(*place, f"{sign}{abs(cell) // 100}.{abs(cell) % 100:02d}")


def _shown(cell: Cell) -> int:
    if isinstance(cell, int):
        return len(str(cell)) + 4
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in cell or "")
