"""What lies up- or downstream: the same by walking node by node as by whole rows, and as networkx finds it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import networkx
import numpy as np
import pytest

import lineage
from lineage import subgraph
from lineage.graph import Graph
from lineage.subgraph import Direction, reach


@pytest.fixture(scope="module")
def graph(example_ledger: Callable[[str], Path]) -> Graph:
    """The graph of the example `tangled`: rings, diamonds, fans."""
    return lineage.open(example_ledger("tangled")).graph


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("few", [0, 3, 1_000])
def test_it_is_the_same_however_it_is_walked_and_that_of_networkx(
    graph: Graph, direction: Direction, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subgraph, "FEW", few)
    whole = networkx.DiGraph()
    whole.add_nodes_from(range(graph.node_count))
    whole.add_edges_from(zip(graph.edges.source.tolist(), graph.edges.target.tolist(), strict=True))
    whole = whole.reverse() if direction == "up" else whole
    for node in range(graph.node_count):
        found = reach(graph, np.array([node]), direction)
        hops = networkx.single_source_shortest_path_length(whole, node)
        assert dict(zip(found.nodes.tolist(), found.depth.tolist(), strict=True)) == hops
        assert list(zip(found.depth.tolist(), found.nodes.tolist(), strict=True)) == sorted(
            (depth, member) for member, depth in hops.items())


def test_a_trail_that_no_limit_cuts_is_the_same_as_one_cut_by_limits_that_cut_nothing(
    example_ledger: Callable[[str], Path]
) -> None:
    ledger = lineage.open(example_ledger("tangled"))
    for node in range(ledger.graph.node_count):
        for direction in ("up", "down"):
            name = ledger.graph.record(node)
            assert ledger.trace(name, direction) == ledger.trace(name, direction, depth=10**6), name  # type: ignore[arg-type]
