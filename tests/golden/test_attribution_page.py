"""The worked payment of docs/attribution.md: every number of its table is what the engine gives."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from lineage.attribution import POLICIES
from lineage.books import draws_of
from lineage.proof import proved, proved_poverty
from lineage.shares import Follower, records_as_sources
from lineage.subgraph import money_order, reach
from tests.oracle.network import Edge, Network, Node, finish
from tests.oracle.random_network import graph_of

PAGE = Path(__file__).parents[2] / "docs" / "attribution.md"
ROW = re.compile(r"^\| ([a-z-]+) \| ([\d,.]+) \| ([\d,.]+) \| ([\d,.]+) \|", re.MULTILINE)


REST = re.compile(r"^\| ([a-z-]+) \| {0}, {0}, {0} \| {0}, {0}, {0} \|".format(r"([\d,.]+)"), re.MULTILINE)


def pool(named: str = "") -> Network:
    """The indicator of the page; `named` is the transfer that P2 says it spends."""
    nodes = [Node("indicator:I", "indicator", 15_000_000, "2017-03-01", "4")]
    edges = []
    for name, day, fen, poor, tier in (("A", "01", 6_000_000, True, "province"), ("B", "05", 4_000_000, False, "city"),
                                       ("C", "15", 5_000_000, True, "province")):
        date = f"2017-03-{day}"
        nodes += [Node(f"allocation:{name}", "allocation", fen, date, "4", poor, tier=tier),
                  Node(f"transfer:{name}", "transfer", fen, date, "4", poor)]
        edges += [Edge(f"allocation:{name}", f"transfer:{name}", fen, date),
                  Edge(f"transfer:{name}", "indicator:I", fen, date)]
    for name, day, fen in (("P1", "10", 3_000_000), ("P2", "20", 10_000_000)):
        nodes.append(Node(f"payment:{name}", "payment", fen, f"2017-03-{day}", "4"))
        edges.append(Edge("indicator:I", f"payment:{name}", fen, f"2017-03-{day}", named=named if name == "P2" else ""))
    return finish(Network({node.record: node for node in nodes}, edges))


def shares(network: Network, policy: str) -> list[int]:
    graph = graph_of(network)
    follower = Follower(graph, policy, records_as_sources(graph))
    follower.follow(money_order(graph, np.arange(graph.node_count)))
    found = follower.pool(graph.find("payment:P2"))
    return [found.get(graph.find(f"allocation:{name}"), 0) for name in "ABC"]


def table() -> dict[str, list[int]]:
    text = PAGE.read_text(encoding="utf-8")
    return {row[0]: [fen(cell) for cell in row[1:]] for row in ROW.findall(text)}


def fen(cell: str) -> int:
    return int(cell.replace(",", "").replace(".", ""))


def test_every_rule_gives_the_amounts_of_the_page() -> None:
    rows = table()
    assert list(rows) == [*(policy for policy in POLICIES if policy != "poison"), "least", "most"]
    for policy, expected in list(rows.items())[:-2]:
        assert shares(pool(), policy) == expected, policy


def test_the_first_payment_and_what_is_left_are_those_of_the_page() -> None:
    rows = {row[0]: [fen(cell) for cell in row[1:]] for row in REST.findall(PAGE.read_text(encoding="utf-8"))}
    assert list(rows) == [policy for policy in POLICIES if policy != "poison"]
    graph = graph_of(pool())
    sources = [graph.find(f"allocation:{name}") for name in "ABC"]
    for policy, expected in rows.items():
        follower = Follower(graph, policy, records_as_sources(graph))
        follower.follow(money_order(graph, np.arange(graph.node_count)))
        first, left = follower.pool(graph.find("payment:P1")), follower.balance(graph.find("indicator:I"))
        assert [lot.get(source, 0) for lot in (first, left) for source in sources] == expected, policy
        parts = [expected[place] + expected[place + 3] + table()[policy][place] for place in range(3)]
        assert parts == [6_000_000, 4_000_000, 5_000_000]
        if policy != "pro-rata":
            assert table()[policy][2] >= 3_000_000, "who trusts the dates"


def test_the_bounds_of_the_page_are_proved() -> None:
    graph = graph_of(pool())
    node = graph.find("payment:P2")
    found = proved(graph, node, reach(graph, np.array([node]), "up").nodes, int(graph.pools.pool[node]))
    proof = [found[graph.find(f"allocation:{name}")] for name in "ABC"]
    assert [part.least for part in proof] == table()["least"]
    assert [part.most for part in proof] == table()["most"]
    together = proved_poverty(graph, node, reach(graph, np.array([node]), "up").nodes, int(graph.pools.pool[node]))
    assert together.least == 6_000_000


def test_poison_marks_all_three_and_a_named_draw_takes_its_own_first() -> None:
    assert shares(pool(), "poison") == [1, 1, 1]
    assert shares(pool("transfer:C"), "fifo") == [3_000_000, 2_000_000, 5_000_000]
    graph = graph_of(pool("transfer:C"))
    assert [draw.named >= 0 for draw in draws_of(graph, graph.find("indicator:I"))] == [False, True]
