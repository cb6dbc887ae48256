"""The class passes over a whole ledger, one a policy, beside one reading of the edges from memory."""

from __future__ import annotations

from functools import partial

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
    from lineage.attribution import POLICIES
    from lineage.attribution.passes import origin_classes

    graph = lineage.open(ledger_of(scale)).graph
    amounts = numpy.array(graph.edges.amount)
    count = len(amounts)
    summed = best_seconds(lambda: int(amounts.sum()), runs=5)
    name = "summing all edges"
    found = [Measure(name, summed, count, "edges")]
    for policy in (policy for policy in POLICIES if policy != "poison"):
        first = best_seconds(partial(origin_classes, graph, policy), runs=1)
        later = best_seconds(partial(origin_classes, graph, policy))
        found.append(Measure(f"{policy}, first call", first, count, "edges", name))
        found.append(Measure(policy, later, count, "edges", name))
    return found
