"""The part of reading a workbook that runs in a process of its own, with its memory limited.

Workbooks are programs' formats: a hostile or broken one can exhaust memory or crash the parser, and then it is this
process that ends. `python -m loaders.sheets FILE FOLDER` writes each sheet's cells as Parquet into the folder and
prints what it found as JSON. Invariant: every filled row of a sheet is a row of its Parquet file.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from loaders.layout import LOOK_ROWS, TITLE_ROWS_MOST, Block, Row, blocks, is_foot, is_heading, is_word, known_words
from loaders.raw import COLUMNS_MOST, SPOILT

MEMORY_BYTES = 4 << 30
CELLS_MOST = 60_000_000
ROWS_AT_ONCE = 20_000
DIGITS_KEPT = 10**15
"""Excel keeps 15 digits of a number: from here on it has changed what was typed."""


def main(file: str, folder: str) -> int:
    """Read a workbook; 3 and a message where it cannot be read."""
    _limit_memory()
    words = frozenset(json.load(sys.stdin))
    answer: dict[str, Any]
    try:
        answer = {"sheets": list(_sheets(file, Path(folder), words))}
    except MemoryError:
        answer = {"error": "memory"}
    except Exception as error:  # a parser may raise anything over a broken file; the reader of the answer says what
        kind = type(error).__name__
        answer = {"error": "password" if "assword" in kind or "assword" in str(error) else f"{kind}: {error}"[:300]}
    json.dump(answer, sys.stdout, ensure_ascii=False)
    return 3 if "error" in answer else 0


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # no such limit on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _sheets(file: str, folder: Path, words: frozenset[str]) -> Iterator[dict[str, Any]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with CalamineWorkbook.from_path(file) as workbook:
        for number, one in enumerate(workbook.sheets_metadata):
            if one.typ not in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet):
                continue  # a chart or a dialogue has no cells
            name = one.name
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is None or sheet.end is None:
                continue
            if sheet.end[1] >= COLUMNS_MOST or (sheet.end[0] + 1) * (sheet.end[1] + 1) > CELLS_MOST:
                raise ValueError(f"sheet {name} spans {sheet.end[0] + 1:,} rows by {sheet.end[1] + 1:,} columns")
            rows = _filled_rows(sheet)
            target = folder / f"{number}.parquet"
            found = _write(rows, target, words | known_words())
            found["blocks"] = [_block(one) for one in found["blocks"]]
            hidden = one.visible != SheetVisibleEnum.Visible
            yield {"name": name, "hidden": hidden, "file": str(target), **found}


def _block(block: Block) -> dict[str, Any]:
    return {"headers": list(block.headers), "headings_row": block.headings_row, "first": block.first,
            "last": block.last, "title": block.title, "left": block.left}  # fmt: skip


def _filled_rows(sheet: Any) -> Iterator[tuple[int, list[str | None]]]:
    """Rows with anything in them, numbered from 1, their cells as text; cells merged downwards repeat their text."""
    first_column = sheet.start[1]  # rows are given from the first of the sheet, cells from the first filled column
    fill: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom > top and (bottom - top) * (right - left + 1) < 10_000:
            place = left - first_column
            fill.update({(row, place): (top, place) for row in range(top + 1, bottom + 1)})
    kept: dict[tuple[int, int], str | None] = {}
    sources = set(fill.values())
    for row, cells in enumerate(sheet.iter_rows()):
        texts = [cell_text(cell) for cell in cells]
        if any(texts):
            for column in range(len(texts)):
                place = (row, column)
                if place in sources:
                    kept[place] = texts[column] if isinstance(cells[column], str) else None
                elif place in fill and texts[column] is None:
                    texts[column] = kept.get(fill[place])
            yield row + 1, texts


def cell_text(cell: Any) -> str | None:
    """A cell as text: numbers by the 15 digits Excel keeps, longer ones marked as spoilt, dates in ISO."""
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return None if cell is None else str(cell)


def _number(value: int | float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return "#NUM!"
    if abs(value) >= DIGITS_KEPT:
        return SPOILT + str(int(value))
    if float(value).is_integer():
        return str(int(value))
    text = f"{value:.15g}"
    return f"{value:.20f}".rstrip("0") if "e" in text else text


def _write(rows: Iterator[tuple[int, list[str | None]]], target: Path, known: frozenset[str]) -> dict[str, Any]:
    """Write the rows in pieces, and find the tables among them; notes at the foot of a table are left out and named."""
    heads: dict[int, Sequence[str | None]] = {}
    recent: deque[Row] = deque(maxlen=TITLE_ROWS_MOST + 1)
    foot: list[str] = []
    batch: list[tuple[int, list[str | None]]] = []
    writer: Any = None
    width = last = 0
    after = -1
    begun = False
    for number, cells in rows:
        width, last = max(width, len(cells)), number
        if _may_be_heading(cells, known):
            heads |= dict(recent)
            after, begun = number + 1, False
            heads[number] = cells
        elif len(heads) < LOOK_ROWS or number == after:
            heads[number] = cells
        recent.append((number, cells))
        if after > 0 and is_foot(cells, begun=begun):
            begun = True
            foot.append(f"{number}: {' '.join(cell for cell in cells if cell)}"[:120])
            continue
        batch.append((number, cells))
        if len(batch) >= ROWS_AT_ONCE:
            writer = _append(writer, target, batch, width)
            batch = []
    writer = _append(writer, target, batch, width)
    writer.close()
    return {"blocks": blocks(sorted(heads.items()), last, known), "foot": foot, "width": width}


def _may_be_heading(cells: Sequence[str | None], known: frozenset[str]) -> bool:
    """A cheap look at the first filled cells before the whole row is judged: it is done for every row."""
    begin = [cell for cell in cells[:4] if cell]
    return any(_is_word(cell, known) for cell in begin) and is_heading(cells, known)


@lru_cache(maxsize=4096)
def _is_word(cell: str, known: frozenset[str]) -> bool:
    return is_word(cell, known)


def _append(writer: Any, target: Path, rows: list[tuple[int, list[str | None]]], width: int) -> Any:
    columns: list[list[str | None]] = [[None] * len(rows) for _ in range(width)]
    for position, (_, cells) in enumerate(rows):
        for place, cell in enumerate(cells):
            columns[place][position] = cell
    arrays = [pa.array([number for number, _ in rows], pa.int64()), *(pa.array(one, pa.string()) for one in columns)]
    table = pa.Table.from_arrays(arrays, names=["_row", *(f"c{place}" for place in range(width))])
    writer = writer or pq.ParquetWriter(target, table.schema, compression="snappy")
    writer.write_table(table)
    return writer


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
