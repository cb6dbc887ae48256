"""The batches as layers: for every key the row of the last batch in force that speaks of it.

Invariant: what a question sees depends only on the manifests up to the batch asked, so `as known` can always
be answered again. A row marked `removed` hides its key (snapshots, deletion marks).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lineage import engine
from lineage.ledger.manifest import Manifest, StoredFile, withdrawn
from lineage.schema import ColumnType, Sensitive, Table

PROVENANCE = {"batch": "INTEGER", "file": "VARCHAR", "sheet": "VARCHAR", "row": "BIGINT"}
EXTRAS = "extras"
REMOVED = "removed"
MASKED = "_masked"


@dataclass(frozen=True, slots=True)
class Layer:
    """One table's file in one batch in force."""

    batch: int
    path: Path
    file: StoredFile


def layers(ledger: Path, manifests: tuple[Manifest, ...], table: str) -> tuple[Layer, ...]:
    """The files that make up a table, oldest first."""
    out = withdrawn(manifests)
    return tuple(
        Layer(manifest.batch, batch_folder(ledger, manifest.batch) / stored.name, stored)
        for manifest in manifests
        if manifest.batch not in out
        for stored in manifest.files
        if stored.table == table
    )


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
    wanted = columns(table)
    if not parts:
        empty = ", ".join(f"NULL::{type_} AS {engine.name(column)}" for column, type_ in wanted.items())
        return f"SELECT {empty} WHERE false"
    present = {column for part in parts for column in part.file.columns}
    listed = ", ".join(
        engine.name(column) if column in present else f"NULL::{type_} AS {engine.name(column)}"
        for column, type_ in wanted.items()
    )
    return f"SELECT {listed} FROM {engine.parquet([part.path for part in parts])}"


def current_sql(table: Table, parts: tuple[Layer, ...], where: str = "") -> str:
    """The rows in force. `where` narrows by key columns only: it must keep or drop all versions of a key alike.

    Keys are unique inside a batch, so one layer needs no choice between versions. Where one layer is larger than
    all others together (a first load, then daily changes), only keys that the others name are chosen among:
    sorting out 10 M rows would cost what reading 10 M keys does not.
    """
    condition = f" WHERE {where}" if where else ""
    rows = f"SELECT * FROM ({rows_sql(table, parts)}){condition}"
    if len(parts) > 1:
        largest = max(parts, key=lambda part: part.file.rows)
        others = tuple(part for part in parts if part is not largest)
        key = stored_key(table)
        latest = f" QUALIFY row_number() OVER (PARTITION BY {_listed(key)} ORDER BY batch DESC) = 1"
        if len(key) > 1 or largest.file.rows <= sum(part.file.rows for part in others):
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
