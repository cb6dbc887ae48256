"""Part of `verify`: a checkpoint says of its batches what they and their manifests say themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def problems(on: engine.Engine, ledger: Path, one: Checkpoint, numbers: Sequence[int]) -> Iterator[Problem]:
    """What a checkpoint says otherwise, of those batches that are among `numbers`, which are in order.

    Cost: its merged files, and those of these batches that they were made of, are read once.
    """
    for stored in one.files:
        found = durable.sha256(one.folder(ledger) / stored.name)
        if found != stored.sha256:
            yield _problem(ledger, one, stored.name, f"sha256 {found}")
    chosen = [number for number in numbers if one.first <= number <= one.last]
    if not chosen:
        return
    copied: dict[str, list[Layer]] = {}
    apart: list[tuple[int, StoredFile]] = []
    withdrawals: list[tuple[int, tuple[int, ...]]] = []
    days: list[tuple[int, date]] = []
    sources: list[tuple[int, str, str]] = []
    alone = {(batch, stored.table) for batch, stored in one.alone}
    for made in (manifest.parse(manifest.file_of(ledger, number)) for number in chosen):
        days.append((made.batch, datetime.fromisoformat(made.time).date()))
        sources.extend((made.batch, source.name, source.sha256) for source in made.sources)
        withdrawals.extend([(made.batch, made.withdraws)] if made.withdraws else [])
        for stored in made.files:
            if (made.batch, stored.table) in alone:
                apart.append((made.batch, stored))
            elif stored.table != quarantine.TABLE:
                copied.setdefault(stored.table, []).append(layers.batch_layer(ledger, made.batch, stored))
    among = set(chosen)
    said = [[pair for pair in pairs if pair[0] in among] for pairs in (one.withdrawals, one.alone)]
    if said != [withdrawals, apart]:
        yield _problem(ledger, one, "checkpoint.json", "other withdrawals or files")
    whole = len(among) == one.last - one.first + 1  # then no other batch may be in it either
    where = "true" if whole else f"batch IN ({', '.join(map(str, chosen))})"
    if on.execute(f"FROM ({one.days_sql(ledger)}) WHERE {where} ORDER BY ALL").fetchall() != days:
        yield _problem(ledger, one, "batches.parquet", "other days")
    if on.execute(f"FROM ({one.sources_sql(ledger)}) WHERE {where} ORDER BY ALL").fetchall() != sorted(sources):
        yield _problem(ledger, one, "sources.parquet", "other source files")
    for table in sorted({stored.table for stored in one.files} | set(copied)):
        merged = layers.rows_sql(BY_NAME[table], tuple(layers.merged_layers(ledger, one, table)))
        kept = f"(SELECT * FROM ({merged}) WHERE {where})"
        if found := _odd_rows(on, table, copied.get(table, []), kept):
            yield _problem(ledger, one, f"{table}.parquet", found)


def _odd_rows(on: engine.Engine, table: str, copied: list[Layer], kept: str) -> str:
    """What is odd about the merged rows; "" where they are those of the batches, each as often. A run at a time."""
    (rows,) = engine.row(on, f"SELECT count(*) FROM {kept}")
    if rows != sum(part.file.rows for part in copied):
        return f"{rows} rows"
    for start in range(0, len(copied), _AT_ONCE):
        if missing := _missing(on, table, copied[start : start + _AT_ONCE], kept):
            return f"{missing} rows of batches are not in it as they were"
    return ""


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
