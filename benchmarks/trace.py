"""Opening a ledger and tracing one payment, in a process of its own; then many traces in one, beside networkx."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measures import Measure, Scale, best_seconds

TITLE = "Opening and tracing"
NOTE = (
    "A fresh interpreter opens the ledger and traces one payment to its sources; beside it, an interpreter that only "
    "starts. Then traces one after another in one process, beside a recursive query of DuckDB over the same edges."
)
RECURSIVE = """
    WITH RECURSIVE up(record) AS (SELECT ? UNION SELECT source FROM edges JOIN up ON target = record)
    SELECT count(*) FROM up
"""
MANY = 200


def ledger_of(scale: Scale) -> Path:
    """The ledger that the load benchmark made, made now where it did not run."""
    import loaders
    from benchmarks.province import bundle

    ledger = scale.folder / f"ledger-{scale.payments}"
    if not (ledger / "manifest").is_dir():
        loaders.load(ledger, [bundle(scale)])
    return ledger


def measure(scale: Scale) -> list[Measure]:
    """One cold question, many warm ones, and the peer."""
    import lineage

    path = ledger_of(scale)
    ledger = lineage.open(path)
    chosen = "SELECT record FROM payments WHERE NOT is_reversal ORDER BY hash(record) LIMIT ?"
    records = [row["record"] for row in ledger.rows(chosen, [MANY])]
    script = f"import lineage; lineage.open({str(path)!r}).trace({records[0]!r}).to_json()"
    nothing = best_seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), runs=5)
    asked = best_seconds(lambda: subprocess.run([sys.executable, "-c", script], check=True), runs=5)
    ledger.trace(records[0])
    warm = best_seconds(lambda: [ledger.trace(record) for record in records])
    ledger.rows("SELECT count(*) AS n FROM edges")
    peer = best_seconds(lambda: [ledger.rows(RECURSIVE, [record]) for record in records[:3]], runs=2)
    return [
        Measure("an interpreter that starts", nothing),
        Measure("start, open, trace one payment", asked, against="an interpreter that starts"),
        Measure("DuckDB, recursive query", peer, 3, "traces", note="records reached, no amounts"),
        Measure("trace with amounts, pro-rata", warm, MANY, "traces", "DuckDB, recursive query"),
    ]
