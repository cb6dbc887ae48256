"""The comparison of a load's rows with the rows in force, in SQL: loaded, corrected, unchanged or rejected.

Works on two temporary tables of the writer's engine: `staged` (clean rows of one table) and `judged` (by `place`, a row
of `staged`, its `verdict`, its fen, and for a move the column moved and both values). The view `judged_rows` is both
together: rows that came again unchanged, most of them in a repeated load, are copied nowhere.
"""

from __future__ import annotations

from lineage import engine
from lineage.errors import Misuse
from lineage.ledger import layers, tokens
from lineage.ledger.layers import EXTRAS, MASKED, REMOVED, Layer, stored_key
from lineage.schema import Column, Sensitive, Table

MOVING = ("fiscal_year", "division_code", "to_division_code")
"""A correction from one of these to another moves a record out of somebody's figures into another's."""


def clean_sql(on: engine.Engine, table: Table, relation: str, key: bytes, batch: int) -> str:
    """The rows of a relation as they are kept: numbers as token and mask, free text masked, with provenance."""
    given = {name for name, *_ in on.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
    missing = set(table.stored_names) - given
    if missing:
        raise Misuse(f"staged {table.name} lacks {', '.join(sorted(missing))}", "stage every stored column")
    chosen = [item for column in table.columns for item in _kept(table, column, key)]
    chosen += [
        f"{batch}::INTEGER AS batch",
        "_file::VARCHAR AS file",
        "_sheet::VARCHAR AS sheet",
        '_row::BIGINT AS "row"',
    ]
    chosen.append(f"{'_extras::VARCHAR' if '_extras' in given else 'NULL::VARCHAR'} AS {EXTRAS}")
    chosen.append(f"{'coalesce(_removed, false)' if '_removed' in given else 'false'} AS {REMOVED}")
    numbers = [column for column in table.columns if column.sensitive is not Sensitive.NO]
    plain = ", ".join(
        f"{tokens.plain_sql(engine.name(column.stored))} AS {engine.name(column.stored)}" for column in numbers
    )
    rows = f"(SELECT * REPLACE ({plain}) FROM {relation})" if numbers else relation
    return f"SELECT {', '.join(chosen)} FROM {rows}"


def refuse_duplicates(on: engine.Engine, table: Table, relation: str) -> None:
    """Raises Misuse when a key stands twice in a relation: then no verdict on it could be right."""
    keys = ", ".join(engine.name(column) for column in stored_key(table))
    total, distinct = engine.row(
        on, f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {relation})) FROM {relation}"
    )
    if total != distinct:
        example = engine.row(on, f"SELECT {keys} FROM {relation} GROUP BY ALL HAVING count(*) > 1 LIMIT 1")
        raise Misuse(
            f"{table.name}: {'/'.join(str(part) for part in example)} is staged more than once",
            "resolve repeated keys before the commit",
        )


def judge(on: engine.Engine, table: Table, parts: tuple[Layer, ...], *, allow_move: bool) -> None:
    """Fill `judged` from `staged` and the rows in force."""
    fen = f"s.{table.money}" if table.money else "0"
    (staged,) = engine.row(on, "SELECT count(*) FROM staged")
    few = staged * 2 < sum(part.file.rows for part in parts)
    known = layers.current_sql(table, parts, _narrowed(table) if few else "")
    match = " AND ".join(f"{_equal(column)}" for column in stored_key(table))
    kept = [column for column in table.compared if column not in stored_key(table)]
    same = " AND ".join(_equal(column) for column in (*kept, EXTRAS))
    moved = "".join(f"WHEN s.{column} <> c.{column} THEN '{column}' " for column in _moving(table))
    old = "".join(f"WHEN s.{column} <> c.{column} THEN c.{column}::VARCHAR " for column in _moving(table))
    new = "".join(f"WHEN s.{column} <> c.{column} THEN s.{column}::VARCHAR " for column in _moving(table))
    fresh = f"(c.batch IS NULL OR s.{REMOVED})"
    on.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS SELECT s.rowid AS place, {fen} AS fen, "
        f"{_case(moved, fresh)} AS moved, "
        f"{_case(old, fresh)} AS moved_from, {_case(new, fresh)} AS moved_to, "
        f"CASE WHEN c.batch IS NULL THEN CASE WHEN s.{REMOVED} THEN 'unchanged' ELSE 'loaded' END "
        f"WHEN s.{REMOVED} THEN 'corrected' WHEN {same} THEN 'unchanged' "
        f"WHEN {'false' if allow_move else '(' + _case(moved, fresh) + ') IS NOT NULL'} THEN 'rejected' "
        f"ELSE 'corrected' END AS verdict FROM staged s LEFT JOIN ({known}) c ON {match}"
    )
    on.execute(
        "CREATE OR REPLACE TEMP VIEW judged_rows AS SELECT s.*, j.moved, j.moved_from, j.moved_to, j.verdict "
        "FROM judged j JOIN staged s ON s.rowid = j.place"
    )


def changes_sql(table: Table, gone: str) -> str:
    """The rows a batch keeps: loaded and corrected ones, then marks for those a snapshot takes out."""
    columns = ", ".join(engine.name(column) for column in layers.columns(table))
    kept = f"SELECT {columns} FROM judged_rows WHERE verdict IN ('loaded', 'corrected')"
    return f"{kept} UNION ALL {gone}" if gone else kept


def gone_sql(table: Table, inside: str, batch: int) -> str:
    """Marks for rows in force that full extracts do not have; `inside` is a query for those of their parts."""
    match = " AND ".join(
        f"s.{engine.name(column)} IS NOT DISTINCT FROM c.{engine.name(column)}" for column in stored_key(table)
    )
    shown = []
    for column, type_ in layers.columns(table).items():
        replaced = {"batch": f"{batch}::INTEGER", REMOVED: "true"}
        emptied = "NULL::" + type_ if column in ("file", "sheet", "row", EXTRAS) else f"c.{engine.name(column)}"
        shown.append(f"{replaced.get(column, emptied)} AS {engine.name(column)}")
    return (
        f"SELECT {', '.join(shown)} FROM ({inside}) c WHERE NOT EXISTS (SELECT 1 FROM staged s WHERE {match})"
    )


def _kept(table: Table, column: Column, key: bytes) -> list[str]:
    name = engine.name(column.stored)
    if column.sensitive is not Sensitive.NO:
        return [
            f"{tokens.token_sql(name, key)} AS {name}",
            f"{tokens.mask_sql(name, column.sensitive)} AS {engine.name(column.stored + MASKED)}",
        ]
    if tokens.is_free_text(table, column):
        return [f"{tokens.mask_runs_sql(name)} AS {name}"]
    return [f"{name}::{column.stored_type} AS {name}"]


def _narrowed(table: Table) -> str:
    """Keep only keys that the load names; keys of several columns may be NULL, which IN does not find."""
    if len(stored_key(table)) > 1:
        return ""
    key = engine.name(stored_key(table)[0])
    return f"{key} IN (SELECT {key} FROM staged)"


def _moving(table: Table) -> list[str]:
    return [name for name in MOVING if name in table.names and name not in table.key]


def _equal(column: str) -> str:
    return f"s.{engine.name(column)} IS NOT DISTINCT FROM c.{engine.name(column)}"


def _case(branches: str, fresh: str) -> str:
    return f"CASE WHEN {fresh} THEN NULL {branches}ELSE NULL END" if branches else "NULL::VARCHAR"
