"""The batches as layers: for every key the row of the last batch in force that speaks of it.

Invariant: what a question sees depends only on the manifests up to the batch asked, so `as known` can always
be answered again. A row marked `removed` hides its key (snapshots, deletion marks).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lineage import engine
from lineage.ledger.checkpoint import Checkpoint
from lineage.ledger.history import History
from lineage.ledger.manifest import StoredFile
from lineage.schema import ColumnType, Sensitive, Table

PROVENANCE = {"batch": "INTEGER", "file": "VARCHAR", "sheet": "VARCHAR", "row": "BIGINT"}
EXTRAS = "extras"
REMOVED = "removed"
MASKED = "_masked"


@dataclass(frozen=True, slots=True)
class Layer:
    """One table's file in one batch in force; or, `merged`, the rows of a run of batches as a checkpoint holds them.

    Of a merged file the rows of `hidden` batches and those after `until` do not count; a key may stand in it often.
    """

    batch: int
    path: Path
    file: StoredFile
    merged: bool = False
    hidden: frozenset[int] = frozenset()
    until: int | None = None


def layers(history: History, table: str) -> tuple[Layer, ...]:
    """The files that make up a table, oldest first."""
    out = history.withdrawn
    return (*_checkpointed(history, table, out), *_loose(history, table, out))


def batch_layer(ledger: Path, batch: int, stored: StoredFile) -> Layer:
    """A file where its batch keeps it."""
    return Layer(batch, batch_folder(ledger, batch) / stored.name, stored)


def merged_layers(ledger: Path, one: Checkpoint, table: str) -> Iterator[Layer]:
    """A checkpoint's merged file of a table, all of it."""
    for stored in one.files:
        if stored.table == table:
            yield Layer(one.last, one.folder(ledger) / stored.name, stored, merged=True)


def _checkpointed(history: History, table: str, out: frozenset[int]) -> Iterator[Layer]:
    for one in history.checkpoints:
        until = history.batch if one.last > history.batch else None
        hidden = frozenset(batch for batch in out if one.first <= batch <= one.last)
        for layer in merged_layers(history.ledger, one, table):
            yield replace(layer, hidden=hidden, until=until)
        for batch, stored in one.alone:
            if stored.table == table and batch <= history.batch and batch not in out:
                yield batch_layer(history.ledger, batch, stored)


def _loose(history: History, table: str, out: frozenset[int]) -> Iterator[Layer]:
    for made in history.tail:
        if made.batch not in out:
            for stored in made.files:
                if stored.table == table:
                    yield batch_layer(history.ledger, made.batch, stored)


def batch_folder(ledger: Path, batch: int) -> Path:
    """Where a batch's files lie."""
    return ledger / "batches" / f"{batch:06d}"


def columns(table: Table) -> dict[str, str]:
    """Columns of a table's batch files, with their types: stored columns, masked twins, provenance, marks."""
    out = {}
    for column in table.columns:
        out[column.stored] = column.stored_type
        if column.sensitive is not Sensitive.NO:
            out[column.stored + MASKED] = ColumnType.TEXT.value
    return out | PROVENANCE | {EXTRAS: "VARCHAR", REMOVED: "BOOLEAN"}


def rows_sql(table: Table, parts: tuple[Layer, ...]) -> str:
    """All versions of a table's rows. Columns that an older release did not write yet are NULL."""
    if not parts:
        return f"SELECT {listed_sql(table, ())} WHERE false"
    present = {column for part in parts for column in part.file.columns}
    files = engine.parquet([part.path for part in parts])
    return f"SELECT {listed_sql(table, present)} FROM {files}{_counting(parts)}"


def listed_sql(table: Table, present: Collection[str]) -> str:
    """The columns of this release out of those present; others are NULL."""
    return ", ".join(
        engine.name(column) if column in present else f"NULL::{type_} AS {engine.name(column)}"
        for column, type_ in columns(table).items()
    )


def _counting(parts: tuple[Layer, ...]) -> str:
    """Which rows of merged files count. Files of hidden batches are no layers, so the condition may stand over all."""
    hidden = sorted(set[int]().union(*(part.hidden for part in parts)))
    until = [part.until for part in parts if part.until is not None]
    conditions = [f"batch NOT IN ({', '.join(map(str, hidden))})"] if hidden else []
    conditions += [f"batch <= {min(until)}"] if until else []
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def current_sql(table: Table, parts: tuple[Layer, ...], where: str = "") -> str:
    """The rows in force. `where` narrows by key columns only: it must keep or drop all versions of a key alike.

    Keys are unique inside a batch, so one layer needs no choice between versions. Where one layer is larger than
    all others together (a first load, then daily changes), only keys that the others name are chosen among:
    sorting out 10 M rows would cost what reading 10 M keys does not.
    """
    condition = f" WHERE {where}" if where else ""
    rows = f"SELECT * FROM ({rows_sql(table, parts)}){condition}"
    if len(parts) > 1 or any(part.merged for part in parts):
        largest = max(parts, key=lambda part: part.file.rows)
        others = tuple(part for part in parts if part is not largest)
        key = stored_key(table)
        latest = f" QUALIFY row_number() OVER (PARTITION BY {_listed(key)} ORDER BY batch DESC) = 1"
        if len(key) > 1 or largest.merged or largest.file.rows <= sum(part.file.rows for part in others):
            rows += latest
        else:
            named = f"SELECT {_listed(key)} FROM {engine.parquet([part.path for part in others])}"
            apart = f"SELECT * FROM ({rows_sql(table, (largest,))}){condition}"
            rows = (
                f"SELECT * FROM ({apart}) l WHERE NOT EXISTS (SELECT 1 FROM ({named}) n "
                f"WHERE n.{_listed(key)} = l.{_listed(key)}) "
                f"UNION ALL (SELECT * FROM ({rows}) WHERE {_listed(key)} IN ({named}){latest})"
            )
    return f"SELECT * FROM ({rows}) WHERE NOT {REMOVED}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(engine.name(column) for column in names)


def stored_key(table: Table) -> tuple[str, ...]:
    """Stored names of the key columns."""
    return tuple(table.column(name).stored for name in table.key)
