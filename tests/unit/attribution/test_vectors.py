"""Known vectors over whole networks: the ring, and that a stranger's money changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.attribution import POLICIES
from lineage.graph import Graph
from lineage.shares import Follower, records_as_sources
from lineage.subgraph import money_order
from tests.oracle.network import Edge, Network, Node, finish
from tests.oracle.random_network import graph_of, random_network

AMOUNTS = [policy for policy in POLICIES if policy != "poison"]


def pools(graph: Graph, policy: str) -> dict[str, dict[str, int]]:
    follower = Follower(graph, policy, records_as_sources(graph))
    follower.follow(money_order(graph, np.arange(graph.node_count)))
    beyond = graph.node_count
    return {
        graph.record(node): {
            graph.record(key) if key < beyond else f"unsourced {key - beyond}": fen
            for key, fen in follower.pool(node).items()
        }
        for node in range(graph.node_count)
    }


def ring() -> Network:
    """An allocation of 1000 feeds a ring of indicators: 1000, then 900, 810 and back 729."""
    day = "2017-01-01"
    nodes = [Node("allocation:A", "allocation", 1000, day, "4", tier="province"),
             Node("transfer:T0", "transfer", 1000, day, "4")]
    edges = [Edge("allocation:A", "transfer:T0", 1000, day), Edge("transfer:T0", "indicator:I1", 1000, day)]
    for number, amount in enumerate((1000, 900, 810, 729), start=1):
        nodes += [Node(f"indicator:I{number}", "indicator", 0, day, "4"),
                  Node(f"transfer:T{number}", "transfer", amount, day, "4")]
        following = number % 4 + 1
        edges += [Edge(f"indicator:I{number}", f"transfer:T{number}", amount, day),
                  Edge(f"transfer:T{number}", f"indicator:I{following}", amount, day)]
    return finish(Network({node.record: node for node in nodes}, edges))


@pytest.mark.parametrize("policy", AMOUNTS)
def test_what_goes_round_in_a_ring_is_all_sourced(policy: str) -> None:
    graph = graph_of(ring())
    found = pools(graph, policy)
    assert {record: lot for record, lot in found.items() if record.startswith("indicator")} == {
        "indicator:I1": {"allocation:A": 1000}, "indicator:I2": {"allocation:A": 271},
        "indicator:I3": {"allocation:A": 171}, "indicator:I4": {"allocation:A": 81},
    }
    assert not graph.pools.unsourced.any()


@pytest.mark.parametrize("policy", AMOUNTS)
def test_a_fen_from_outside_is_a_source(policy: str) -> None:
    """An account got a fen from outside the treasury and spent it."""
    day = "2017-01-01"
    account = Node("special_account:S", "special_account", 0, "", "4", receipts=[(day, "account_entry:R", 1, True)])
    entry = Node("account_entry:E", "account_entry", 1, day, "4")
    edges = [Edge(account.record, entry.record, 1, day)]
    found = pools(graph_of(finish(Network({node.record: node for node in (account, entry)}, edges))), policy)
    assert found == {account.record: {"unsourced 0": 1}, entry.record: {"unsourced 0": 1}}


@pytest.mark.parametrize("policy", AMOUNTS)
def test_records_that_are_not_connected_change_nothing(policy: str) -> None:
    mine, other = random_network(11), random_network(12)
    for record in list(other.nodes):
        node = other.nodes.pop(record)
        node.record = record.replace(":", ":0-stranger-")
        other.nodes[node.record] = node
    for edge in other.edges:
        edge.source, edge.target = edge.source.replace(":", ":0-stranger-"), edge.target.replace(":", ":0-stranger-")
        edge.named = edge.named.replace(":", ":0-stranger-")
    alone = pools(graph_of(mine), policy)
    together = pools(graph_of(Network(mine.nodes | other.nodes, mine.edges + other.edges)), policy)
    assert {record: together[record] for record in alone} == alone
