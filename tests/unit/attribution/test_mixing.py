"""A mixed record names the first pool on the way where poverty money met other money."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.graph import Graph
from lineage.mixing import met_at, parted
from lineage.shares import Follower, records_as_sources
from lineage.subgraph import money_order
from tests.oracle.network import Edge, Network, Node, finish
from tests.oracle.random_network import graph_of

DAY = "2017-01-01"


def chain(poor: bool) -> Graph:
    """Two allocations, the second for the poor or not, meet at I1, go on to I2 and are paid from there."""
    nodes = [Node("allocation:A", "allocation", 60, DAY, "4", tier="city"),
             Node("allocation:B", "allocation", 40, DAY, "4", poor, tier="province")]
    edges = []
    for number, (source, target, amount) in enumerate(
        (("allocation:A", "I1", 60), ("allocation:B", "I1", 40), ("indicator:I1", "I2", 90))
    ):
        nodes.append(Node(f"transfer:T{number}", "transfer", amount, DAY, "4"))
        edges += [Edge(source, f"transfer:T{number}", amount, DAY),
                  Edge(f"transfer:T{number}", f"indicator:{target}", amount, DAY)]
    nodes += [Node("indicator:I1", "indicator", 100, DAY, "4"), Node("indicator:I2", "indicator", 90, DAY, "4"),
              Node("payment:P", "payment", 50, DAY, "4")]
    edges.append(Edge("indicator:I2", "payment:P", 50, DAY))
    return graph_of(finish(Network({node.record: node for node in nodes}, edges)))


def followed(graph: Graph, policy: str) -> Follower:
    follower = Follower(graph, policy, records_as_sources(graph))
    follower.follow(money_order(graph, np.arange(graph.node_count)))
    return follower


@pytest.mark.parametrize(("policy", "poverty", "other"), [("pro-rata", 20, 30), ("lifo", 22, 28)])
def test_the_first_pool_is_where_they_met_not_where_it_was_paid(policy: str, poverty: int, other: int) -> None:
    graph = chain(True)
    follower = followed(graph, policy)
    payment = graph.find("payment:P")
    assert parted(follower, follower.pool(payment)) == (poverty, other)
    assert graph.record(met_at(follower, payment)) == "indicator:I1"


def test_two_grants_of_one_kind_are_not_mixed() -> None:
    graph = chain(False)
    follower = followed(graph, "pro-rata")
    assert parted(follower, follower.pool(graph.find("payment:P"))) == (0, 50)
