"""Payments below a break: counted once each, whatever the way, and at a cost that stays that of the edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx
import numpy as np
import pytest

from lineage.compiled import sized
from lineage.graph.chains import payments_below


def drawn(seed: int) -> tuple[networkx.DiGraph, np.ndarray, list[int]]:
    """A small graph (every second one without rings), which nodes are payments of what amount, and some roots."""
    dice = np.random.default_rng(seed)
    count = int(dice.integers(2, 14))
    pairs = {(int(one), int(other)) for one, other in dice.integers(0, count, (int(dice.integers(0, 26)), 2))}
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(pair for pair in pairs if seed % 2 or pair[0] < pair[1])
    own = np.zeros((count, 2), np.int64)
    for node in np.flatnonzero(dice.random(count) < 0.5):
        own[node] = 1, dice.integers(1, 100)
    return graph, own, dice.permutation(count)[: int(dice.integers(1, count + 1))].tolist()


def sparse(graph: networkx.DiGraph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    edges = sorted(graph.edges)
    source = np.array([one for one, _ in edges], np.int64)
    target = np.array([other for _, other in edges], np.int32)
    start = np.searchsorted(source, np.arange(len(graph) + 1)).astype(np.int64)
    return start, target, np.bincount(target, minlength=len(graph)).astype(np.int64)


def below(*arrays: Any) -> np.ndarray:
    with sized(1):
        found: np.ndarray = payments_below(*arrays)
    return found


@pytest.mark.parametrize("seed", range(200))
def test_it_is_what_networkx_finds_below(seed: int) -> None:
    graph, own, roots = drawn(seed)
    start, target, entering = sparse(graph)
    found = below(start, target, np.array(roots, np.int32), entering, own)
    expected = [own[sorted({root, *networkx.descendants(graph, root)})].sum(axis=0).tolist() for root in roots]
    assert found.tolist() == expected


class Counted:
    """Targets of edges that count how often they are read."""

    def __init__(self, target: np.ndarray) -> None:
        self.target, self.reads = target, 0

    def __getitem__(self, edge: int) -> int:
        self.reads += 1
        return int(self.target[edge])


def fans(gaps: int, payments: int) -> Iterator[tuple[int, int]]:
    """Transfers from nowhere, all into one indicator that pays many, all into one account."""
    yield from ((gap, gaps) for gap in range(gaps))
    yield from ((gaps, gaps + 1 + place) for place in range(payments))
    yield from ((gaps + 1 + place, gaps + 1 + payments) for place in range(payments))


def test_many_breaks_above_many_payments_cost_the_edges_once() -> None:
    reads = []
    for size in (50, 100):
        graph = networkx.DiGraph(fans(size, 5 * size))
        start, target, entering = sparse(graph)
        own = np.zeros((len(graph), 2), np.int64)
        own[size + 1 : 6 * size + 1] = 1, 7
        counted = Counted(target)
        found = below(start, counted, np.arange(size), entering, own)
        assert found.tolist() == [[5 * size, 35 * size]] * size
        reads.append(counted.reads)
    assert reads[1] == 2 * reads[0]
