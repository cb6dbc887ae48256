"""Rejected rows: kept with file, row, column, what was found, what was expected and a hint.

One row a problem; a row of input with several problems counts once. Numbers that look like identity or account
numbers are masked here too, for a batch is for ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lineage import engine
from lineage.errors import NotFound
from lineage.ledger import layers, manifest, tokens
from lineage.ledger.layers import MASKED
from lineage.schema import Sensitive, Table

TABLE = "rejects"
COLUMNS = {
    "table": "VARCHAR",
    "file": "VARCHAR",
    "sheet": "VARCHAR",
    "row": "BIGINT",
    "column": "VARCHAR",
    "found": "VARCHAR",
    "expected": "VARCHAR",
    "hint": "VARCHAR",
    "line": "VARCHAR",
    "amount_fen": "BIGINT",
}
"""`line` is the whole row of input as a JSON object, `amount_fen` its amount where one could be read."""
_SHORTEST_RUN = 15


def create(on: engine.Engine, relation: str) -> None:
    """Make the temporary table `rejected` from the loader's relation, or empty.

    Runs below 15 digits stay in clear: agency codes and ids have as many, and a reject must be mendable.
    """
    empty = ", ".join(f"NULL::{type_} AS {engine.name(column)}" for column, type_ in COLUMNS.items())
    given = f"SELECT {empty} WHERE false"
    if relation:
        names = {name for name, *_ in on.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
        masked = [f"{_column(column, type_, names)} AS {engine.name(column)}" for column, type_ in COLUMNS.items()]
        given = f"SELECT {', '.join(masked)} FROM {relation}"
    on.execute(f"CREATE OR REPLACE TEMP TABLE rejected AS {given}")


def add_moves(on: engine.Engine, table: Table) -> None:
    """Add what `verdicts.judge` rejected: corrections that would move a record."""
    key = " || '/' || ".join(f"coalesce({engine.name(table.column(name).stored)}::VARCHAR, '')" for name in table.key)
    fen = table.money or "NULL::BIGINT"
    on.execute(
        f"INSERT INTO rejected SELECT '{table.name}', file, sheet, \"row\", moved, moved_to, "
        f"moved_from || ' as in the ledger', {engine.literal(_MOVE_HINT)} || {key}, "
        f"{_line(table)}, {fen} FROM judged_rows WHERE verdict = 'rejected'"
    )


def counts(on: engine.Engine) -> dict[str, tuple[int, int]]:
    """Rejected rows and their fen by table; where one row of a file makes several rows, `line` tells them apart."""
    found = on.execute(
        'SELECT "table", count(*), sum(fen)::BIGINT FROM (SELECT "table", max(coalesce(amount_fen, 0)) AS fen '
        'FROM rejected GROUP BY "table", file, sheet, "row", line) GROUP BY 1 ORDER BY 1'
    ).fetchall()
    return {table: (rows, fen) for table, rows, fen in found}


def write(on: engine.Engine, folder: Path) -> Path:
    """Write the quarantine's file of a batch."""
    file = folder / f"{TABLE}.parquet"
    engine.write_parquet(on, 'SELECT * FROM rejected ORDER BY file, sheet, "row", "column"', file)
    return file


def read(ledger: Path, batch: int) -> list[dict[str, Any]]:
    """The rejects of a batch, in order of file and row. Raises NotFound when there is no such batch."""
    if batch > (last := manifest.count(ledger)):
        raise NotFound(f"there is no batch {batch}", f"the last batch is {last}")
    file = layers.batch_folder(ledger, batch) / f"{TABLE}.parquet"
    if not file.exists():
        return []
    on = engine.connect()
    try:
        return engine.rows(on, f'SELECT * FROM {engine.parquet([file])} ORDER BY file, sheet, "row", "column"')
    finally:
        on.close()


_MOVE_HINT = "a correction would move this record; load with --allow-move if that is meant: "


def _column(column: str, type_: str, names: set[str]) -> str:
    if column not in names:
        return f"NULL::{type_}"
    name = f"{engine.name(column)}::{type_}"
    return tokens.mask_runs_sql(name, shortest=_SHORTEST_RUN) if column in ("found", "line", "hint") else name


def _line(table: Table) -> str:
    parts = []
    for column in table.columns:
        shown = column.stored + MASKED if column.sensitive is not Sensitive.NO else column.stored
        parts.append(f"{engine.literal(column.stored)}: {engine.name(shown)}::VARCHAR")
    return f"to_json({{{', '.join(parts)}}})::VARCHAR"
