"""What lies inside a person's divisions, by the fiscal tree; what lies outside is absent, 404 or `hidden:N`.

Deny by default: a person without divisions sees nothing. A trace that crosses the border shows the outside record as
`hidden:N` with its tier, division and amount only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.access.people import Person
from lineage.errors import NotFound
from lineage.schema import BY_KIND

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from lineage.trail import Trail

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
    """A person's scope in a ledger: the named divisions with all below them; names it does not know give nothing."""
    import queries

    if EVERYTHING in person.divisions:
        return Scope(None)
    inside: set[str] = set()
    for division in person.divisions:
        try:
            inside |= queries.subtree(ledger, division)
        except NotFound:
            continue
    return Scope(frozenset(inside))


def division_of(ledger: Ledger, record: str) -> str | None:
    """The division of a record: the graph's word for nodes, else its table's."""
    graph = ledger.graph
    node = graph.find(record)
    if node >= 0:
        return graph.division(node)
    kind, _, name = record.partition(":")
    table = BY_KIND[kind]
    if "division_code" not in table.names and kind != "transfer":
        return _through_account(ledger, name) if kind == "account_entry" else None
    column = "to_division_code" if kind == "transfer" else "division_code"
    rows = ledger.rows(f"SELECT {column} AS division FROM {table.name} WHERE record = $1", (record,))
    return rows[0]["division"] if rows else None


def _through_account(ledger: Ledger, entry: str) -> str | None:
    rows = ledger.rows(
        "SELECT s.division_code AS division FROM account_entries e JOIN special_accounts s "
        "ON s.account_id = e.account_id WHERE e.entry_id = $1",
        (entry,),
    )
    return rows[0]["division"] if rows else None


def all_seen(ledger: Ledger, scope: Scope, *records: str) -> bool:
    """Whether every one of the records may be seen."""
    return scope.divisions is None or all(scope.holds(division_of(ledger, record)) for record in records)


def seen(ledger: Ledger, scope: Scope, text: str) -> str:
    """The record a text names, if it may be seen; the same NotFound for what is outside and what is nowhere."""
    if scope.divisions is None:
        from lineage.trace import named

        return named(ledger, text)
    absent = NotFound(f"there is no record {text}", "find it with search")
    try:
        record = ledger.resolve(text)
    except NotFound:
        raise absent from None
    if not scope.holds(division_of(ledger, record)):
        raise absent
    return record


def trail_json(trail: Trail, scope: Scope, ledger: Ledger) -> dict[str, Any]:
    """A trail's JSON with the records outside the scope hidden."""
    answer = trail.to_json()
    if scope.divisions is None:
        return answer
    divisions = {node["record"]: node["division_code"] for node in answer["nodes"]}
    for part in ("sources", "reached", "breaks"):
        for row in answer.get(part, ()):
            divisions.setdefault(row["record"], row.get("division_code") or division_of(ledger, row["record"]))
    outside = sorted(record for record, division in divisions.items() if not scope.holds(division))
    names = {record: f"hidden:{number}" for number, record in enumerate(outside, 1)}
    tiers = _tiers(ledger)
    for node in answer["nodes"]:
        if node["record"] in names:
            node.update(
                record=names[node["record"]],
                kind="hidden",
                title="",
                date=None,
                poverty=False,
                state="none",
                tier=tiers.get(node["division_code"]),
            )
    for source in answer.get("sources", ()):
        if source["record"] in names:
            source["record"] = names[source["record"]]
    for end in answer.get("reached", ()):
        end["record"] = names.get(end["record"], end["record"])
    for edge in answer["edges"]:
        edge["from"], edge["to"] = names.get(edge["from"], edge["from"]), names.get(edge["to"], edge["to"])
        if edge["from"].startswith("hidden:") and edge["to"].startswith("hidden:"):
            edge["date"] = None
    answer["breaks"] = [gap for gap in answer["breaks"] if gap["record"] not in names]
    if names:  # notes and proposals may name what is hidden
        answer.pop("notes", None)
        answer.pop("proposed", None)
    return answer


def _tiers(ledger: Ledger) -> dict[str, str]:
    return {row["division_code"]: row["level"] for row in ledger.rows("SELECT division_code, level FROM divisions")}
