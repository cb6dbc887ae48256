"""Part of `verify`: what lies in the files of batches is what their manifests say, in rows, fen and keys.

Small files are read once: the bytes that were hashed are decoded, many files at a time become one table, and that is
counted here and held against the checkpoints afterwards. A query a file would cost several times as much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from pyarrow import parquet

from lineage import engine
from lineage.errors import Problem
from lineage.ledger import layers, quarantine
from lineage.ledger.covering import COPIED_BYTES_MOST
from lineage.ledger.manifest import Manifest, StoredFile
from lineage.schema import BY_NAME

SMALL_BYTES = COPIED_BYTES_MOST
"""Files beyond are not taken into memory, nor are they in checkpoints: the engine reads them where they lie."""
_FILE = "_file_number"
_Group = tuple[str, tuple[str, ...]]
_Named = tuple[Manifest, StoredFile]


@dataclass(slots=True)
class Contents:
    """The files of some batches by table and columns: bytes of the small ones, the large ones by name alone; mutable.

    `tables` are the small ones' rows, once they were decoded.
    """

    small: dict[_Group, list[tuple[Manifest, StoredFile, bytes]]] = field(default_factory=dict)
    large: dict[_Group, list[_Named]] = field(default_factory=dict)
    tables: dict[_Group, pyarrow.Table] = field(default_factory=dict)

    def add(self, made: Manifest, stored: StoredFile, content: bytes | None) -> None:
        """A file whose hash is right; without its bytes where it is large."""
        group = stored.table, stored.columns
        if content is None:
            self.large.setdefault(group, []).append((made, stored))
        else:
            self.small.setdefault(group, []).append((made, stored, content))


def problems(on: engine.Engine, ledger: Path, contents: Contents) -> Iterator[Problem]:
    """What is wrong in files of some batches; their small files are decoded on the way."""
    for group, held in contents.small.items():
        yield from _small(on, contents, group, held)
    for group, named in contents.large.items():
        yield from _large(on, ledger, group, named)


def _small(
    on: engine.Engine, contents: Contents, group: _Group, held: Sequence[tuple[Manifest, StoredFile, bytes]]
) -> Iterator[Problem]:
    decoded: list[pyarrow.Table] = []
    for made, stored, content in held:
        try:
            decoded.append(_decoded(content, stored.columns))
        except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
            yield _unreadable(made, stored, error)
            return
    try:
        rows = pyarrow.concat_tables(decoded, promote_options="default").combine_chunks()
    except pyarrow.ArrowException as error:
        yield _unreadable(held[0][0], held[0][1], error)
        return
    contents.tables[group] = rows
    counts = np.array([one.num_rows for one in decoded])
    numbers = pyarrow.array(np.repeat(np.arange(len(held)), counts))
    counted = pyarrow.table({name: _column(rows, name) for name in ("amount_fen", *_key(group[0]))} | {_FILE: numbers})
    on.register("stored_rows", counted)
    try:
        found = _counted(on, group, _FILE, "stored_rows")
    except engine.EngineError as error:
        yield _unreadable(held[0][0], held[0][1], error)
        return
    for number, (made, stored, _) in enumerate(held):
        yield from _file(made, stored, *found.get(str(number), (0, 0, 0)))


def _column(rows: pyarrow.Table, name: str) -> Any:
    return rows[name] if name in rows.column_names else pyarrow.nulls(rows.num_rows)


def _decoded(content: bytes, columns: Sequence[str]) -> pyarrow.Table:
    """The rows of a file; columns that it says hold nothing are left out, for decoding them takes most of the time.

    What a file says of itself is part of the bytes that the manifest's hash covers. Raises ValueError for other columns
    than the manifest's.
    """
    file = parquet.ParquetFile(pyarrow.BufferReader(content))
    about = file.metadata
    names = about.schema.names
    if set(names) != set(columns):
        odd = ", ".join(sorted(set(names) ^ set(columns)))
        raise ValueError(f"other columns than the manifest names: {odd}")
    filled = {
        place
        for number in range(about.num_row_groups)
        for group in (about.row_group(number),)
        for place in range(about.num_columns)
        if not _is_empty(group.column(place), group.num_rows)
    }
    places = sorted(filled) or [0]
    return file.reader.read_all(column_indices=places, use_threads=False)


def _is_empty(chunk: parquet.ColumnChunkMetaData, rows: int) -> bool:
    said = chunk.statistics
    return said is not None and said.has_null_count and said.null_count == rows


def _large(on: engine.Engine, ledger: Path, group: _Group, named: Sequence[_Named]) -> Iterator[Problem]:
    for made, stored in named:
        file = layers.batch_folder(ledger, made.batch) / stored.name
        try:
            found = _counted(on, group, "filename", f"read_parquet({engine.literal(file)}, filename = true)")
        except engine.EngineError as error:
            yield _unreadable(made, stored, error)
            return
        yield from _file(made, stored, *found.get(str(file), (0, 0, 0)))
        if (size := file.stat().st_size) != stored.bytes:
            yield Problem(_place(made, stored), f"{size} bytes", f"{stored.bytes} bytes")


def _counted(on: engine.Engine, group: _Group, by: str, source: str) -> dict[str, tuple[int, int, int]]:
    """Rows, fen and distinct keys of every file."""
    asked = f"SELECT {by}, count(*), {_fen_sql(group[1])}, {_keys_sql(group[0])} FROM {source} GROUP BY {by}"
    return {str(name): (rows, fen, keys) for name, rows, fen, keys in on.execute(asked).fetchall()}


def _file(made: Manifest, stored: StoredFile, rows: int, fen: int, keys: int) -> Iterator[Problem]:
    name = _place(made, stored)
    if (rows, fen) != (stored.rows, stored.fen):
        yield Problem(name, f"{rows} rows, {fen} fen", f"{stored.rows} rows, {stored.fen} fen")
    if stored.table == quarantine.TABLE:
        return
    outcome = next((one for one in made.outcomes if one.table == stored.table), None)
    if outcome is None or outcome.loaded + outcome.corrected + outcome.removed != stored.rows:
        yield Problem(name, f"{stored.rows} rows", "the rows the manifest says were loaded, corrected or removed")
    if keys != stored.rows:
        yield Problem(name, f"{stored.rows - keys} rows with the key of another", "every key once in a batch")


def _unreadable(made: Manifest, stored: StoredFile, error: Exception) -> Problem:
    return Problem(_place(made, stored), str(error).splitlines()[0], "a Parquet file with the manifest's columns")


def _place(made: Manifest, stored: StoredFile) -> str:
    return f"batches/{made.batch:06d}/{stored.name}"


def _fen_sql(columns: tuple[str, ...]) -> str:
    return "coalesce(sum(amount_fen), 0)::HUGEINT" if "amount_fen" in columns else "0"


def _key(table: str) -> tuple[str, ...]:
    return () if table == quarantine.TABLE else layers.stored_key(BY_NAME[table])


def _keys_sql(table: str) -> str:
    """Distinct keys of a file: a part of a key of several columns may be NULL."""
    if table == quarantine.TABLE:
        return "0"
    key = [engine.name(column) for column in layers.stored_key(BY_NAME[table])]
    return f"count(DISTINCT {key[0]})" if len(key) == 1 else f"count(DISTINCT row({', '.join(key)}))"
