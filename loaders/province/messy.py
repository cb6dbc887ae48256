"""A bundle as people really have it: a workbook with titles, Chinese headers and 万元, GB18030 files, older feeds.

Every form says the same as the bundle it is made from; loaded back it must give the same ledger rows. They are
for tests and the tour, written row by row: for provinces of some ten thousand payments, not for millions.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from lineage.schema import TABLES, Column, ColumnType, Table
from loaders.labels import labels

IN_WAN = frozenset({"allocations", "transfers", "indicators", "daily_reports"})
"""Tables of the budget side: their amounts are told in 万元."""
Row = Mapping[str, str]


def read_table(bundle: Path, table: str) -> list[dict[str, str]]:
    """The rows of one table of a bundle, as text. Raises OSError."""
    with (bundle / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_gb18030(bundle: Path, folder: Path) -> tuple[Path, ...]:
    """The tables that have rows as GB18030 files with Chinese names, headers, labels and dates; the files' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write_gb18030(table, rows, folder / f"{table.zh}.csv") for table, rows in _filled(bundle))


def _write_gb18030(table: Table, rows: list[dict[str, str]], path: Path) -> Path:
    used = _used_columns(table, rows)
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_header(table, column) for column in used)
        for row in rows:
            writer.writerow(_spoken(table, column, row[column.name]) for column in used)
    return path


def write_workbook(bundle: Path, path: Path) -> Path:
    """One workbook with a sheet a table: a title, a line that names the unit, headers, rows; ids are text."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for table, rows in _filled(bundle):
            sheet = book.add_worksheet(table.zh)
            used = _used_columns(table, rows)
            sheet.write_string(0, 0, f"河南省{table.zh}表")
            sheet.write_string(1, 0, "单位：万元" if table.name in IN_WAN else "单位：元")
            for at, column in enumerate(used):
                sheet.write_string(2, at, column.zh)
            for number, row in enumerate(rows, start=3):
                for at, column in enumerate(used):
                    _write_cell(sheet, (number, at), _cell(table, column, row[column.name]), day)
    return path


def _write_cell(sheet: object, place: tuple[int, int], value: str | float | date | None, day: object) -> None:
    if isinstance(value, date):
        sheet.write_datetime(*place, value, day)  # type: ignore[attr-defined]
    elif isinstance(value, float):
        sheet.write_number(*place, value)  # type: ignore[attr-defined]
    elif value:
        sheet.write_string(*place, value)  # type: ignore[attr-defined]


def _filled(bundle: Path) -> Iterator[tuple[Table, list[dict[str, str]]]]:
    for table in TABLES:
        rows = read_table(bundle, table.name)
        if rows:
            yield table, rows


def _used_columns(table: Table, rows: list[dict[str, str]]) -> tuple[Column, ...]:
    """The columns in which any row has something; offices do not send empty ones."""
    return tuple(column for column in table.columns if any(row[column.name] for row in rows))


def _header(table: Table, column: Column) -> str:
    if column.type is ColumnType.MONEY:
        return f"{column.zh}（{'万元' if table.name in IN_WAN else '元'}）"
    return column.zh


def _spoken(table: Table, column: Column, text: str) -> str:
    """A value as an office writes it in a file."""
    if not text:
        return ""
    if column.type is ColumnType.MONEY:
        return wan(text) if table.name in IN_WAN else grouped(text)
    if column.type is ColumnType.DATE:
        year, month, day = text.split("-")
        return f"{year}年{int(month)}月{int(day)}日"
    return _labelled(table, column, text)


def _cell(table: Table, column: Column, text: str) -> str | float | date | None:
    """A value as it stands in a workbook: amounts are numbers, dates are dates, the rest is text."""
    if not text:
        return None
    if column.type is ColumnType.MONEY:
        return float(wan(text) if table.name in IN_WAN else text)
    if column.type in (ColumnType.COUNT, ColumnType.YEAR):
        return float(text)
    return date.fromisoformat(text) if column.type is ColumnType.DATE else _labelled(table, column, text)


def _labelled(table: Table, column: Column, text: str) -> str:
    if column.type is ColumnType.FLAG:
        return "是" if text == "true" else "否"
    return _labels_of(table.name, column.name).get(text, text) if column.choices else text


@cache
def _labels_of(table: str, column: str) -> Mapping[str, str]:
    """The first Chinese label of each code."""
    found: dict[str, str] = {}
    for label, code in labels(table, column).items():
        if not label.isascii():
            found.setdefault(code, label)
    return MappingProxyType(found)


def wan(yuan: str) -> str:
    """Yuan with two decimals as 万元 with six: 724140.93 is 72.414093."""
    sign, digits = ("-", yuan[1:]) if yuan.startswith("-") else ("", yuan)
    padded = digits.replace(".", "").rjust(7, "0")
    return f"{sign}{padded[:-6]}.{padded[-6:]}"


def grouped(yuan: str) -> str:
    """Yuan with thousands separators."""
    whole, _, part = yuan.partition(".")
    return f"{int(whole):,}.{part}" if not whole.startswith("-0") else yuan
