"""Delimited text into DuckDB: the engine's own parallel reader where the file is regular, record by record where not.

Invariant: every record of the file becomes a row of the relation or a `Malformed`; none is skipped in silence.
The row number of a record is that of a spreadsheet: a line end inside quotes makes no new row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from lineage.engine import Engine, EngineError, literal
from loaders.headers import clean_header
from loaders.layout import LOOK_ROWS, is_heading, known_words
from loaders.raw import COLUMNS_MOST, Malformed, RawTable, Unreadable
from loaders.text_file import DELIMITERS, TextFile, read_text_file

RECORD_LINES_MOST = 200
"""A record over more lines than this is taken for an unclosed quote."""
RECORDS_AT_ONCE = 50_000
csv.field_size_limit(16 << 20)


def read_delimited(
    engine: Engine, path: Path, relation: str, folder: Path, words: frozenset[str] = frozenset()
) -> tuple[RawTable, TextFile]:
    """One text file as one raw table. `folder` takes a UTF-8 copy where one is needed, `words` are a profile's headers.

    Without headers in the answer, the heading is still to be found among the rows. Raises Unreadable.
    """
    text = read_text_file(path, folder)
    head, *below = _first_lines(text.path)
    delimiter = _delimiter(head)
    headers = tuple(clean_header(cell) for cell in next(csv.reader([head], delimiter=delimiter), []))
    if len(headers) > COLUMNS_MOST:
        raise Unreadable(
            f"{path.name}: found {len(headers):,} columns, expected at most {COLUMNS_MOST:,}", "is it the right file?"
        )
    regular = text.regular and len(headers) > 1 and text.is_even(delimiter, len(headers))
    if (
        regular
        and not _is_title([head, *below], delimiter, known_words() | words)
        and _read_fast(engine, text.path, relation, (len(headers), delimiter))
    ):
        tight = text.tight and delimiter != "\t"
        return RawTable(relation, headers, path.name, tight=tight, clean=text.clean), text
    malformed = _read_records(engine, text.path, relation, delimiter)
    return RawTable(
        relation, (), path.name, row_sql="_row", clean=text.clean, malformed=malformed, headings_row=0
    ), text


def _first_lines(path: Path) -> list[str]:
    """The first lines of the file that are not blank, without their line ends; at least one, perhaps empty."""
    lines: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(1000):
            line = file.readline(1 << 20)
            if line.strip("\r\n ,\t|;"):
                lines.append(line.rstrip("\r\n"))
            if not line or len(lines) >= LOOK_ROWS:
                break
    return lines or [""]


def _is_title(lines: list[str], delimiter: str, known: frozenset[str]) -> bool:
    """Whether the first line is no heading while a later one is."""
    heads = [is_heading(cells, known) for cells in csv.reader(lines, delimiter=delimiter)]
    return not heads[0] and any(heads)


def _delimiter(line: str) -> str:
    """The delimiter that cuts the heading into most cells; the comma where none does."""
    return max(DELIMITERS, key=lambda one: (len(next(csv.reader([line], delimiter=one), [])), one == ","))


def _read_fast(engine: Engine, path: Path, relation: str, shape: tuple[int, str]) -> bool:
    """DuckDB's reader, strict; False where a record has fewer cells than the heading. (One empty one more passes.)"""
    width, delimiter = shape
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
    try:
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT * FROM read_csv("
            f"{literal(path)}, columns = {{{columns}}}, "
            f"header = true, auto_detect = false, delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
            f"strict_mode = true, max_line_size = {4 << 20})"
        )
    except EngineError:
        return False
    return True


def _read_records(engine: Engine, path: Path, relation: str, delimiter: str) -> tuple[Malformed, ...]:
    """All records of a file of irregular form, the heading among them, into a relation with `_row`."""
    malformed: list[Malformed] = []
    width, created = 0, False
    with path.open(encoding="utf-8-sig", newline="") as file:
        for records in _batches(_records(file, delimiter, malformed)):
            widest = max(len(cells) for _, cells in records)
            if widest > COLUMNS_MOST:
                raise Unreadable(f"{path.name}: found a record of {widest:,} cells, expected at most {COLUMNS_MOST:,}")
            if not created:
                width, created = widest, True
                _create(engine, relation, width)
            for index in range(width, widest):
                engine.execute(f"ALTER TABLE {relation} ADD COLUMN c{index} VARCHAR")
            width = max(width, widest)
            insert_cells(engine, relation, records, width)
    if not created:
        _create(engine, relation, 1)
    return tuple(malformed)


def _create(engine: Engine, relation: str, width: int) -> None:
    columns = ", ".join(f"c{index} VARCHAR" for index in range(width))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {relation} (_row BIGINT, _cells INTEGER, {columns})")


def insert_cells(engine: Engine, relation: str, records: list[tuple[int, list[str | None]]], width: int) -> None:
    """Append numbered records of at most `width` cells to a relation `(_row, _cells, c0 …)`."""
    columns: list[list[str | None]] = [[None] * len(records) for _ in range(width)]
    for position, (_, cells) in enumerate(records):
        for index, cell in enumerate(cells):
            if cell:
                columns[index][position] = cell
    arrays = [
        pa.array([number for number, _ in records], pa.int64()),
        pa.array([len(cells) for _, cells in records], pa.int32()),
        *(pa.array(one, pa.string()) for one in columns),
    ]
    cells_read = pa.Table.from_arrays(arrays, names=["_row", "_cells", *(f"c{index}" for index in range(width))])
    engine.register("cells_read", cells_read)
    engine.execute(f"INSERT INTO {relation} SELECT * FROM cells_read")
    engine.unregister("cells_read")


def _batches(records: Iterator[tuple[int, list[str | None]]]) -> Iterator[list[tuple[int, list[str | None]]]]:
    batch: list[tuple[int, list[str | None]]] = []
    for record in records:
        batch.append(record)
        if len(batch) >= RECORDS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


class _Lines:
    """Lines of a file with push-back, counting what the record in hand has taken."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= RECORD_LINES_MOST:
            raise csv.Error("unclosed quote")
        line = self._again.popleft() if self._again else self._file.readline()
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """Return all lines of the record in hand but its first."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(file: TextIO, delimiter: str, malformed: list[Malformed]) -> Iterator[tuple[int, list[str | None]]]:
    """Numbered records. A record the quotes of which make no sense is taken line by line, its quotes as text."""
    lines = _Lines(file)
    number = 0
    while True:
        lines.taken.clear()
        try:
            cells = next(csv.reader(lines, delimiter=delimiter, strict=True), None)
        except csv.Error:
            lines.give_back()
            cells = None
            if lines.taken:
                number += 1
                stray = _stray(lines.taken[0], delimiter)
                if stray is None:
                    line = lines.taken[0].rstrip("\r\n")
                    malformed.append(Malformed(number, line, "unclosed-quote", tuple(line.split(delimiter))))
                else:
                    yield number, stray
                continue
        if cells is None:
            return
        number += 1
        if any(cells):
            yield number, list(cells)


def _stray(line: str, delimiter: str) -> list[str | None] | None:
    """A line with stray quotes as cells, or None where a cell opens a quote and never closes it."""
    cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
    if any(cell.startswith('"') != (len(cell) > 1 and cell.endswith('"')) for cell in cells):
        return None
    return [cell[1:-1].replace('""', '"') if cell.startswith('"') else cell for cell in cells]
