"""Making checkpoints: when enough batches lie loose, their rows are merged, with smaller checkpoints before them.

Runs under the writer's lock, after its batches are in the ledger. Invariant: nothing of the record is touched; a
checkpoint counts once its folder has its name, and what a crash or a full disk leaves is only the lack of one.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lineage import engine
from lineage.errors import LineageError
from lineage.ledger import checkpoint, durable, layers, manifest, quarantine
from lineage.ledger.checkpoint import LOOSE_MOST, Checkpoint
from lineage.ledger.history import History
from lineage.ledger.layers import Layer
from lineage.ledger.manifest import Manifest, StoredFile
from lineage.schema import BY_NAME, TABLES

AT_ONCE = 512
RATIO = 4
"""A checkpoint is merged with those after it unless it covers this many times more: some ten remain of 10^5 batches,
and every row is copied about ten times in its life."""
COPIED_BYTES_MOST = 4_000_000
FULL_BYTES = 256_000_000
"""Files above the one are not copied at all, checkpoints above the other not again: large data is never rewritten."""


def cover(on: engine.Engine, history: History) -> History:
    """Cover the loose batches if there are enough. Errors are left to the next writer: the ledger is whole without."""
    if len(history.tail) < LOOSE_MOST:
        return history
    before = history.checkpoints
    try:
        while len(history.tail) >= LOOSE_MOST:
            _make(on, history)
            history = history.covered()
        _sweep(history.ledger, (*before, *history.checkpoints))
    except (OSError, LineageError, engine.EngineError):
        return history
    return history


@dataclass(frozen=True, slots=True)
class _Work:
    """A checkpoint in the making: the older ones that go into it, the batches after them, the folder it is made in."""

    engine: engine.Engine
    ledger: Path
    older: tuple[Checkpoint, ...]
    run: tuple[Manifest, ...]
    aside: Path


def _make(on: engine.Engine, history: History) -> None:
    ledger, run = history.ledger, history.tail[:AT_ONCE]
    older = _absorbed(history.checkpoints, len(run))
    aside = checkpoint.home(ledger) / f".making-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    aside.mkdir(parents=True)
    work = _Work(on, ledger, older, run, aside)
    try:
        files = tuple(stored for table in TABLES for stored in _merged(work, table.name))
        _write_batches(work)
        made = Checkpoint(
            first=older[0].first if older else run[0].batch,
            last=run[-1].batch,
            head=manifest.hash_of(manifest.file_of(ledger, run[-1].batch)),
            files=files,
            alone=(*(pair for one in older for pair in one.alone), *_alone(run)),
            withdrawals=(
                *(pair for one in older for pair in one.withdrawals),
                *((one.batch, one.withdraws) for one in run if one.withdraws),
            ),
        )
        made.write(aside)
        durable.sync_tree(aside)
        durable.discard(made.folder(ledger))
        durable.rename(aside, made.folder(ledger))
    finally:
        durable.discard(aside)


def _absorbed(checkpoints: Sequence[Checkpoint], span: int) -> tuple[Checkpoint, ...]:
    """The checkpoints that go into the next one: from the last backwards, while they are not much wider."""
    out: list[Checkpoint] = []
    for one in reversed(checkpoints):
        width = one.last - one.first + 1
        if width >= RATIO * span or one.bytes > FULL_BYTES:
            break
        out.insert(0, one)
        span += width
    return tuple(out)


def _merged(work: _Work, table: str) -> Iterator[StoredFile]:
    parts: list[Layer] = [part for one in work.older for part in layers.merged_layers(work.ledger, one, table)]
    parts += [
        layers.batch_layer(work.ledger, made.batch, stored)
        for made in work.run
        for stored in made.files
        if stored.table == table and stored.bytes <= COPIED_BYTES_MOST
    ]
    if parts:
        file = work.aside / f"{table}.parquet"
        engine.write_parquet(work.engine, layers.rows_sql(BY_NAME[table], tuple(parts)), file)
        rows, fen = sum(part.file.rows for part in parts), sum(part.file.fen for part in parts)
        columns = tuple(layers.columns(BY_NAME[table]))
        yield StoredFile(table, file.name, columns, rows, fen, file.stat().st_size, durable.sha256(file))


def _alone(run: Sequence[Manifest]) -> Iterator[tuple[int, StoredFile]]:
    for made in run:
        for stored in made.files:
            if stored.table != quarantine.TABLE and stored.bytes > COPIED_BYTES_MOST:
                yield made.batch, stored


def _write_batches(work: _Work) -> None:
    """The days and source files of all batches covered."""
    on, ledger, run = work.engine, work.ledger, work.run
    on.execute("CREATE OR REPLACE TEMP TABLE covered_days (batch INTEGER, day DATE)")
    on.execute("CREATE OR REPLACE TEMP TABLE covered_sources (batch INTEGER, name VARCHAR, sha256 VARCHAR)")
    for one in work.older:
        on.execute(f"INSERT INTO covered_days {one.days_sql(ledger)}")
        on.execute(f"INSERT INTO covered_sources {one.sources_sql(ledger)}")
    days = [(made.batch, datetime.fromisoformat(made.time).date()) for made in run]
    on.executemany("INSERT INTO covered_days VALUES (?, ?)", days)
    sources = [(made.batch, source.name, source.sha256) for made in run for source in made.sources]
    if sources:
        on.executemany("INSERT INTO covered_sources VALUES (?, ?, ?)", sources)
    engine.write_parquet(on, "SELECT * FROM covered_days ORDER BY batch", work.aside / checkpoint.BATCHES)
    engine.write_parquet(on, "SELECT * FROM covered_sources ORDER BY batch, name", work.aside / checkpoint.SOURCES)


def _sweep(ledger: Path, keep: Sequence[Checkpoint]) -> None:
    """Remove what is neither in force nor was before: readers that began with the ones before still use them."""
    kept = {one.folder(ledger).name for one in keep}
    for entry in checkpoint.home(ledger).iterdir():
        if entry.name not in kept:
            durable.discard(entry)
