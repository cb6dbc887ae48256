"""The pro-rata class pass over a whole ledger, beside one reading of the edges from memory."""

from __future__ import annotations

import numpy

from benchmarks.measures import Measure, Scale, best_seconds
from benchmarks.trace import ledger_of

TITLE = "Attribution of a whole ledger"
NOTE = (
    "Every pool's money split into ten classes to the fen, over all nodes and edges. Beside it, summing the amounts of "
    "all edges: the least that any pass over them can cost."
)


def measure(scale: Scale) -> list[Measure]:
    """The first call compiles, or reads the kept machine code; the best of the later ones is the pass itself."""
    import lineage
    from lineage.attribution import class_pass

    graph = lineage.open(ledger_of(scale)).graph
    amounts = numpy.array(graph.edges.amount)
    count = len(amounts)
    summed = best_seconds(lambda: int(amounts.sum()), runs=5)
    first = best_seconds(lambda: class_pass.pro_rata(graph, edges=True), runs=1)
    later = best_seconds(lambda: class_pass.pro_rata(graph, edges=True))
    name = "summing all edges"
    return [
        Measure(name, summed, count, "edges"),
        Measure("pro-rata, first call", first, count, "edges", name),
        Measure("pro-rata", later, count, "edges", name),
    ]
