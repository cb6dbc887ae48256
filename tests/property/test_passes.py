"""The whole-ledger passes, compiled, equal the functions for one pool: every node and movement, every policy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.attribution import POLICIES, class_walk
from lineage.attribution.class_mixture import MIXED, first_fen
from lineage.attribution.mixture import first_fen as exact_first_fen
from lineage.attribution.passes import origin_classes
from lineage.compiled import sized
from lineage.errors import Misuse
from lineage.shares import Follower, classes_as_sources
from lineage.subgraph import money_order
from tests.oracle.random_network import graph_of, random_network

ALWAYS_COMPILED = 10**9
AMOUNTS = st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 2**58), st.just(2**50))


@pytest.mark.parametrize("policy", [policy for policy in POLICIES if policy != "poison"])
@given(seed=st.integers(0, 10**9))
def test_a_pass_equals_following_the_classes_one_pool_after_the_other(policy: str, seed: int) -> None:
    graph = graph_of(random_network(seed, 16))
    with sized(ALWAYS_COMPILED):
        nodes, edges = origin_classes(graph, policy)
    pools, carried = nodes.dense(graph.pools.pool), edges.dense(graph.edges.flow)
    follower = Follower(graph, policy, classes_as_sources())
    follower.follow(money_order(graph, np.arange(graph.node_count)))
    for node in range(graph.node_count):
        assert _row(follower.pool(node)) == pools[node].tolist(), graph.record(node)
    for edge in range(graph.edge_count):
        assert _row(follower.draw(edge)) == carried[edge].tolist(), edge


@pytest.mark.parametrize("policy", [policy for policy in POLICIES if policy != "poison"])
@given(seed=st.integers(0, 10**9))
@settings(max_examples=10)
def test_small_work_interpreted_gives_what_compiled_work_gives(policy: str, seed: int) -> None:
    graph = graph_of(random_network(seed, 16))
    with sized(ALWAYS_COMPILED):
        compiled = origin_classes(graph, policy)
    with sized(1):
        interpreted = origin_classes(graph, policy)
    for one, other, total in zip(compiled, interpreted, (graph.pools.pool, graph.edges.flow), strict=True):
        assert one.dense(total).tolist() == other.dense(total).tolist()


def test_a_pass_grows_its_rows_and_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(random_network(7, 60))
    roomy = [part.rows[part.row[part.kind == MIXED]].tolist() for part in origin_classes(graph, "lifo")]
    assert len(roomy[1]) > 20, "the network has too little mixed money for this test"
    monkeypatch.setattr(class_walk, "FRESH_ROWS", 0)
    assert [part.rows[part.row[part.kind == MIXED]].tolist() for part in origin_classes(graph, "lifo")] == roomy


def _row(lot: dict[int, int]) -> list[int]:
    return [lot.get(kind, 0) for kind in range(10)]


@given(st.lists(AMOUNTS, min_size=10, max_size=10), st.data())
def test_the_compiled_part_of_a_mixture_is_exact_past_64_bit_products(mixture: list[int], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, sum(mixture)))
    given_fen = np.zeros(10, np.int64)
    first_fen(np.array(mixture, np.int64), count, given_fen)
    assert given_fen.tolist() == list(exact_first_fen(dict(enumerate(mixture)), count).values())


def test_poison_has_no_pass() -> None:
    with pytest.raises(Misuse, match='found "poison"'):
        origin_classes(graph_of(random_network(1)), "poison")
