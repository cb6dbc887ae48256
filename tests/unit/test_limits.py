"""Limits cut what is shown, never amounts; what is shown hangs together, and the answer says that it was cut."""

from __future__ import annotations

from lineage.graph import Graph
from lineage.trace import downstream, question_of
from lineage.trail import Trail
from tests.oracle.network import Edge, Network, Node, finish
from tests.oracle.random_network import graph_of

DAY = "2017-01-01"


def star(branches: int) -> Graph:
    """An allocation of 100 × branches; every branch a transfer, an indicator and a payment, the first the largest."""
    nodes = [Node("allocation:A", "allocation", 1000 * branches, DAY, "4", True, tier="province")]
    edges = []
    for branch in range(branches):
        amount = 100 - branch
        chain = [f"transfer:T{branch}", f"indicator:I{branch}", f"payment:P{branch}"]
        nodes += [Node(record, record.split(":")[0], amount, DAY, "4") for record in chain]
        edges += [Edge(*ends, amount, DAY) for ends in zip(["allocation:A", *chain], chain, strict=False)]
    return graph_of(finish(Network({node.record: node for node in nodes}, edges)))


def down(graph: Graph, record: str, **shown: int) -> Trail:
    return downstream(graph, question_of(record, graph.find(record), "pro-rata", **shown))


def test_below_a_branch_that_fan_out_leaves_out_nothing_is_shown() -> None:
    trail = down(star(5), "allocation:A", fan_out=2)
    assert [node.record for node in trail.nodes] == [
        "allocation:A", "transfer:T0", "transfer:T1", "indicator:I0", "indicator:I1", "payment:P0", "payment:P1"]
    assert (len(trail.edges), trail.truncated, trail.more) == (6, True, 9)
    assert sum(end.amount_fen for end in trail.reached) == 5000


def test_depth_and_nodes_keep_the_nearest_and_count_the_rest() -> None:
    shallow = down(star(5), "allocation:A", depth=2)
    assert (len(shallow.nodes), len(shallow.edges), shallow.more, shallow.truncated) == (11, 10, 5, True)
    few = down(star(5), "allocation:A", max_nodes=4)
    assert [node.depth for node in few.nodes] == [0, 1, 1, 1]
    assert (len(few.edges), few.more) == (3, 12)
    assert shallow.reached == few.reached == down(star(5), "allocation:A").reached
    whole = down(star(5), "allocation:A", fan_out=5, depth=3)
    assert (len(whole.nodes), whole.truncated, whole.more) == (16, False, 0)


def test_an_edge_left_out_between_two_records_shown_is_said_too() -> None:
    nodes = [Node("indicator:I1", "indicator", 100, DAY, "4", own=True, tier="county"),
             Node("transfer:T", "transfer", 60, DAY, "4"), Node("indicator:I2", "indicator", 100, DAY, "4")]
    edges = [Edge("indicator:I1", "transfer:T", 60, DAY), Edge("transfer:T", "indicator:I2", 60, DAY),
             Edge("indicator:I1", "indicator:I2", 40, DAY)]
    graph = graph_of(finish(Network({node.record: node for node in nodes}, edges)))
    trail = down(graph, "indicator:I1", fan_out=1)
    assert (len(trail.nodes), len(trail.edges), trail.truncated, trail.more) == (3, 2, True, 0)
