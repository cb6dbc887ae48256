"""One contract, two homes: the embedded graph and a real Neo4j server give the same answers, fen by fen."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import lineage
from lineage import stores
from lineage.between import between_records
from lineage.errors import Misuse, NotFound, Unavailable
from lineage.ledger import Ledger
from lineage.stores import FlowStore
from lineage.stores.embedded import EmbeddedStore

pytestmark = [pytest.mark.neo4j, pytest.mark.xdist_group("neo4j")]
POLICIES = ("pro-rata", "fifo", "lifo", "libr", "rolling", "poverty-first", "poison")
TRACES = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 50


@pytest.fixture(scope="module", params=("tangled", "faults"))
def ledger(request: pytest.FixtureRequest, example_ledger: Callable[[str], Path]) -> Ledger:
    return lineage.open(example_ledger(request.param))


@pytest.fixture(scope="module")
def bolt(ledger: Ledger, neo4j_server: str) -> Iterator[FlowStore]:
    """The published graph of the ledger."""
    from queries.bolt.driver import connect
    from queries.bolt.publish import publish
    from queries.bolt.store import BoltStore

    connection = connect(neo4j_server)
    publish(connection, ledger, with_names=True)
    again = publish(connection, ledger, with_names=True)
    assert (again.written, again.removed, again.edges) == (0, 0, 0)
    connection.close()
    home = BoltStore(neo4j_server)
    yield home
    home.close()


def test_both_hold_the_same(ledger: Ledger, bolt: FlowStore) -> None:
    home = EmbeddedStore(ledger, with_names=True)
    assert bolt.stamp() == home.stamp()
    assert bolt.breaks() == home.breaks()
    assert bolt.mixed() == home.mixed()
    division = ledger.graph.division(int(ledger.graph.breaks.node[0])) or ""
    assert bolt.breaks(division) == home.breaks(division) != ()


@pytest.mark.parametrize("policy", POLICIES)
def test_traces_up_are_equal(ledger: Ledger, bolt: FlowStore, policy: str) -> None:
    home = EmbeddedStore(ledger)
    for node in range(0, ledger.graph.node_count, 101):
        record = ledger.graph.record(node)
        answer = stores.trace(bolt, record, "up", policy, bounds=policy == "pro-rata")
        assert answer == stores.trace(home, record, "up", policy, bounds=policy == "pro-rata")


def test_random_traces_are_equal(ledger: Ledger, bolt: FlowStore) -> None:
    home, chance = EmbeddedStore(ledger), random.Random(2017)
    for number in range(TRACES):
        record, policy = ledger.graph.record(chance.randrange(ledger.graph.node_count)), chance.choice(POLICIES)
        answer = stores.trace(bolt, record, "up", policy)
        assert answer == stores.trace(home, record, "up", policy), (number, record, policy)


@pytest.mark.parametrize("policy", ["pro-rata", "lifo"])
def test_traces_down_are_equal(ledger: Ledger, bolt: FlowStore, policy: str) -> None:
    home = EmbeddedStore(ledger)
    for node in range(11, ledger.graph.node_count, 211):
        record = ledger.graph.record(node)
        assert stores.trace(bolt, record, "down", policy) == stores.trace(home, record, "down", policy)


def test_check_asks_the_published_graph_whether_it_is_the_same(
    ledger: Ledger, bolt: FlowStore, neo4j_server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from api.cli import run

    rules = ["--rule", "flow/cycle", "--rule", "mix/payment"]
    asked = ["check", "--ledger", str(ledger.path), "--graph", neo4j_server, *rules, "--json"]
    assert run(asked) == 1
    assert run([*asked, "--as-of", "2017-03-01"]) == 3
    assert "holds another graph than the ledger" in capsys.readouterr().err


@pytest.mark.parametrize("division", [None, "410000000"])
def test_chain_and_mix_rules_find_the_same_on_the_server(
    ledger: Ledger, bolt: FlowStore, neo4j_server: str, division: str | None
) -> None:
    from queries.bolt.driver import connect
    from queries.bolt.rules import TRAVERSED, check_there
    from queries.check import check

    connection = connect(neo4j_server)
    there = check_there(connection, ledger, TRAVERSED, division, (None, None))
    connection.close()
    here = check(ledger, TRAVERSED, division)
    assert there.to_json("zh") == here.to_json("zh")
    assert there == here
    if division is None and "faults" in str(ledger.path):
        assert all(total.findings for total in here.rules), "every rule should have something to find"


def test_movements_between_two_records_are_equal(ledger: Ledger, bolt: FlowStore) -> None:
    graph = ledger.graph
    last = max(range(graph.node_count), key=lambda node: len(graph.incoming(node)))
    trail = ledger.trace(graph.record(last))
    source = max(trail.nodes, key=lambda node: node.depth).record
    found = between_records(bolt, source, trail.record)
    assert found == between_records(EmbeddedStore(ledger), source, trail.record)
    assert found.movements


def test_unknown_and_wrong_names_are_said(bolt: FlowStore) -> None:
    with pytest.raises(NotFound, match="P-NONE"):
        stores.trace(bolt, "payment:P-NONE")
    with pytest.raises(Misuse, match="expected one of pro-rata"):
        stores.trace(bolt, "payment:P-1", policy="guess")


def test_a_server_away_or_a_wrong_address_is_said_within_seconds() -> None:
    from queries.bolt.store import BoltStore

    home = BoltStore("bolt://127.0.0.1:1")
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="does not answer"):
        home.stamp()
    assert time.monotonic() - begun < 30  # the driver's own limits are minutes
    home.close()
    with pytest.raises(Misuse, match="expected neo4j://"):
        BoltStore("http://localhost")
