"""What lies inside a person's divisions, by the fiscal tree; what lies outside is absent, 404 or `hidden:N`.

Deny by default: a person without divisions sees nothing. What of an answer is hidden: `api/access/hiding.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.access.people import Person
from lineage.errors import Misuse, NotFound
from lineage.schema import BY_KIND

if TYPE_CHECKING:
    from lineage.ledger import Ledger

EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Scope:
    """The divisions a person may see; None: all of them."""

    divisions: frozenset[str] | None

    def holds(self, division: str | None) -> bool:
        """Whether something of this division may be seen; what has none only by those who see everything."""
        return self.divisions is None or division in self.divisions

    def rows(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those JSON rows whose `division_code` may be seen."""
        return [row for row in rows if self.holds(row.get("division_code"))]

    def narrowed(self, body: dict[str, Any]) -> dict[str, Any]:
        """An answer whose lists hold only what may be seen: rows by their division, bare codes by themselves."""
        if self.divisions is None:
            return body
        narrow: dict[str, Any] = {}
        for key, value in body.items():
            rows = value if isinstance(value, list) else []
            if rows and all(isinstance(row, dict) and "division_code" in row for row in rows):
                narrow[key] = self.rows(rows)
            elif key == "unknown_divisions":
                narrow[key] = [code for code in rows if self.holds(code)]
            else:
                narrow[key] = value
        return narrow


def scope_of(person: Person, ledger: Ledger) -> Scope:
    """A person's scope in a ledger: the divisions of these codes with all below them; codes it does not know give
    nothing, nor do names, which a load could give to another division.
    """
    import queries

    if EVERYTHING in person.divisions:
        return Scope(None)
    inside: set[str] = set()
    for division in person.divisions:
        with suppress(Misuse):
            if queries.division_code(ledger, division) in (division, f"{division}000"):
                inside |= queries.subtree(ledger, division)
    return Scope(frozenset(inside))


def division_of(ledger: Ledger, record: str) -> str | None:
    """The division of a record: the graph's word for nodes, else its table's or that of what it belongs to."""
    graph = ledger.graph
    node = graph.find(record)
    if node >= 0:
        return graph.division(node)
    kind, _, name = record.partition(":")
    rows = ledger.rows(_DIVISION_SQL[kind], (name,)) if kind in _DIVISION_SQL else []
    return rows[0]["division"] if rows else None


_DIVISION_SQL = {
    "transfer": "SELECT to_division_code AS division FROM transfers WHERE transfer_id = $1",
    "account_entry": "SELECT s.division_code AS division FROM account_entries e JOIN special_accounts s "
    "ON s.account_id = e.account_id WHERE e.entry_id = $1",
    "one_card_payment": "SELECT b.division_code AS division FROM one_card_payments c JOIN one_card_batches b "
    "ON b.batch_id = c.batch_id WHERE c.one_card_payment_id = $1",
} | {
    table.kind: f"SELECT division_code AS division FROM {table.name} WHERE {table.key[0]} = $1"
    for table in BY_KIND.values()
    if "division_code" in table.names
}
"""How the division of a record that is no node of the graph (a receipt, a reversal, an agency) is found."""


def all_seen(ledger: Ledger, scope: Scope, *records: str) -> bool:
    """Whether every one of the records may be seen."""
    return scope.divisions is None or all(scope.holds(division_of(ledger, record)) for record in records)


def seen(ledger: Ledger, scope: Scope, text: str) -> str:
    """The record a text names, if it may be seen; the same NotFound for what is outside and what is nowhere.

    Of several records with one bare id only those inside count, so nothing outside can be told by asking.
    """
    if scope.divisions is None:
        from lineage.trace import named

        return named(ledger, text)
    inside = [record for record in ledger.bearers(text) if scope.holds(division_of(ledger, record))]
    if len(inside) > 1:
        raise Misuse(f"{text} names {len(inside)} records", f"say which: {', '.join(inside)}")
    if not inside:
        raise NotFound(f"there is no record {text}", "find it with search")
    return inside[0]


def territory(ledger: Ledger, scope: Scope, division: str) -> frozenset[str]:
    """A named division with all below it, within the scope. Raises NotFound, alike for outside and nowhere."""
    import queries

    if scope.divisions is None:
        return queries.subtree(ledger, division)
    try:
        inside = queries.subtree(ledger, division) & scope.divisions
    except Misuse:  # no such division, or several of that name: no word of those outside
        inside = frozenset()
    if not inside:
        raise NotFound(f"there is no division {division}", "see your divisions in the overview")
    return inside
