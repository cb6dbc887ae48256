"""Part of `verify`: a checkpoint says of its batches what they and their manifests say themselves."""

from __future__ import annotations

from collections import Counter
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
    whole = len(chosen) == one.last - one.first + 1  # then no other batch may be in it either
    where = "true" if whole else f"batch IN ({', '.join(map(str, chosen))})"
    kept = {stored.table: _kept(ledger, one, stored.table, where) for stored in one.files}
    rows: Counter[str] = Counter()
    apart: list[tuple[int, StoredFile]] = []
    withdrawals: list[tuple[int, tuple[int, ...]]] = []
    days: list[tuple[int, date]] = []
    sources: list[tuple[int, str, str]] = []
    alone = {(batch, stored.table) for batch, stored in one.alone}
    for start in range(0, len(chosen), _AT_ONCE):  # a run at a time, so that memory does not grow with the batches
        copied: dict[str, list[Layer]] = {}
        for number in chosen[start : start + _AT_ONCE]:
            made = manifest.parse(manifest.file_of(ledger, number))
            days.append((made.batch, datetime.fromisoformat(made.time).date()))
            sources.extend((made.batch, source.name, source.sha256) for source in made.sources)
            withdrawals.extend([(made.batch, made.withdraws)] if made.withdraws else [])
            for stored in made.files:
                if (made.batch, stored.table) in alone:
                    apart.append((made.batch, stored))
                elif stored.table != quarantine.TABLE:
                    copied.setdefault(stored.table, []).append(layers.batch_layer(ledger, made.batch, stored))
        for table, parts in sorted(copied.items()):
            rows[table] += sum(part.file.rows for part in parts)
            missing = _missing(on, table, parts, kept[table]) if table in kept else rows[table]
            if missing:
                found = f"{missing} rows of batches are not in it as they were"
                yield _problem(ledger, one, f"{table}.parquet", found)
    among = set(chosen)
    said = [[pair for pair in pairs if pair[0] in among] for pairs in (one.withdrawals, one.alone)]
    if said != [withdrawals, apart]:
        yield _problem(ledger, one, "checkpoint.json", "other withdrawals or files")
    if on.execute(f"FROM ({one.days_sql(ledger)}) WHERE {where} ORDER BY ALL").fetchall() != days:
        yield _problem(ledger, one, "batches.parquet", "other days")
    if on.execute(f"FROM ({one.sources_sql(ledger)}) WHERE {where} ORDER BY ALL").fetchall() != sorted(sources):
        yield _problem(ledger, one, "sources.parquet", "other source files")
    for table, of_it in kept.items():
        (there,) = engine.row(on, f"SELECT count(*) FROM {of_it}")
        if there != rows[table]:
            yield _problem(ledger, one, f"{table}.parquet", f"{there} rows")


def _kept(ledger: Path, one: Checkpoint, table: str, where: str) -> str:
    """What a checkpoint has of a table, of the batches that are looked at."""
    merged = layers.rows_sql(BY_NAME[table], tuple(layers.merged_layers(ledger, one, table)))
    return f"(SELECT * FROM ({merged}) WHERE {where})"


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
