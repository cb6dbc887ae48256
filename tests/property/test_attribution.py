"""On random tangled networks every trace equals the slow oracle's, and what must hold for any network holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.attribution import POLICIES
from lineage.entries import advances
from lineage.graph import Graph
from lineage.proof import UNSOURCED, proved
from lineage.shares import Follower, records_as_sources
from lineage.subgraph import money_order, reach
from tests.oracle.answers import bounds_of
from tests.oracle.attribution import Attributed, Lot, attribute
from tests.oracle.network import Network
from tests.oracle.random_network import graph_of, random_network

SEEDS = st.integers(0, 10**9)
AMOUNTS = [policy for policy in POLICIES if policy != "poison"]


def followed(graph: Graph, policy: str) -> Follower:
    follower = Follower(graph, policy, records_as_sources(graph))
    follower.follow(money_order(graph, np.arange(graph.node_count)))
    return follower


def named(graph: Graph, lot: dict[int, int]) -> Lot:
    beyond = graph.node_count
    return {(0, graph.record(key)) if key < beyond else (1, key - beyond): fen for key, fen in lot.items() if fen}


def held(lot: Lot) -> Lot:
    return {key: fen for key, fen in lot.items() if fen}


def living(graph: Graph) -> Iterator[int]:
    return (node for node in range(graph.node_count) if graph.nodes.alive[node])


@pytest.mark.parametrize("policy", AMOUNTS)
@given(SEEDS)
def test_every_pool_draw_and_balance_equals_the_oracles(policy: str, seed: int) -> None:
    network = random_network(seed)
    graph = graph_of(network, seed)
    expected: Attributed = attribute(network, policy)
    follower = followed(graph, policy)
    for node in range(graph.node_count):
        record = graph.record(node)
        assert named(graph, follower.pool(node)) == held(expected.pool[record]), record
        assert named(graph, follower.balance(node)) == held(expected.balance[record]), record
    for edge in range(graph.edge_count):
        ends = graph.record(int(graph.edges.source[edge])), graph.record(int(graph.edges.target[edge]))
        assert named(graph, follower.draw(edge)) == held(expected.carried.get(ends, {})), ends


@given(SEEDS)
def test_advances_are_the_oracles_waiting_draws(seed: int) -> None:
    network = random_network(seed)
    graph = graph_of(network, seed)
    early = advances(graph, range(graph.edge_count))
    found = {
        (graph.record(int(graph.edges.source[edge])), graph.record(int(graph.edges.target[edge])))
        for edge in early if edge not in graph.edges.named_edge
    }
    waited = {ends for ends in attribute(network, "rolling").advances if ends not in _naming(network)}
    assert found == waited


def _naming(network: Network) -> set[tuple[str, str]]:
    into = {(edge.source, edge.target) for edge in network.edges}
    return {(edge.source, edge.target) for edge in network.edges if edge.named and (edge.named, edge.source) in into}


@pytest.mark.parametrize("policy", AMOUNTS)
@given(SEEDS)
def test_at_every_node_draws_and_balance_are_the_deposits_source_by_source(policy: str, seed: int) -> None:
    graph = graph_of(random_network(seed, 6))
    follower = followed(graph, policy)
    for node in range(graph.node_count):
        left = follower.pool(node)
        assert sum(left.values()) == graph.pools.pool[node]
        for lot in [follower.balance(node), *(follower.draw(edge) for edge in graph.outgoing(node))]:
            for key, fen in lot.items():
                assert fen > 0
                left[key] -= fen
        assert not any(left.values())


@given(SEEDS)
def test_bounds_equal_networkx_and_contain_every_policy(seed: int) -> None:
    network = random_network(seed, 8)
    graph = graph_of(network, seed)
    followers = {policy: followed(graph, policy) for policy in AMOUNTS}
    beyond = graph.node_count
    for node in list(living(graph))[-6:]:
        pool = int(graph.pools.pool[node])
        proof = proved(graph, node, reach(graph, np.array([node]), "up").nodes, pool)
        for source, found in proof.items():
            for follower in followers.values():
                lot = follower.pool(node)
                has = lot.get(source, 0) if source != UNSOURCED else lot.get(beyond, 0) + lot.get(beyond + 1, 0)
                assert found.least <= has <= found.most
            if source != UNSOURCED:
                least, most = bounds_of(network, graph.record(node), (0, graph.record(source)), pool)
                assert (found.least, found.most) == (max(0, least), min(pool, most))


@given(SEEDS)
def test_poison_marks_all_that_any_policy_finds(seed: int) -> None:
    graph = graph_of(random_network(seed, 6))
    marked = followed(graph, "poison")
    for policy in AMOUNTS:
        follower = followed(graph, policy)
        for node in range(graph.node_count):
            assert set(follower.pool(node)) <= set(marked.pool(node))


@pytest.mark.parametrize("policy", AMOUNTS)
@given(SEEDS)
def test_a_source_followed_down_ends_where_the_ends_followed_up_find_it(policy: str, seed: int) -> None:
    graph = graph_of(random_network(seed, 6))
    follower = followed(graph, policy)
    born: dict[int, int] = {}
    ended: dict[int, int] = {}
    for node in range(graph.node_count):
        incoming: dict[int, int] = {}
        for edge in graph.incoming(node):
            for key, fen in follower.draw(edge).items():
                incoming[key] = incoming.get(key, 0) + fen
        for key, fen in follower.pool(node).items():
            born[key] = born.get(key, 0) + fen - incoming.get(key, 0)
        for key, fen in follower.balance(node).items():
            ended[key] = ended.get(key, 0) + fen
    assert {key: fen for key, fen in born.items() if fen} == ended


@pytest.mark.parametrize("policy", AMOUNTS)
@given(SEEDS)
def test_the_order_of_rows_does_not_matter(policy: str, seed: int) -> None:
    network = random_network(seed, 6)
    one, other = graph_of(network, 1), graph_of(network, 2)
    assert np.array_equal(one.edges.flow, other.edges.flow)
    first, second = followed(one, policy), followed(other, policy)
    for node in range(one.node_count):
        assert first.pool(node) == second.pool(node)
        assert first.balance(node) == second.balance(node)
