"""Which province a row belongs to, and which references lead into another: SQL that Spark and DuckDB both understand.

A row goes where its own division is; what has none goes with the record it belongs to; lists that hold for everybody
go to every province. Views expected: every input table by its name, rows in force.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.schema import BY_KIND, BY_NAME, TABLES, Table

OF = {
    "account_entries": ("account_id", "special_account"),
    "one_card_payments": ("batch_id", "one_card_batch"),
    "indicator_adjustments": ("indicator_id", "indicator"),
}
"""Tables whose rows belong to another record: the column that names it, and its kind."""
LATER = (*OF, "steps")
FOR_ALL = ("fund_scope", "watch_lists")
_NOTHING = (
    "CAST(NULL AS string) AS province, CAST(NULL AS string) AS record, CAST(NULL AS string) AS column_name, "
    "CAST(NULL AS string) AS reference, CAST(NULL AS string) AS other_province, CAST(NULL AS bigint) AS amount_fen"
)
_NO_MONEY = ("division", "agency", "project")
"""Kinds that no money moves to or from: a name shared by two provinces is no movement between them."""
DIGITS = 2
"""The first digits of a division's code name its province (GB/T 2260)."""


def province_sql(table: Table) -> str:
    """A query for a table's rows with `province`; NULL where a row's place is not known."""
    name = table.name
    if name in FOR_ALL:
        return f"SELECT t.*, p.province FROM {name} t CROSS JOIN provinces p"
    if name == "steps":
        return (
            "SELECT t.*, coalesce(r.province, b.province) AS province FROM steps t "
            "LEFT JOIN places r ON r.record = t.record LEFT JOIN bare_places b ON b.id = t.record"
        )
    if name in OF:
        column, kind = OF[name]
        return f"SELECT t.*, r.province FROM {name} t LEFT JOIN places r ON r.record = {_record(f't.{column}', kind)}"
    own = own_sql(table)
    if name == "projects":  # some belong to no division: whoever names one may read it
        listed = f"SELECT t.*, coalesce({own}, p.province) AS province FROM projects t"
        return f"{listed} LEFT JOIN provinces p ON t.division_code IS NULL"
    return f"SELECT t.*, {own} AS province FROM {name} t"


def own_sql(table: Table) -> str:
    """The province of a row's own division."""
    column = "t.to_division_code" if table.name == "transfers" else "t.division_code"
    return f"substr({column}, 1, {DIGITS})"


def places_sql(tables: Sequence[str]) -> str:
    """A query for the province of the records of some tables: `record`, `id`, `province`. Needs views `placed_NAME`."""
    parts = [
        f"SELECT concat('{kind}:', {table.key[0]}) AS record, {table.key[0]} AS id, province FROM placed_{table.name}"
        for kind, table in BY_KIND.items()
        if table.name in tables and table.name not in ("divisions", "projects")
    ]
    nothing = "SELECT CAST(NULL AS string) AS record, CAST(NULL AS string) AS id, CAST(NULL AS string) AS province"
    return " UNION ALL ".join(parts) or f"{nothing} WHERE false"


def refused_sql(tables: Sequence[str]) -> str:
    """A query for the references that lead into another province: which row, which column, whose, how much."""
    parts = [f"SELECT {_NOTHING} WHERE false"]
    for table in TABLES:
        if not table.kind or table.name not in tables:
            continue
        own = f"concat('{table.kind}:', t.{table.key[0]})"
        fen = f"t.{table.money}" if table.money else "CAST(0 AS BIGINT)"
        for column, target in _references(table):
            parts.append(
                f"SELECT t.province AS province, {own} AS record, '{column}' AS column_name, r.record AS reference, "
                f"r.province AS other_province, {fen} AS amount_fen FROM placed_{table.name} t JOIN places r "
                f"ON r.record = {target} WHERE t.province <> r.province"
            )
    return " UNION ALL ".join(parts)


def _references(table: Table) -> list[tuple[str, str]]:
    """Columns that name a record, with the record as `kind:id`."""
    out = []
    for column in table.columns:
        name = f"t.{column.stored}"
        kinds = [table.kind] if column.name == "reverses" else []
        kinds += [BY_NAME[target].kind for target in column.references.split("|") if target]
        out += [(column.name, _record(name, kind)) for kind in kinds if kind not in _NO_MONEY]
    return out


def _record(column: str, kind: str) -> str:
    """A reference to a record of one kind in its full form; what bears another kind names none of this one."""
    return f"CASE WHEN {column} LIKE '{kind}:%' THEN {column} ELSE concat('{kind}:', {column}) END"
