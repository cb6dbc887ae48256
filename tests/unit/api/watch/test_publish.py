"""A watch that publishes: the server's graph follows the ledger; a server that is away stops nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

import lineage
from api.homes import home_at
from tests.unit.api.watch.watched import DIVISIONS, PAYMENTS, Watched, orphan


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    one = Watched(tmp_path)
    one.put("divisions.csv", DIVISIONS)
    one.put("payments.csv", PAYMENTS + orphan("P-1"))
    return one


@pytest.mark.neo4j
def test_the_graph_on_the_server_follows_the_ledger(watched: Watched, neo4j_server: str) -> None:
    watched.plan("", f'publish = "{neo4j_server}"')
    for wanted in (1, 2):
        assert watched.round(1).errors == ()
        home = home_at(neo4j_server)
        try:
            assert home.stamp().version == lineage.open(watched.ledger).version
            assert home.stamp().nodes == wanted
        finally:
            home.close()
        watched.put("more.csv", PAYMENTS + orphan("P-2"))


def test_a_server_that_is_away_is_told_and_the_round_goes_on(watched: Watched) -> None:
    pytest.importorskip("neo4j")
    watched.plan("", 'publish = "bolt://127.0.0.1:1"')
    done = watched.round()
    assert done.new == 1
    assert len(done.errors) == 1
    assert "127.0.0.1:1" in done.errors[0]
