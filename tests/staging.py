"""A small stand-in for the loaders: stages CSV bundles of canonical headers, so that the store is tested alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from lineage import engine
from lineage.ledger import Outcome, StagedTable, Terms, Writer, write
from lineage.ledger.commit import NO_TERMS
from lineage.schema import BY_NAME, TABLES, ColumnType, Table

AT = datetime(2018, 1, 2, 9, 0)


def load_bundle(ledger: Path, bundle: Path, *, at: datetime = AT, who: str = "clerk") -> Outcome:
    """Load every CSV of a folder as one batch."""
    with write(ledger, who=who, at=at) as writer:
        staged = [
            stage_csv(writer, table, bundle / f"{table.name}.csv")
            for table in TABLES
            if (bundle / f"{table.name}.csv").exists()
        ]
        return writer.commit(staged)


def stage_csv(writer: Writer, table: Table, file: Path) -> StagedTable:
    """One CSV file with input headers; missing columns are empty."""
    source = f"read_csv({engine.literal(file)}, all_varchar = true, header = true)"
    given = {name for name, *_ in writer.engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    chosen = []
    for column in table.columns:
        name = engine.name(column.name) if column.name in given else "NULL"
        typed = (
            f"({name}::DECIMAL(18, 2) * 100)::BIGINT"
            if column.type is ColumnType.MONEY
            else f"{name}::{column.stored_type}"
        )
        chosen.append(f"{typed} AS {engine.name(column.stored)}")
    chosen += [
        f"{engine.literal(file.name)} AS _file",
        "NULL::VARCHAR AS _sheet",
        "(row_number() OVER () + 1)::BIGINT AS _row",
    ]
    writer.engine.execute(f"CREATE OR REPLACE TEMP TABLE in_{table.name} AS SELECT {', '.join(chosen)} FROM {source}")
    return StagedTable(table.name, f"in_{table.name}")


def stage_rows(writer: Writer, name: str, rows: list[dict[str, Any]]) -> StagedTable:
    """Rows given as dicts of stored column names; missing columns are empty."""
    table = BY_NAME[name]
    types = {column.stored: column.stored_type for column in table.columns}
    marks = {"_removed": "BOOLEAN"} if any("_removed" in row for row in rows) else {}
    listed = ", ".join(f"{engine.name(column)} {type_}" for column, type_ in {**types, **marks}.items())
    listed += ", _file VARCHAR, _sheet VARCHAR, _row BIGINT"
    writer.engine.execute(f"CREATE OR REPLACE TEMP TABLE in_{name} ({listed})")
    for number, row in enumerate(rows, 2):
        values = [row.get(column) for column in (*types, *marks)]
        marks_sql = ", ".join("?" for _ in range(len(values) + 3))
        writer.engine.execute(f"INSERT INTO in_{name} VALUES ({marks_sql})", [*values, f"{name}.csv", None, number])
    return StagedTable(name, f"in_{name}")


def load_rows(
    ledger: Path, tables: dict[str, list[dict[str, Any]]], *, at: datetime = AT, terms: Terms = NO_TERMS, **given: Any
) -> Outcome:
    """Load rows given as dicts as one batch; further arguments are those of `Writer.commit`."""
    with write(ledger, who="clerk", at=at, terms=terms) as writer:
        return writer.commit([stage_rows(writer, name, rows) for name, rows in tables.items()], **given)
