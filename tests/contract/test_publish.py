"""Publishing to a real Neo4j server: what changed only, one at a time, and never a graph that answers wrongly."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage import stores
from lineage.errors import Busy, NotFound, Unavailable
from lineage.ledger import Ledger
from lineage.stores.embedded import EmbeddedStore
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.neo4j, pytest.mark.xdist_group("neo4j")]
KILLS = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 4


@pytest.fixture
def published(example_ledger: Callable[[str], Path], neo4j_server: str) -> Iterator[Any]:
    """The ledger, a connection for publishing, its published graph, and the plain driver of somebody else."""
    from neo4j import GraphDatabase

    from queries.bolt.driver import connect
    from queries.bolt.publish import publish
    from queries.bolt.store import BoltStore

    ledger = lineage.open(example_ledger("faults"))
    connection, home = connect(neo4j_server), BoltStore(neo4j_server)
    publish(connection, ledger)
    with GraphDatabase.driver(neo4j_server) as other:
        yield ledger, connection, home, other
    publish(connection, ledger)
    home.close()
    connection.close()


def answers(home: Any, ledger: Ledger, record: str) -> bool:
    """Whether the server's answer is the ledger's; a refusal is False, another answer a failure."""
    try:
        found = stores.titled(stores.trace(home, record), ledger)
    except (Unavailable, NotFound):
        return False
    assert found == stores.trace(EmbeddedStore(ledger), record), record
    return True


def test_what_is_there_already_is_not_written_again(published: Any) -> None:
    from queries.bolt.publish import publish

    ledger, connection, _, _ = published
    done = publish(connection, ledger)
    assert (done.written, done.removed, done.edges, done.edges_removed) == (0, 0, 0, 0)
    assert done.unchanged == ledger.graph.node_count


def test_another_day_writes_only_what_differs(published: Any) -> None:
    from queries.bolt.publish import publish

    ledger, connection, home, _ = published
    dates = ledger.graph.nodes.date
    earlier = lineage.open(ledger.path, as_of=ledger.rows(
        "SELECT DISTINCT pay_date AS day FROM payments ORDER BY day DESC NULLS LAST LIMIT 1 OFFSET 5")[0]["day"])
    done = publish(connection, earlier)
    assert 0 < done.written + done.removed < len(dates) / 2
    assert home.stamp() == EmbeddedStore(earlier).stamp()
    back = publish(connection, ledger)
    assert back.written >= done.removed > 0
    assert home.stamp() == EmbeddedStore(ledger).stamp()


EDITS = {
    "an amount of a movement": """
        MATCH (:Record)-[f:FUNDS]->(:Payment {record: $record}) SET f.amount_fen = f.amount_fen + 1""",
    "an amount of a record": "MATCH (r:Record {record: $record}) SET r.amount_fen = r.amount_fen - 1",
    "two amounts that change places": """
        MATCH (a:Record)-[f:FUNDS]->(:Payment {record: $record})
        MATCH (a)-[g:FUNDS]->() WHERE g.amount_fen <> f.amount_fen
        WITH f, g, f.amount_fen AS amount LIMIT 1 SET f.amount_fen = g.amount_fen, g.amount_fen = amount""",
    "a title": "MATCH (r:Record {record: $record}) SET r.title = 'another'",
    "a movement taken away": "MATCH (:Record)-[f:FUNDS]->(:Payment {record: $record}) DELETE f",
    "a movement made up": """
        MATCH (r:Record {record: $record}) MATCH (a:Allocation) WITH a, r LIMIT 1
        CREATE (a)-[:FUNDS {amount_fen: 100, flow_fen: 100, evidence: 'recorded', date: date('2017-03-01')}]->(r)""",
    "a movement twice": """
        MATCH (a:Record)-[f:FUNDS]->(r:Payment {record: $record}) CREATE (a)-[g:FUNDS]->(r) SET g = properties(f)""",
    "a record taken away": "MATCH (r:Record {record: $record}) DETACH DELETE r",
    "a record renamed": "MATCH (r:Record {record: $record}) SET r.record = 'payment:ELSE'",
    "a record moved to another division": "MATCH (r:Record {record: $record}) SET r.division_code = '410102000'",
}
TEXT_ONLY = {"a title", "a record renamed"}
"""No sum shows these: `publish --anew` mends them."""
SEEN_THROUGH = {"a movement twice"}
"""The answer is still right: a seal counts once."""


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_what_others_edit_is_refused_at_read_seen_by_doctor_and_mended_by_publish(
    published: Any, neo4j_server: str, edit: str
) -> None:
    from api.cli.options import Settings
    from api.homes import differences
    from lineage.stores.columns import copy_of
    from queries.bolt.difference import difference, summed
    from queries.bolt.publish import publish

    ledger, connection, home, other = published
    graph = ledger.graph
    record = next(graph.record(node) for node in range(graph.node_count)
                  if graph.kind(node) == "payment" and graph.incoming(node) and not len(graph.outgoing(node)))
    assert answers(home, ledger, record)
    done = other.execute_query(EDITS[edit], record=record)
    assert done.summary.counters.contains_updates
    assert answers(home, ledger, record) == (edit in SEEN_THROUGH)
    if edit not in TEXT_ONLY:
        found = differences(Settings(ledger=ledger.path, graph=neo4j_server))
        assert any("divisions that differ" in one for one in found)
    publish(connection, ledger, anew=edit in TEXT_ONLY)
    assert answers(home, ledger, record)
    assert summed(connection) == copy_of(ledger).sums()
    assert difference(connection, copy_of(ledger)).nothing


def test_a_half_published_graph_is_refused_and_completed_by_the_next(published: Any) -> None:
    from queries.bolt.publish import publish

    ledger, connection, home, other = published
    record = ledger.graph.record(0)
    other.execute_query("MATCH (l:Ledger) SET l.state = 'publishing'")
    other.execute_query("MATCH (r:Record {record: $record}) DETACH DELETE r", record=record)
    with pytest.raises(Unavailable, match="half-published"):
        stores.trace(home, record)
    assert publish(connection, ledger).written == 1
    assert answers(home, ledger, record)


def test_a_graph_of_another_layout_is_refused(published: Any) -> None:
    _, _, home, other = published
    other.execute_query("MATCH (l:Ledger) SET l.layout = 1, l.release = '0.0.1'")
    with pytest.raises(Unavailable, match=r"published by release 0\.0\.1 in another layout"):
        home.stamp()


def test_an_empty_server_says_that_nothing_is_published(published: Any) -> None:
    _, _, home, other = published
    other.execute_query("MATCH (l:Ledger) DETACH DELETE l")
    with pytest.raises(Unavailable, match="no published ledger"):
        home.stamp()


def test_a_second_publisher_is_told_of_the_first(published: Any, neo4j_server: str) -> None:
    from queries.bolt.driver import Lease, connect
    from queries.bolt.publish import publish

    ledger, connection, _, _ = published
    first = connect(neo4j_server)
    lease = Lease(first)
    with pytest.raises(Busy, match="another publish"):
        publish(connection, ledger)
    lease.given_up()
    publish(connection, ledger)
    first.close()


def test_names_of_payees_are_published_only_when_asked_for(published: Any) -> None:
    from queries.bolt.publish import publish

    ledger, connection, home, other = published
    names = {row["payee_name"] for row in ledger.rows("SELECT DISTINCT payee_name FROM payments")} - {None}
    names |= {row["person_name"] for row in ledger.rows("SELECT DISTINCT person_name FROM one_card_payments")} - {None}

    def titles() -> set[str]:
        found = other.execute_query("MATCH (r:Record) RETURN DISTINCT r.title AS title")
        return {row["title"] for row in found.records}

    assert not titles() & names
    assert not home.with_names
    publish(connection, ledger, with_names=True)
    assert home.with_names
    assert home.stamp() == EmbeddedStore(ledger, with_names=True).stamp()
    assert titles() >= {title for title in (ledger.graph.nodes.titles[node] for node in range(50)) if title}


def test_a_killed_publisher_leaves_a_graph_that_refuses_or_is_right(published: Any, neo4j_server: str) -> None:
    from queries.bolt.publish import publish

    ledger, connection, home, other = published
    chance, refused, whole = random.Random(2017), 0, 0
    records = [ledger.graph.record(node) for node in range(0, ledger.graph.node_count, 97)]
    for kill in range(KILLS):
        if kill % 2:
            other.execute_query("MATCH (n:Record) WHERE n.amount_fen % 3 = $rest DETACH DELETE n", rest=kill % 3)
        else:
            other.execute_query("MATCH (n) WHERE NOT n:Publisher DETACH DELETE n")
        child = subprocess.Popen(
            [sys.executable, "-m", "lineage", "publish", neo4j_server, "--ledger", str(ledger.path)],
            cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL, start_new_session=True)
        if kill % 4:
            until_begun(other)
        time.sleep(chance.random() * 0.8)
        child.send_signal(signal.SIGKILL)
        child.wait()
        right = [answers(home, ledger, record) for record in chance.sample(records, 5)]
        refused += not all(right)
        publish(connection, ledger)
        assert all(answers(home, ledger, record) for record in chance.sample(records, 5))
        assert home.stamp() == EmbeddedStore(ledger).stamp()
        whole += 1
    assert refused
    assert whole == KILLS


def until_begun(other: Any) -> None:
    """Wait until a publisher says that it writes, or is done."""
    deadline = time.monotonic() + PATIENCE
    asked = "MATCH (l:Ledger) RETURN l.state AS state, l.turn AS turn"
    before = other.execute_query(asked).records
    while time.monotonic() < deadline:
        now = other.execute_query(asked).records
        if now and (now != before or now[0]["state"] == "publishing"):
            return
        time.sleep(0.02)
    pytest.fail("the publisher did not begin")


def investigators_questions() -> list[str]:
    """The ten queries of the guide."""
    guide = (Path(__file__).parents[2] / "docs/neo4j.md").read_text(encoding="utf-8")
    block = guide.split("```cypher\n")[1].split("```")[0]
    return ["// " + part for part in block.split("// ")[1:]]


def test_the_ten_questions_of_the_guide_find_something(published: Any) -> None:
    ledger, _, _, other = published
    graph = ledger.graph
    paid = next(graph.record(node) for node in range(graph.node_count)
                if graph.kind(node) == "payment" and graph.state(node) == "complete")
    source = ledger.trace(paid).sources[0].record
    broken = next(code for node in graph.breaks.node.tolist() if (code := graph.division(node)))
    city = ledger.rows("SELECT d.fiscal_parent AS city FROM nodes n JOIN divisions d USING (division_code) "
                       "WHERE n.kind = 'payment' AND n.state IN ('broken', 'partial') LIMIT 1")[0]["city"]
    questions = investigators_questions()
    assert len(questions) == 10
    for number, question in enumerate(questions, 1):
        record = source if number == 2 else paid
        found = other.execute_query(question, record=record, division=broken, city=city).records
        assert found, question
