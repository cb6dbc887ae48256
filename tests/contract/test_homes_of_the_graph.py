"""One contract, two homes: the embedded graph and a real Neo4j server give the same answers, fen by fen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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
POLICIES = ("pro-rata", "fifo", "lifo", "libr", "rolling", "poverty-first")


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
    publish(connection, ledger)
    again = publish(connection, ledger)
    assert (again.written, again.removed, again.edges) == (0, 0, 0)
    connection.close()
    home = BoltStore(neo4j_server)
    yield home
    home.close()


def test_both_hold_the_same(ledger: Ledger, bolt: FlowStore) -> None:
    home = EmbeddedStore(ledger)
    assert bolt.stamp() == home.stamp()
    assert bolt.breaks() == home.breaks()
    assert bolt.mixed() == home.mixed()
    division = ledger.graph.division(int(ledger.graph.breaks.node[0])) or ""
    assert bolt.breaks(division) == home.breaks(division) != ()


@pytest.mark.parametrize("policy", POLICIES)
def test_traces_up_are_equal(ledger: Ledger, bolt: FlowStore, policy: str) -> None:
    home = EmbeddedStore(ledger)
    for node in range(0, ledger.graph.node_count, 37):
        record = ledger.graph.record(node)
        answer = stores.trace(bolt, record, "up", policy, bounds=policy == "pro-rata")
        assert answer == stores.trace(home, record, "up", policy, bounds=policy == "pro-rata")


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

    asked = ["check", "--ledger", str(ledger.path), "--graph", neo4j_server, "--rule", "flow/cycle", "--json"]
    assert run(asked) == 1
    assert run([*asked, "--as-of", "2017-03-01"]) == 3
    assert "holds another graph than the ledger" in capsys.readouterr().err


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


def test_a_half_published_graph_is_refused_and_completed_by_the_next(ledger: Ledger, neo4j_server: str) -> None:
    from queries.bolt.driver import connect
    from queries.bolt.publish import publish
    from queries.bolt.store import BoltStore

    connection = connect(neo4j_server)
    publish(connection, ledger)
    record = ledger.graph.record(0)
    connection.driver.execute_query("MATCH (l:Ledger) SET l.state = 'publishing'")
    connection.driver.execute_query("MATCH (r:Record {record: $record}) REMOVE r.digest", record=record)
    home = BoltStore(neo4j_server)
    with pytest.raises(Unavailable, match="half-published"):
        stores.trace(home, record)
    assert publish(connection, ledger).written == 1
    assert stores.trace(home, record) == stores.trace(EmbeddedStore(ledger), record)
    home.close()
    connection.close()


def test_what_others_edited_is_noticed(ledger: Ledger, neo4j_server: str) -> None:
    from queries.bolt.driver import connect
    from queries.bolt.publish import publish
    from queries.bolt.store import BoltStore

    connection = connect(neo4j_server)
    publish(connection, ledger)
    home = BoltStore(neo4j_server)
    stamp = home.stamp()
    assert home.counted() == {"nodes": stamp.nodes, "edges": stamp.edges, "fen": stamp.fen}
    connection.driver.execute_query("MATCH ()-[f:FUNDS]->() WITH f LIMIT 1 DELETE f")
    assert home.counted()["edges"] == stamp.edges - 1
    connection.driver.execute_query("MATCH (r:Record) DETACH DELETE r")
    connection.driver.execute_query("MATCH (l:Ledger) DETACH DELETE l")
    with pytest.raises(Unavailable, match="no published ledger"):
        home.stamp()
    home.close()
    connection.close()


def test_a_server_away_or_a_wrong_address_is_said_within_seconds() -> None:
    from queries.bolt.store import BoltStore

    home = BoltStore("bolt://127.0.0.1:1")
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="does not answer"):
        home.stamp()
    assert time.monotonic() - begun < 5
    home.close()
    with pytest.raises(Misuse, match="expected neo4j://"):
        BoltStore("http://localhost")


def test_a_killed_publisher_leaves_a_graph_that_refuses_or_is_right(
    example_ledger: Callable[[str], Path], neo4j_server: str
) -> None:
    from queries.bolt.driver import connect
    from queries.bolt.publish import publish
    from queries.bolt.store import BoltStore

    path = example_ledger("faults")
    ledger = lineage.open(path)
    home, embedded = BoltStore(neo4j_server), EmbeddedStore(ledger)
    record = ledger.graph.record(ledger.graph.node_count // 2)
    connection = connect(neo4j_server)
    refused = 0
    for wait in (0.0, 0.3, 0.8):
        connection.driver.execute_query("MATCH (n) DETACH DELETE n")
        child = subprocess.Popen([sys.executable, "-m", "lineage", "publish", neo4j_server, "--ledger", str(path)],
                                 cwd=Path(__file__).parent.parent.parent, stderr=subprocess.DEVNULL)
        _until_begun(connection)
        time.sleep(wait)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        try:
            assert stores.trace(home, record) == stores.trace(embedded, record)
        except Unavailable:
            refused += 1
        publish(connection, ledger)
        assert home.counted()["edges"] == ledger.graph.edge_count
        assert stores.trace(home, record) == stores.trace(embedded, record)
    assert refused
    home.close()
    connection.close()


def _until_begun(connection: object) -> None:
    from queries.bolt.driver import Connection

    assert isinstance(connection, Connection)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if connection.asked("stamp"):
            return
        time.sleep(0.02)
    pytest.fail("the publisher did not begin within a minute")
