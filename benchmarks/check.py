"""Every rule in one run of `check` over a made province, and the slowest rules by themselves."""

from __future__ import annotations

import time

from benchmarks.measures import Measure, Scale, best_seconds
from benchmarks.trace import ledger_of

TITLE = "Rules"
NOTE = (
    "All rules in one run of `check`, those off unless switched on too, on a ledger opened anew; beside it one pass of "
    "DuckDB over the movements that sums them by record. Then the slowest rules, on a ledger whose tables are bound."
)
PASS = "SELECT source, sum(amount_fen), max(date) FROM edges GROUP BY source"
SLOWEST = 5


def measure(scale: Scale) -> list[Measure]:
    """The whole catalogue, one pass over the edges, the slowest rules."""
    import lineage
    from queries import check
    from queries.catalogue import catalogue, shared_tables
    from queries.parameters import settings
    from queries.question import Run

    path = ledger_of(scale)
    rules = catalogue()
    names = [rule.name for rule in rules]
    findings = len(check(lineage.open(path), names).findings)
    whole = best_seconds(lambda: check(lineage.open(path), names), runs=2)
    ledger = lineage.open(path)
    one_pass = best_seconds(lambda: ledger.query(PASS))
    run = Run(ledger, {rule.name: rule for rule in rules}, shared_tables(), settings(rules))
    took = []
    for name in names:
        start = time.perf_counter()
        found = len(run.rows(name))
        took.append((time.perf_counter() - start, name, found))
    measures = [
        Measure("DuckDB, sums of all movements", one_pass, note="one pass"),
        Measure(f"check, {len(names)} rules", whole, len(names), "rules", "DuckDB, sums of all movements",
                f"{findings} findings"),
    ]
    measures += [Measure(name, seconds, note=f"{found} findings") for seconds, name, found in sorted(took)[-SLOWEST:]]
    return measures
