"""An explanation's steps add up to the trace, and it says where the order within a day mattered."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

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
from tests.bookings import ledger_of
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


COUNTY = "410122000"


def _transfer(name: str, fen: int, day: date) -> dict[str, Any]:
    return {"transfer_id": f"T{name}", "source_id": f"allocation:A{name}", "target_id": "I1",
            "to_division_code": COUNTY, "amount": fen, "issue_date": day}


def _payment(name: str, amount: int, day: int, indicator: str = "I1", **more: str) -> dict[str, Any]:
    return {"payment_id": f"P{name}", "indicator_id": indicator, "division_code": COUNTY, "amount": amount,
            "pay_date": date(2017, 3, day), **more}


def _books() -> dict[str, list[dict[str, Any]]]:
    """100, 60 and in May 120 come to I1. Of it 40 is paid as of the 60, then 60 and 30 on one day, then 60.

    I2 and I3 were given nothing that is known.
    """
    return {
        "allocations": [{"allocation_id": "A1", "amount": 100},
                        {"allocation_id": "A2", "amount": 60, "poverty": False},
                        {"allocation_id": "A3", "amount": 120}],
        "transfers": [_transfer("1", 100, date(2017, 2, 1)), _transfer("2", 60, date(2017, 2, 2)),
                      _transfer("3", 120, date(2017, 5, 1))],
        "indicators": [{"indicator_id": "I1", "division_code": COUNTY, "amount": 280},
                       {"indicator_id": "I2", "division_code": COUNTY, "amount": 10},
                       {"indicator_id": "I3", "division_code": COUNTY, "amount": 10, "poverty": False}],
        "payments": [_payment("1", 40, 1, transfer_id="T2"), _payment("2", 60, 2), _payment("3", 30, 2),
                     _payment("4", 60, 3), _payment("5", 5, 1, "I2"), _payment("6", 5, 1, "I3")],
    }


def test_steps_worked_out_by_hand(tmp_path: Path) -> None:
    """There, taken before, taken now, of A1, A2, A3 in yuan; place on the line in fen; what the order of the day did.

    Without the 40 that are named the line is of 100, 20 and 120. Last in, first out knows nothing of May until a draw
    wants more than is there.
    """
    ledger = ledger_of(tmp_path, _books())
    for payment, policy, shares, place, swung in (
        ("P3", "pro-rata", [(100, 25, 12.5), (60, 45, 2.5), (120, 30, 15)], (6001, 9000), 0),
        ("P3", "fifo", [(100, 60, 30), (60, 40, 0), (120, 0, 0)], (6001, 9000), 0),
        ("P3", "lifo", [(100, 40, 30), (60, 60, 0)], None, 20),
        ("P4", "lifo", [(100, 70, 30), (60, 60, 0), (120, 0, 30)], None, 0),
        ("P1", "lifo", [(100, 0, 0), (60, 0, 40)], None, 0),
        ("P1", "fifo", [(100, 0, 0), (60, 0, 40), (120, 0, 0)], None, 0),
    ):
        answer = explain(ledger, f"payment:{payment}", policy).to_json()
        step = answer["steps"][-1]
        assert (step["pool"], step["pool_amount"], step["to"]) == ("indicator:I1", "280.00", f"payment:{payment}")
        assert step["amount"] == answer["pool"]
        assert step["date"] == {"P1": "2017-03-01", "P3": "2017-03-02", "P4": "2017-03-03"}[payment]
        assert step["named"] == ("40.00" if payment == "P1" else "0.00")
        assert step["shares"] == [
            {"source": f"allocation:A{number}", "there": f"{there}.00", "before": f"{before}.00",
             "taken": f"{taken:.2f}"} for number, (there, before, taken) in enumerate(shares, 1)
        ], (payment, policy)
        assert ((step["first_fen"], step["last_fen"]) if "first_fen" in step else None) == place
        assert step["order_within_day"] == f"{swung}.00"
        assert answer["order_mattered"] is bool(swung)
        assert answer["sources"] == sorted(
            ({"record": share["source"], "amount": share["taken"]} for share in step["shares"]
             if share["taken"] != "0.00"), key=lambda source: -float(source["amount"]))
        assert [one["to"] for one in answer["steps"]] == [
            "transfer:T1", "indicator:I1", "transfer:T2", "indicator:I1", "transfer:T3", "indicator:I1",
            f"payment:{payment}",
        ]


def test_money_of_nowhere_can_be_asked_for(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, _books())
    for payment, source in (("P5", "unsourced-poverty"), ("P6", "unsourced-other")):
        found = explain(ledger, f"payment:{payment}", source=source)
        assert found.sources == ((source, 500),)
        assert [(step.first_fen, step.last_fen) for step in found.steps] == [(1, 500)]
        assert [(share.source, share.there_fen, share.taken_fen) for share in found.steps[0].shares] == [
            (source, 1000, 500)
        ]
    with pytest.raises(Misuse, match="has no money of unsourced-other"):
        explain(ledger, "payment:P5", source="unsourced-other")


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


def _busy_day(first: int) -> Network:
    """120 come, `first` of a province and the rest of a city a day later; twelve times 10 are paid on one day."""
    nodes = [Node("indicator:I", "indicator", 120, "2017-01-01", "4")]
    edges = []
    for day, (name, tier, fen) in enumerate((("A", "province", first), ("B", "city", 120 - first)), 1):
        nodes += [Node(f"allocation:{name}", "allocation", fen, f"2017-01-0{day}", "4", True, tier=tier),
                  Node(f"transfer:{name}", "transfer", fen, f"2017-01-0{day}", "4")]
        edges += [Edge(f"allocation:{name}", f"transfer:{name}", fen, f"2017-01-0{day}"),
                  Edge(f"transfer:{name}", "indicator:I", fen, f"2017-01-0{day}")]
    for number in range(12):
        nodes.append(Node(f"payment:{number:02d}", "payment", 10, "2017-01-03", "4"))
        edges.append(Edge("indicator:I", f"payment:{number:02d}", 10, "2017-01-03"))
    return finish(Network({node.record: node for node in nodes}, edges))


@pytest.mark.parametrize("first", [10, 60, 110])
@pytest.mark.parametrize("policy", ["fifo", "lifo"])
def test_every_payment_of_a_busy_day_could_have_been_the_first_or_the_last(policy: str, first: int) -> None:
    graph = graph_of(_busy_day(first))
    follower = Follower(graph, policy, records_as_sources(graph))
    follower.follow(money_order(graph, np.arange(graph.node_count)))
    node = graph.find("indicator:I")
    found = [swing(graph, edge, policy, follower.deposits(node), follower.sources.is_poverty)
             for edge in graph.outgoing(node)]
    assert found == [10] * 12


def _three_deposits() -> Network:
    """100 of one source on day 1, paid at once; 100 each of three on day 2; 100, 100 and 100 are paid on 3, 4 and 5."""
    nodes = [Node("indicator:I", "indicator", 400, "2017-01-01", "4")]
    edges = []
    for name, tier, day in (("A", "province", 2), ("B", "city", 2), ("C", "county", 2), ("D", "relocation", 1)):
        date_of = f"2017-01-0{day}"
        nodes += [Node(f"allocation:{name}", "allocation", 100, date_of, "4", True, tier=tier),
                  Node(f"transfer:{name}", "transfer", 100, date_of, "4")]
        edges += [Edge(f"allocation:{name}", f"transfer:{name}", 100, date_of),
                  Edge(f"transfer:{name}", "indicator:I", 100, date_of)]
    for day in (1, 3, 4, 5):
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
    assert found == [0, 100, 100, 100]
