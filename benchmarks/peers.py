"""One upstream question and all edges read, beside the graph engines that other people would take."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy

from benchmarks.engines import ENGINES, Engine, Movements
from benchmarks.measures import Measure, Scale, best_seconds
from benchmarks.trace import ledger_of

TITLE = "Beside graph engines"
NOTE = (
    "The same movements in each, records as numbers. *Upstream*: all records a payment's money came by, for payments "
    "drawn once for all; every engine must find as many as we do. *Edges*: every edge with both ends and its amount "
    "read out into Python's memory. Ours are the memory-mapped arrays of an opened ledger; *trace* is the whole answer "
    "with amounts, sources and state, which no peer gives. Ratios are of rates: 0.01× is a hundred times slower."
)
ASKED = 200
OURS_UP, OURS_EDGES = "fund-lineage, upstream", "fund-lineage, edges"


def measure(scale: Scale) -> list[Measure]:
    """Ours, then each peer that is there and takes so much; the others are named with the reason."""
    import lineage
    from lineage.subgraph import reach

    ledger = lineage.open(ledger_of(scale))
    graph = ledger.graph
    edges = graph.edges
    chosen = "SELECT record FROM payments WHERE NOT is_reversal AND status = 'valid' ORDER BY hash(record) LIMIT ?"
    names = [row["record"] for row in ledger.rows(chosen, [ASKED])]
    records = [graph.find(name) for name in names]
    counts = [len(reach(graph, numpy.array([record]), "up").nodes) for record in records]
    asked = best_seconds(lambda: [reach(graph, numpy.array([record]), "up") for record in records])
    ledger.trace(names[0])
    traced = best_seconds(lambda: [ledger.trace(name) for name in names])
    movements = _copied(edges, graph.node_count)
    copied = best_seconds(partial(_copied, edges, graph.node_count))
    found = [
        Measure(OURS_UP, asked, ASKED, "questions"),
        Measure("fund-lineage, trace", traced, ASKED, "questions", OURS_UP),
        Measure(OURS_EDGES, copied, graph.edge_count, "edges"),
    ]
    for engine in ENGINES:
        found += _beside(engine, movements, list(zip(records, counts, strict=True)), scale)
    return found


def _copied(edges: Any, count: int) -> Movements:
    return Movements(count, numpy.array(edges.source), numpy.array(edges.target), numpy.array(edges.amount))


def _beside(engine: type[Engine], movements: Movements, asked: list[tuple[int, int]], scale: Scale) -> list[Measure]:
    if scale.payments > engine.payments_most:
        return [Measure(engine.name, 0, skipped=f"asked for at most {engine.payments_most:,} payments")]
    folder = scale.folder / "peer"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    begun = time.perf_counter()
    try:
        peer = engine(movements, folder)
    except (ImportError, RuntimeError) as problem:
        return [Measure(engine.name, 0, skipped=str(problem).splitlines()[0][:120])]
    built = time.perf_counter() - begun
    few = asked[: engine.traces]
    try:
        for record, count in few:
            assert peer.upstream(record) == count, f"{engine.name} finds {peer.upstream(record)} records, not {count}"
        upstream = best_seconds(lambda: [peer.upstream(record) for record, _ in few], runs=2)
        read = _checked(peer.sum_of_edges, int(movements.amount.sum()))
    finally:
        peer.close()
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Measure(f"{engine.name}, taking the edges in", built, len(movements.source), "edges"),
        Measure(f"{engine.name}, upstream", upstream, len(few), "questions", OURS_UP),
        Measure(f"{engine.name}, edges", read, len(movements.source), "edges", OURS_EDGES),
    ]


def _checked(work: Callable[[], int], expected: int) -> float:
    begun = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - begun
    assert found == expected, f"read {found} fen, expected {expected}"
    return seconds
