"""`serve --graph` while its Neo4j server is frozen, thawed, then killed under load.

200 or 503, no half answer; the rest goes on, and what was frozen answers again.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import lineage
from lineage import stores
from tests.servers import missing
from tests.serving import running
from tests.waiting import PATIENCE, until

pytestmark = [pytest.mark.neo4j, pytest.mark.xdist_group("neo4j")]
CLIENTS = 8


def test_a_graph_server_frozen_and_killed_under_load_gives_200_or_503(
    fresh_ledger: Callable[[str], Path], server_folder: Path
) -> None:
    from queries.bolt.driver import connect
    from queries.bolt.publish import publish
    from tools.neo4j import server as neo4j

    path = fresh_ledger("faults")
    ledger = lineage.open(path)
    try:
        graph = neo4j.start(server_folder / "neo4j-to-be-killed", terms=neo4j.Terms(tier=neo4j.QUICK))
    except neo4j.NotToBeHad as problem:
        missing("Neo4j", str(problem))
    connection = connect(graph.uri)
    publish(connection, ledger)
    connection.close()
    records = [row["record"] for row in ledger.rows("SELECT record FROM nodes WHERE kind = 'payment' LIMIT 60")]
    met: set[int] = set()
    waits: list[float] = []
    stop = threading.Event()
    with running(path, {}, graph=graph.uri) as server:

        def ask(number: int) -> None:
            with httpx.Client(base_url=f"http://127.0.0.1:{server.port}/api/v1", timeout=PATIENCE) as client:
                while not stop.is_set():
                    record = records[number % len(records)]
                    answer = client.get(f"/records/{record}/lineage")
                    met.add(answer.status_code)
                    if answer.status_code == 200:
                        assert answer.json() == whole[record]
                    else:
                        assert answer.headers["retry-after"] == "2"
                        assert answer.headers["content-type"] == "application/problem+json"
                    number += CLIENTS

        def trail(record: str) -> Any:
            """The answer, once the graph gives it: a server that has just started may take long over the first."""
            until(lambda: server.get(f"/records/{record}/lineage").status_code == 200)
            return server.get(f"/records/{record}/lineage").json()

        whole = {record: trail(record) for record in records}
        for record in records[:5]:
            assert whole[record]["sources"] == stores.trace(server.service.home(ledger), record).to_json()["sources"]
            assert whole[record]["version"] == ledger.version
        clients = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        until(lambda: 200 in met)
        assert met == {200}
        os.kill(graph.pid, signal.SIGSTOP)  # it takes connections and says nothing
        try:
            until(lambda: 503 in met)
            for _ in range(3):
                frozen = server.get(f"/records/{records[0]}/lineage")
                waits.append(frozen.elapsed.total_seconds())
                assert frozen.status_code == 503, frozen.text
                assert server.get("//readyz").status_code == 503
                assert server.get("/overview").status_code == server.get("//livez").status_code == 200
                assert server.get(f"/records/{records[0]}").status_code == 200
        finally:
            os.kill(graph.pid, signal.SIGCONT)
        until(lambda: server.get(f"/records/{records[0]}/lineage").status_code == 200)
        assert server.get(f"/records/{records[0]}/lineage").json() == whole[records[0]]
        assert max(waits) < 60, waits  # not a matter of speed: a driver's own limits are minutes
        os.kill(graph.pid, signal.SIGKILL)
        time.sleep(4)
        stop.set()
        for client in clients:
            client.join(PATIENCE)
            assert not client.is_alive()
        assert met == {200, 503}
        assert server.get("//readyz").status_code == 503
        assert server.get("//livez").status_code == 200
        assert server.get("/overview").status_code == 200
