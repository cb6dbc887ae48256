"""The whole-ledger passes, compiled, equal the functions for one pool: every node and movement, every policy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lineage.attribution import POLICIES, class_walk
from lineage.attribution.class_mixture import EMPTY, MIXED, first_fen, first_parts
from lineage.attribution.mixture import first_fen as exact_first_fen
from lineage.attribution.passes import origin_classes
from lineage.attribution.wide import product_exceeds
from lineage.compiled import sized
from lineage.errors import Misuse
from lineage.graph.arrays import CLASSES
from lineage.shares import Follower, classes_as_sources
from lineage.subgraph import money_order
from tests.oracle.network import Edge, Network, Node, finish
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


@pytest.mark.parametrize("policy", [policy for policy in POLICIES if policy != "poison"])
def test_a_pass_grows_its_rows_and_goes_on_where_it_stopped(policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(random_network(7, 60))
    roomy = [part.rows[part.row[part.kind == MIXED]].tolist() for part in origin_classes(graph, policy)]
    assert len(roomy[1]) > 20, "the network has too little mixed money for this test"
    for fresh in (0, 3):
        monkeypatch.setattr(class_walk, "FRESH_ROWS", fresh)
        assert [part.rows[part.row[part.kind == MIXED]].tolist() for part in origin_classes(graph, policy)] == roomy


@pytest.mark.parametrize(("policy", "first", "second", "left"), [
    ("pro-rata", [24, 16], [24, 16], [12, 8]), ("rolling", [24, 16], [24, 16], [12, 8]),
    ("fifo", [40, 0], [20, 20], [0, 20]), ("lifo", [0, 40], [40, 0], [20, 0]),
    ("libr", [0, 40], [40, 0], [20, 0]), ("poverty-first", [40, 0], [20, 20], [0, 20]),
])
def test_a_pool_of_two_classes_by_hand(policy: str, first: list[int], second: list[int], left: list[int]) -> None:
    """60 of the province for the poor come on day 1, 40 of a city on day 2; 40 and 40 are paid on days 3 and 4.

    Nobody names a deposit, and an allocation of nothing lies beside.
    """
    nodes = [Node("allocation:A", "allocation", 60, "2017-01-01", "4", True, tier="province"),
             Node("allocation:B", "allocation", 40, "2017-01-02", "4", tier="city"),
             Node("allocation:C", "allocation", 0, "2017-01-01", "4", tier="county"),
             Node("transfer:A", "transfer", 60, "2017-01-01", "4"),
             Node("transfer:B", "transfer", 40, "2017-01-02", "4"),
             Node("indicator:I", "indicator", 100, "2017-01-01", "4"),
             Node("payment:P", "payment", 40, "2017-01-03", "4"), Node("payment:Q", "payment", 40, "2017-01-04", "4")]
    edges = [Edge("allocation:A", "transfer:A", 60, "2017-01-01"), Edge("transfer:A", "indicator:I", 60, "2017-01-01"),
             Edge("allocation:B", "transfer:B", 40, "2017-01-02"), Edge("transfer:B", "indicator:I", 40, "2017-01-02"),
             Edge("indicator:I", "payment:P", 40, "2017-01-03"), Edge("indicator:I", "payment:Q", 40, "2017-01-04")]
    graph = graph_of(finish(Network({node.record: node for node in nodes}, edges)))
    classes, _ = origin_classes(graph, policy)
    poor, other = CLASSES.index("province_poverty"), CLASSES.index("city_other")
    pools = classes.dense(graph.pools.pool)
    found = [pools[graph.find(record), [poor, other]].tolist() for record in ("indicator:I", "payment:P", "payment:Q")]
    assert found == [[60, 40], first, second]
    assert [60 - first[0] - second[0], 40 - first[1] - second[1]] == left
    assert classes.kind[graph.find("allocation:C")] == EMPTY


def test_pools_that_nothing_leaves_find_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four accounts, each with a payment of a county's own money for the poor and one of its other money."""
    monkeypatch.setattr(class_walk, "FRESH_ROWS", 0)
    day = "2017-01-01"
    nodes, edges = [], []
    for number in range(4):
        nodes.append(Node(f"special_account:{number}", "special_account", 0, "", "4"))
        for poor, fen in ((True, 10), (False, 5)):
            name = f"{number}{poor}"
            nodes += [Node(f"indicator:{name}", "indicator", fen, day, "4", poor, own=True, tier="county"),
                      Node(f"payment:{name}", "payment", fen, day, "4", poor)]
            edges += [Edge(f"indicator:{name}", f"payment:{name}", fen, day),
                      Edge(f"payment:{name}", f"special_account:{number}", fen, day)]
    graph = graph_of(finish(Network({node.record: node for node in nodes}, edges)))
    for policy in ("pro-rata", "lifo"):
        classes, _ = origin_classes(graph, policy)
        pools = classes.dense(graph.pools.pool)
        for number in range(4):
            assert pools[graph.find(f"special_account:{number}")].tolist() == [0, 0, 0, 0, 10, 5, 0, 0, 0, 0]


def test_more_fen_than_there_are_is_all_of_them() -> None:
    """A record in a ring can be of more fen than its pool holds when the ring is taken out."""
    assert first_parts(np.array([[3, 4] + [0] * 8]), np.array([9])).tolist() == [[3, 4] + [0] * 8]
    assert first_parts(np.array([[3, 4] + [0] * 8]), np.array([5])).tolist() == [[2, 3] + [0] * 8]


def _row(lot: dict[int, int]) -> list[int]:
    return [lot.get(kind, 0) for kind in range(10)]


@given(st.lists(AMOUNTS, min_size=10, max_size=10), st.data())
def test_the_compiled_part_of_a_mixture_is_exact_past_64_bit_products(mixture: list[int], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, sum(mixture)))
    given_fen = np.zeros(10, np.int64)
    first_fen(np.array(mixture, np.int64), count, given_fen)
    assert given_fen.tolist() == list(exact_first_fen(dict(enumerate(mixture)), count).values())


FACTORS = st.integers(0, 2**63 - 1)


@given(FACTORS, FACTORS, FACTORS, st.integers(-2, 2))
@example(2**33, 2**33, 3, 1)
@example(2**40, 2**50, 2**51, -1)
@example(2**63 - 1, 2**63 - 1, 2**63 - 2, -1)
@example(2**32 + 1, 2**32 - 1, 2**32, 0)
def test_products_past_64_bits_are_compared_exactly(one: int, other: int, third: int, more: int) -> None:
    """Of four factors at will, and of products that are alike but for one factor or a fen of it."""
    for left, right in (((one, other), (third, other)), ((one, other), (other, one)), ((one, other), (third, third)),
                        ((one, other), (max(0, min(one + more, 2**63 - 1)), other))):
        first, second = left[0] * left[1], right[0] * right[1]
        assert product_exceeds(*left, *right) == (first > second) - (first < second)


def test_poison_has_no_pass() -> None:
    with pytest.raises(Misuse, match='found "poison"'):
        origin_classes(graph_of(random_network(1)), "poison")
