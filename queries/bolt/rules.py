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
from queries.question import Question, Row, Run, function_of

if TYPE_CHECKING:
    from lineage.ledger import Ledger

SECONDS = 60.0
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
    """Mixed payments with the first pool on the way where both kinds of money met, a hop at a time for all of them;
    what is proved of them is worked out by the rule itself.
    """
    parents: dict[str, str | None] = {}
    frontier = {row["indicator"] for row in rows if row["indicator"]}
    while frontier:
        above = {row["record"]: row["parent"]
                 for row in connection.named_rows("mixed_before", SECONDS, records=sorted(frontier))}
        parents.update({record: above.get(record) for record in frontier})
        frontier = {parent for parent in above.values() if parent not in parents}
    with_causes = [{**row, "cause": _first(row["indicator"], parents) or row["subject"]} for row in rows]
    completed = function_of(run.rules["mix/payment"], "completed")
    return list(completed(Question(run, run.rules["mix/payment"]), with_causes))


def _first(record: str | None, parents: Mapping[str, str | None]) -> str | None:
    """The end of the way up; there is one, for what only goes round carries no class of money."""
    while record is not None and (above := parents.get(record)) is not None:
        record = above
    return record


_COMPLETED: dict[str, Callable[[Connection, Run, list[Row]], list[Row]]] = {
    "chain/payment-without-indicator": _with_payees, "mix/payment": _with_causes,
}
