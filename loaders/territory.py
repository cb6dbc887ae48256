"""A loader bound to divisions loads rows of these only: every other row becomes a reject.

Invariant: no row is loaded, corrected or taken out whose division, or the division of the record in force that bears
its key, lies outside; a row of no division (a division itself, the year's list of funds) lies outside for everybody
who is bound.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.engine import literal, name
from lineage.ledger import Writer, layers
from lineage.schema import BY_NAME, Table
from lineage.words import Language
from loaders.check import Checked, amount_sql, show
from loaders.rejects import texts

OWN = {"transfers": "to_division_code"}
THROUGH = {
    "account_entries": ("account_id", "special_accounts"),
    "one_card_payments": ("batch_id", "one_card_batches"),
    "indicator_adjustments": ("indicator_id", "indicators"),
}
"""Tables without a division of their own: the column that names the record which has one."""
RECORDS = ("allocations", "transfers", "indicators", "payments", "special_accounts", "one_card_batches")
SHOWN_MOST = 5


def reject_outside(writer: Writer, tables: Sequence[Checked], inside: frozenset[str], language: Language) -> None:
    """Put the rows outside into `rejects_in` and `faults`. `tables` come with what others name before these.

    Cost: nothing for a loader who is not bound; else a look at the rows in force of the tables that are loaded.
    """
    database = writer.engine
    codes = ", ".join(f"({literal(code)})" for code in sorted(inside)) or "(NULL)"
    database.execute(f"CREATE OR REPLACE TEMP TABLE inside AS SELECT * FROM (VALUES {codes}) v(code)")
    few = ", ".join(sorted(inside)[:SHOWN_MOST]) + (" …" if len(inside) > SHOWN_MOST else "")
    expected, hint = texts("outside", language, divisions=few or "-")
    by_name = {one.table.name: one for one in tables}
    for one in tables:
        own, joined = _division(writer, one.table, by_name, "r")
        known, known_joined = _division(writer, one.table, by_name, "c")
        sql = (
            f"SELECT r._source, r._place, {own} AS division FROM {one.relation} r {joined} "
            f"WHERE NOT r._bad AND NOT r._same AND {_is_outside(own)}"
        )
        parts = layers.layers(writer.history, one.table.name)
        if parts:
            match = " AND ".join(f"r.{key} IS NOT DISTINCT FROM k.{key}" for key in one.keys.split(", "))
            sql += (
                f" UNION SELECT r._source, r._place, NULL AS division FROM {one.relation} r JOIN (SELECT c.*, "
                f"{known} AS _division FROM ({layers.current_sql(one.table, parts)}) c {known_joined}) k ON {match} "
                f"WHERE NOT r._bad AND NOT r._same AND {_is_outside('k._division')}"
            )
        database.execute(
            f"CREATE OR REPLACE TEMP TABLE outside AS SELECT _source, _place, max(division) AS division FROM ({sql}) "
            "GROUP BY ALL"
        )
        _reject(writer, one, expected, hint)


def _reject(writer: Writer, one: Checked, expected: str, hint: str) -> None:
    database, table = writer.engine, one.table
    column = THROUGH.get(table.name, (OWN.get(table.name, "division_code"),))[0]
    shown = column if column in table.names else table.key[0]
    stored = name(table.column(shown).stored)
    database.execute(
        f"INSERT INTO rejects_in SELECT {literal(table.name)}, _file, _sheet, _row, {literal(shown)}, "
        f"coalesce(r.{stored}::VARCHAR, ''), {literal(expected)}, {literal(hint)}, _line, "
        f"{amount_sql(table)} FROM {one.relation} r JOIN outside USING (_source, _place)"
    )
    database.execute("INSERT INTO faults SELECT _source, _place, false FROM outside")
    show(database, one)


def _is_outside(division: str) -> str:
    """Outside is what is not inside: an unknown division too."""
    return f"NOT coalesce({division} IN (SELECT code FROM inside), false)"


def _division(writer: Writer, table: Table, tables: dict[str, Checked], row: str) -> tuple[str, str]:
    """SQL of a row's division, and the join that it needs."""
    if table.name == "divisions":
        return "NULL::VARCHAR", ""
    column = OWN.get(table.name, "division_code")
    if column in table.names:
        return f"{row}.{column}", ""
    if table.name in THROUGH:
        named, other = THROUGH[table.name]
        prefix = BY_NAME[other].kind + ":"
        cell = f"{row}.{named}"
        bare = f"CASE WHEN starts_with({cell}, '{prefix}') THEN {cell}[{len(prefix) + 1}:] ELSE {cell} END"
        return f"o_{row}.division", f"LEFT JOIN ({_owners(writer, other, tables)}) o_{row} ON o_{row}.id = {bare}"
    if table.name == "steps":
        owners = " UNION ALL ".join(
            f"SELECT '{BY_NAME[other].kind}:' || id AS id, division FROM ({_owners(writer, other, tables)})"
            for other in RECORDS
        )
        return f"o_{row}.division", f"LEFT JOIN ({owners}) o_{row} ON o_{row}.id = {row}.record"
    return "NULL::VARCHAR", ""


def _owners(writer: Writer, other: str, tables: dict[str, Checked]) -> str:
    """SQL of ids and divisions of a table's records: those in force, then good ones of this load."""
    table = BY_NAME[other]
    key, division = table.key[0], OWN.get(other, "division_code")
    parts = layers.layers(writer.history, other)
    known = f"SELECT {key} AS id, {division} AS division FROM ({layers.current_sql(table, parts)})" if parts else ""
    fresh = ""
    if other in tables:
        fresh = f"SELECT {key} AS id, {division} AS division FROM {tables[other].relation} WHERE NOT _bad AND NOT _same"
        if known:
            fresh += f" AND {key} NOT IN (SELECT id FROM ({known}))"
    chosen = [part for part in (known, fresh) if part]
    return " UNION ALL ".join(chosen) or "SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS division WHERE false"
