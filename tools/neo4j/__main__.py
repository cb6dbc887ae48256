"""`python -m tools.neo4j start|stop`: one server for development, in .cache/neo4j of this folder.

Ports 7687 (Bolt) and 7474 (HTTP) unless NEO4J_BOLT and NEO4J_HTTP say otherwise. Only the process that
`start` noted is ever stopped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools.neo4j.server import NotToBeHad, alive, start, stop

HOME = Path(".cache/neo4j").resolve()
NOTE = HOME / "server.pid"


def begin() -> int:
    """Start the server unless the one noted still runs."""
    if NOTE.exists() and alive(int(NOTE.read_text())):
        print(f"already running (process {NOTE.read_text()}); stop it with: make neo4j-stop")
        return 0
    bolt, http = int(os.environ.get("NEO4J_BOLT", "7687")), int(os.environ.get("NEO4J_HTTP", "7474"))
    print("starting Neo4j; the first time its jars are fetched, which takes about a minute …", flush=True)
    try:
        server = start(HOME, bolt=bolt, http=http)
    except NotToBeHad as problem:
        print(f"not started: {problem}", file=sys.stderr)
        return 3
    NOTE.write_text(str(server.pid), encoding="utf-8")
    print(f"{server.uri}  browse: http://127.0.0.1:{server.http}  stop: make neo4j-stop")
    print(f"publish a ledger to it with: .venv/bin/lineage publish {server.uri}")
    return 0


def end() -> int:
    """Stop the server that `start` noted."""
    if not NOTE.exists():
        print("no server was started from this folder")
        return 0
    stop(int(NOTE.read_text()))
    NOTE.unlink()
    print("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(
        {"start": begin, "stop": end}[sys.argv[1]]() if sys.argv[1:] in (["start"], ["stop"]) else "start or stop?"
    )
