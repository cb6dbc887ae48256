"""Part of `verify`: a checkpoint says of its batches what they and their manifests say themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow
from pyarrow import parquet

from lineage import engine
from lineage.errors import Problem
from lineage.ledger import durable, layers, manifest, quarantine
from lineage.ledger.checkpoint import Checkpoint
from lineage.ledger.layers import Layer
from lineage.ledger.manifest import StoredFile
from lineage.schema import BY_NAME

_AT_ONCE = 512
_HINT = "remove derived/checkpoints: nothing is lost, the next load makes it anew"
_EXPECTED = "what the batches and manifests say"


def problems(on: engine.Engine, ledger: Path, one: Checkpoint) -> Iterator[Problem]:
    """What a checkpoint says otherwise. Cost: its merged files and those they were made of are read once."""
    for stored in one.files:
        found = durable.sha256(one.folder(ledger) / stored.name)
        if found != stored.sha256:
            yield _problem(ledger, one, stored.name, f"sha256 {found}")
    copied: dict[str, list[Layer]] = {}
    apart: list[tuple[int, StoredFile]] = []
    withdrawals: list[tuple[int, tuple[int, ...]]] = []
    days: list[tuple[int, date]] = []
    sources: list[tuple[int, str, str]] = []
    alone = {(batch, stored.table) for batch, stored in one.alone}
    for made in (manifest.parse(manifest.file_of(ledger, number)) for number in range(one.first, one.last + 1)):
        days.append((made.batch, datetime.fromisoformat(made.time).date()))
        sources.extend((made.batch, source.name, source.sha256) for source in made.sources)
        withdrawals.extend([(made.batch, made.withdraws)] if made.withdraws else [])
        for stored in made.files:
            if (made.batch, stored.table) in alone:
                apart.append((made.batch, stored))
            elif stored.table != quarantine.TABLE:
                copied.setdefault(stored.table, []).append(layers.batch_layer(ledger, made.batch, stored))
    if (tuple(withdrawals), tuple(apart)) != (one.withdrawals, one.alone):
        yield _problem(ledger, one, "checkpoint.json", "other withdrawals or files")
    if on.execute(f"{one.days_sql(ledger)} ORDER BY ALL").fetchall() != days:
        yield _problem(ledger, one, "batches.parquet", "other days")
    if on.execute(f"{one.sources_sql(ledger)} ORDER BY ALL").fetchall() != sorted(sources):
        yield _problem(ledger, one, "sources.parquet", "other source files")
    for table in sorted({stored.table for stored in one.files} | set(copied)):
        yield from _rows(on, ledger, one, table, copied.get(table, []))


def _rows(on: engine.Engine, ledger: Path, one: Checkpoint, table: str, copied: list[Layer]) -> Iterator[Problem]:
    """The merged rows are those of the batches, each as often; a run of batches at a time."""
    merged = tuple(layers.merged_layers(ledger, one, table))
    kept = f"({layers.rows_sql(BY_NAME[table], merged)})"
    (rows,) = engine.row(on, f"SELECT count(*) FROM {kept}")
    if rows != sum(part.file.rows for part in copied):
        yield _problem(ledger, one, f"{table}.parquet", f"{rows} rows")
        return
    for start in range(0, len(copied), _AT_ONCE):
        if missing := _missing(on, table, copied[start : start + _AT_ONCE], kept):
            yield _problem(ledger, one, f"{table}.parquet", f"{missing} rows of batches are not in it as they were")
            return


def _missing(on: engine.Engine, table: str, parts: list[Layer], kept: str) -> int:
    """Rows of the batches that the merged file lacks. Arrow reads a small file in half the time that DuckDB takes."""
    by_columns: dict[tuple[str, ...], list[pyarrow.Table]] = {}
    for part in parts:
        file = parquet.ParquetFile(pyarrow.BufferReader(part.path.read_bytes()))
        by_columns.setdefault(part.file.columns, []).append(file.read(use_threads=False))
    originals = []
    for number, (columns, tables) in enumerate(by_columns.items()):
        on.register(f"originals_{number}", pyarrow.concat_tables(tables))
        originals.append(f"SELECT {layers.listed_sql(BY_NAME[table], columns)} FROM originals_{number}")
    among = f"batch BETWEEN {parts[0].batch} AND {parts[-1].batch}"
    sql = f"({' UNION ALL '.join(originals)}) EXCEPT ALL SELECT * FROM {kept} WHERE {among}"
    (missing,) = engine.row(on, f"SELECT count(*) FROM ({sql})")
    return int(missing)


def _problem(ledger: Path, one: Checkpoint, file: str, found: str) -> Problem:
    place = one.folder(ledger).relative_to(ledger) / file
    return Problem(str(place), found, _EXPECTED, _HINT)
