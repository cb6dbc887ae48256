"""What stands around the published graph: divisions in their fiscal tree, and references that no money follows.

A record that names one which is not in the ledger leads to a `Missing` node, so that a chain broken by a reference is
seen where it ends; reversals and receipts carry no money on and are there (`Aside`) only when they name such a one. A
payment without money (void, pending, undated) still leads to the indicator it names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage.schema import BY_NAME, NODE_KINDS, Table
from queries.bolt.driver import Connection

if TYPE_CHECKING:
    from lineage.ledger import Ledger

BATCH = 10_000
SCHEMA = ("constraint_division", "constraint_missing", "constraint_aside")
_DIVISIONS = """
    SELECT division_code, any_value(name ORDER BY since DESC) AS name, any_value(level ORDER BY since DESC) AS level,
           list(coalesce(fiscal_parent, '') ORDER BY since) AS parents,
           list(since::VARCHAR ORDER BY since) AS since, list(until::VARCHAR ORDER BY since) AS until
    FROM division_rows GROUP BY division_code ORDER BY division_code"""
_ASIDE = {
    "transfers": "SELECT record, to_division_code AS division_code, abs(amount_fen) AS amount_fen FROM transfers",
    "payments": "SELECT record, division_code, abs(amount_fen) AS amount_fen FROM payments",
    "account_entries": """
        SELECT e.record, s.division_code,
               CASE WHEN e.is_reversal THEN abs(e.amount_fen) ELSE e.net_fen END AS amount_fen
        FROM account_entries e LEFT JOIN special_accounts s ON s.account_id = e.account_id""",
}
_UNPAID = """
    SELECT p.record, 'indicator_id' AS field, p.indicator_id AS named, i.record AS target
    FROM payments p JOIN indicators i ON i.indicator_id = p.indicator_id
    WHERE NOT p.is_reversal AND (p.status IS DISTINCT FROM 'valid' OR p.pay_date IS NULL) ORDER BY p.record"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Rows as they are sent: divisions, asides (record, division, fen), references to what is missing, and to what is
    there (record, field, what it names, that record's name).
    """

    divisions: list[list[Any]]
    asides: list[list[Any]]
    missing: list[list[Any]]
    unpaid: list[list[Any]]

    @property
    def digest(self) -> str:
        """16 hex digits over all of it."""
        rows = [self.divisions, self.asides, self.missing, self.unpaid]
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:16]


def surroundings(ledger: Ledger) -> Surroundings:
    """What stands around the graph of a ledger."""
    missing = sorted([row["record"], row["field"], row["named"], row["target"]]
                     for sql in _missing_sql() for row in ledger.rows(sql))
    outside = sorted({row[0] for row in missing if ledger.graph.find(row[0]) < 0})
    asides = [[row["record"], row["division_code"], row["amount_fen"]] for table in sorted(_ASIDE) if outside
              for row in ledger.rows(f"SELECT * FROM ({_ASIDE[table]}) WHERE list_contains($names, record) "
                                     "ORDER BY record", {"names": outside})]
    return Surroundings([list(row.values()) for row in ledger.rows(_DIVISIONS)], asides, missing,
                        [list(row.values()) for row in ledger.rows(_UNPAID)])


def _missing_sql() -> Iterator[str]:
    """A query for each reference of one record to another, as the table of truth has them."""
    for table in BY_NAME.values():
        if table.kind not in NODE_KINDS:
            continue
        for column in table.columns:
            targets = [BY_NAME[name] for name in column.references.split("|") if name]
            targets = [target for target in targets if target.kind in NODE_KINDS]
            if targets:
                yield _lost(table, column.name, targets)
        if "reverses" in table.names:
            yield _lost(table, "reverses", [table])


def _lost(table: Table, column: str, targets: list[Table]) -> str:
    whole = len(targets) > 1  # a reference to one of several kinds is written as a record's full name
    known = " UNION ALL ".join(
        f"SELECT {'record' if whole else target.key[0]} FROM {target.name}" for target in targets)
    name = column if whole else f"'{targets[0].kind}:' || {column}"
    return (f"SELECT record, '{column}' AS field, {column} AS named, {name} AS target FROM {table.name} "
            f"WHERE {column} IS NOT NULL AND {column} NOT IN ({known}) ORDER BY record")


def write(connection: Connection, around: Surroundings, seconds: float) -> None:
    """Write all of it anew. Called while the stamp says `publishing`."""
    for name in ("clear_names", "clear_surroundings"):
        connection.asked(name, seconds)
    outside = {row[0] for row in around.asides}
    for name, rows in (
        ("write_divisions", around.divisions), ("write_asides", around.asides),
        ("write_missing", [row for row in around.missing if row[0] not in outside]),
        ("write_missing_of_asides", [row for row in around.missing if row[0] in outside]),
        ("write_unpaid", around.unpaid),
    ):
        for start in range(0, len(rows), BATCH):
            connection.asked(name, seconds, rows=rows[start : start + BATCH])
    connection.asked("write_tree", seconds)
