"""The chain and mix rules on a published graph: each a traversal in Cypher that gives the rows its SQL would give.

All other rules ask tables, which are the ledger's; so one check asks both, of the same state. Names of payees are not
published: a sentence that has one takes it from the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queries.bolt.driver import Connection
from queries.check import CheckResult, checked, run_of
from queries.question import Row, Run

if TYPE_CHECKING:
    from lineage.ledger import Ledger

SECONDS = 60.0
HOPS_MOST = 100
"""As far as mix/payment looks for the first pool where poverty and other money met."""
TRAVERSED = ("chain/dangling-reference", "chain/payment-without-indicator", "chain/unreceived-transfer",
             "chain/unsourced-indicator", "chain/wrong-division", "mix/non-poverty-source", "mix/payment")


def check_there(connection: Connection, ledger: Ledger, rules: Iterable[str] | None, division: str | None,
                terms: tuple[Path | None, Mapping[str, Any] | Path | None]) -> CheckResult:
    """`queries.check` with the chain and mix rules asked of a published graph that holds the ledger's state;
    `terms` are the rules folder and the parameters. Raises Unavailable besides what `check` raises.
    """
    run = run_of(ledger, *terms)
    wanted = None if rules is None else frozenset(rules)
    for name in TRAVERSED:
        if wanted is None or name in wanted:
            run.done[name] = sorted(found(connection, run, name), key=lambda row: str(row["subject"]))
    return checked(run, wanted, division)


def found(connection: Connection, run: Run, name: str) -> list[Row]:
    """What one of the traversed rules finds on the server."""
    query = "rule_" + name.replace("/", "_").replace("-", "_")
    as_of = run.ledger.as_of.isoformat() if run.ledger.as_of else None
    rows = connection.named_rows(query, SECONDS, as_of=as_of, **run.settings.values.get(name, {}))
    complete = _COMPLETED.get(name)
    return complete(connection, run, rows) if complete else rows


def _with_payees(connection: Connection, run: Run, rows: list[Row]) -> list[Row]:
    names = {row["record"]: row["payee_name"] for row in run.ledger.rows(
        "SELECT record, payee_name FROM payments WHERE list_contains($names, record)",
        {"names": [row["subject"] for row in rows]})}
    return [{**row, "payee_name": names.get(row["subject"])} for row in rows]


def _with_causes(connection: Connection, run: Run, rows: list[Row]) -> list[Row]:
    """Mixed payments with the first pool on the way where both kinds of money met, a hop at a time for all of them."""
    parents: dict[str, str | None] = {}
    frontier = {row["parent"] for row in rows if row["parent"]}
    while frontier:
        above = {row["record"]: row["parent"]
                 for row in connection.named_rows("mixed_before", SECONDS, records=sorted(frontier))}
        parents.update({record: above.get(record) for record in frontier})
        frontier = {parent for parent in above.values() if parent not in parents}
    return [_mixed(row, _first(row["parent"], parents) or row["subject"]) for row in rows]


def _first(record: str | None, parents: Mapping[str, str | None]) -> str | None:
    for _ in range(HOPS_MOST):
        above = parents.get(record) if record else None
        if above is None:
            break
        record = above
    return record


def _mixed(row: Row, cause: str) -> Row:
    paid, poverty, other = row["paid_fen"], row["poverty_fen"], row["other_fen"]
    known = row["indicator"] is not None
    held_poverty, held_other = (row["pool_poverty_fen"], row["pool_other_fen"]) if known else (poverty, other)
    return {
        "subject": row["subject"], "division_code": row["division_code"], "amount_fen": min(poverty, other),
        "paid_fen": paid, "poverty_fen": poverty, "other_fen": other, "cause": cause,
        "other_least_fen": max(0, paid - held_poverty), "other_most_fen": min(paid, held_other),
        "evidence": [cause, row["indicator"]],
    }


_COMPLETED: dict[str, Callable[[Connection, Run, list[Row]], list[Row]]] = {
    "chain/payment-without-indicator": _with_payees, "mix/payment": _with_causes,
}
