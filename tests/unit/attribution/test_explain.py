"""An explanation's steps add up to the trace, and it says where the order within a day mattered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import lineage
from api import cli
from lineage.attribution import POLICIES
from lineage.day_order import swing
from lineage.errors import Misuse
from lineage.explain import explain
from lineage.shares import Follower, records_as_sources
from lineage.subgraph import money_order
from tests.oracle.network import Edge, Network, Node, finish
from tests.oracle.random_network import graph_of

AMOUNTS = [policy for policy in POLICIES if policy != "poison"]


@pytest.mark.parametrize("policy", AMOUNTS)
def test_steps_give_and_take_what_the_trace_says(policy: str, example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("tangled"))
    found = explain(ledger, "payment:P105", policy)
    trail = ledger.trace("payment:P105", policy=policy)
    sourced = {name: fen for name, fen in found.sources if not name.startswith("unsourced")}
    assert sourced == {source.record: source.amount_fen for source in trail.sources}
    assert sum(fen for _, fen in found.sources) == found.pool_fen == trail.pool_fen
    for step in found.steps:
        assert sum(share.taken_fen for share in step.shares) == step.amount_fen
        assert all(0 <= share.taken_fen <= share.there_fen for share in step.shares)
    last = [step for step in found.steps if step.target == "payment:P105"]
    assert sum(step.amount_fen for step in last) <= found.pool_fen


def test_only_the_part_of_one_source_is_explained_when_it_is_named(example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("tangled"))
    every, one = explain(ledger, "payment:P89"), explain(ledger, "payment:P89", source="allocation:A3")
    assert 0 < len(one.steps) < len(every.steps)
    assert [name for name, _ in one.sources] == ["allocation:A3"]
    assert all(any(share.source == "allocation:A3" and share.taken_fen for share in step.shares) for step in one.steps)


def test_a_source_that_is_not_in_the_record_is_misuse(example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("sound"))
    with pytest.raises(Misuse, match="has no money of allocation:A-00000001"):
        explain(ledger, "payment:P-00000035", source="allocation:A-00000001")
    with pytest.raises(Misuse, match="no amounts to explain"):
        explain(ledger, "payment:P-00000035", policy="poison")


def test_the_command_says_it_in_both_languages(
    example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(example_ledger("tangled"))
    for lang, word in (("zh", "第1步"), ("en", "step 1 ")):
        for policy in AMOUNTS:
            assert cli.run(["explain", "payment:P89", "--ledger", place, "--policy", policy, "--lang", lang]) == 0
            assert word in capsys.readouterr().out
    assert cli.run(["explain", "payment:P89", "--ledger", place, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pool"] == "17.11"


def _two_draws(second_day: str) -> Network:
    """100 of the province on day 1 and 100 of a city on day 2; 100 is paid on day 3, 100 on `second_day`."""
    nodes = [Node("allocation:A", "allocation", 100, "2017-01-01", "4", True, tier="province"),
             Node("allocation:B", "allocation", 100, "2017-01-02", "4", tier="city"),
             Node("transfer:S", "transfer", 100, "2017-01-01", "4"),
             Node("transfer:T", "transfer", 100, "2017-01-02", "4"),
             Node("indicator:I", "indicator", 200, "2017-01-01", "4"),
             Node("payment:P", "payment", 100, "2017-01-03", "4"), Node("payment:Q", "payment", 100, second_day, "4")]
    edges = [Edge("allocation:A", "transfer:S", 100, "2017-01-01"),
             Edge("allocation:B", "transfer:T", 100, "2017-01-02"),
             Edge("transfer:S", "indicator:I", 100, "2017-01-01"), Edge("transfer:T", "indicator:I", 100, "2017-01-02"),
             Edge("indicator:I", "payment:P", 100, "2017-01-03"), Edge("indicator:I", "payment:Q", 100, second_day)]
    return finish(Network({node.record: node for node in nodes}, edges))


@pytest.mark.parametrize(("policy", "second_day", "expected"), [
    ("fifo", "2017-01-03", 100), ("lifo", "2017-01-03", 100), ("libr", "2017-01-03", 100),
    ("pro-rata", "2017-01-03", 0), ("rolling", "2017-01-03", 0), ("fifo", "2017-01-04", 0), ("lifo", "2017-01-04", 0),
])
def test_payments_of_one_day_can_change_places(policy: str, second_day: str, expected: int) -> None:
    graph = graph_of(_two_draws(second_day))
    follower = Follower(graph, policy, records_as_sources(graph))
    follower.follow(money_order(graph, np.arange(graph.node_count)))
    node = graph.find("indicator:I")
    for edge in graph.outgoing(node):
        assert swing(graph, edge, policy, follower.deposits(node), follower.sources.is_poverty) == expected


def _three_deposits() -> Network:
    """100 each of three sources on day 1; 100, 100 and 100 are paid on days 2, 3 and 4."""
    nodes = [Node("indicator:I", "indicator", 300, "2017-01-01", "4")]
    edges = []
    for name, tier in (("A", "province"), ("B", "city"), ("C", "county")):
        nodes += [Node(f"allocation:{name}", "allocation", 100, "2017-01-01", "4", True, tier=tier),
                  Node(f"transfer:{name}", "transfer", 100, "2017-01-01", "4")]
        edges += [Edge(f"allocation:{name}", f"transfer:{name}", 100, "2017-01-01"),
                  Edge(f"transfer:{name}", "indicator:I", 100, "2017-01-01")]
    for day in (2, 3, 4):
        nodes.append(Node(f"payment:{day}", "payment", 100, f"2017-01-0{day}", "4"))
        edges.append(Edge("indicator:I", f"payment:{day}", 100, f"2017-01-0{day}"))
    return finish(Network({node.record: node for node in nodes}, edges))


@pytest.mark.parametrize("policy", ["fifo", "lifo"])
def test_the_middle_of_three_deposits_of_a_day_could_be_any_of_them(policy: str) -> None:
    graph = graph_of(_three_deposits())
    follower = Follower(graph, policy, records_as_sources(graph))
    follower.follow(money_order(graph, np.arange(graph.node_count)))
    node = graph.find("indicator:I")
    found = [swing(graph, edge, policy, follower.deposits(node), follower.sources.is_poverty)
             for edge in graph.outgoing(node)]
    assert found == [100, 100, 100]
