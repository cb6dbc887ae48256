"""The one place that knows the Neo4j driver: connection, time limits, and how its errors come out.

Invariant: a server that is away, slow or half-published gives `Unavailable` within about three seconds, never a part
of an answer; the next request connects anew, no restart needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from neo4j import Driver, GraphDatabase, Query
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError

from lineage.errors import Misuse, Unavailable

CYPHER = Path(__file__).parent.parent / "cypher"
REQUEST_SECONDS = 2.5
PUBLISH_SECONDS = 120.0
SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


@dataclass(frozen=True, slots=True)
class Connection:
    """A driver with the database it asks; `asked` runs one named query of queries/cypher and gives its rows."""

    driver: Driver
    database: str | None
    address: str

    def asked(self, name: str, seconds: float = REQUEST_SECONDS, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query as dicts. Raises Unavailable, Misuse (wrong password, no right to write)."""
        with translated(self.address), self.driver.session(database=self.database) as session:
            found = session.run(Query(cypher(name), timeout=seconds), parameters)
            return [record.data() for record in found]

    def close(self) -> None:
        """Close all connections."""
        self.driver.close()


def connect(uri: str) -> Connection:
    """A connection to `neo4j://…` or `bolt://user:password@host:port/database`; else NEO4J_USER, NEO4J_PASSWORD.

    Nothing is sent before the first question. Raises Misuse for an address that is none.
    """
    parts = urlsplit(uri)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise Misuse(f'graph: found "{_without_password(uri)}", expected neo4j://host:7687 or bolt://host:7687')
    user = unquote(parts.username or os.environ.get("NEO4J_USER", ""))
    password = unquote(parts.password or os.environ.get("NEO4J_PASSWORD", ""))
    try:
        address = f"{parts.scheme}://{parts.hostname}:{parts.port or 7687}"
    except ValueError as error:
        raise Misuse(f"graph: {error} in {_without_password(uri)}") from error
    driver = GraphDatabase.driver(
        address, auth=(user, password) if user else None, max_transaction_retry_time=2, connection_timeout=1,
        connection_acquisition_timeout=2, notifications_min_severity="OFF",
    )
    return Connection(driver, parts.path.strip("/") or None, address)


@cache
def cypher(name: str) -> str:
    """The text of one query file."""
    return (CYPHER / f"{name}.cypher").read_text(encoding="utf-8")


@contextmanager
def translated(address: str) -> Iterator[None]:
    """The driver's errors as ours: whose fault, and what to do next."""
    try:
        yield
    except AuthError as error:
        raise Misuse(f"{address} does not accept this user and password",
                     "set NEO4J_USER and NEO4J_PASSWORD") from error
    except ClientError as error:
        if "Timedout" in (error.code or "") or "Terminated" in (error.code or ""):
            raise Unavailable(f"{address} took too long and was stopped", "try again") from error
        if "Forbidden" in (error.code or "") or "AccessMode" in (error.code or ""):
            raise Misuse(f"{address} does not let this user write", "publish as a user who may write") from error
        raise Unavailable(f"{address} refused: {error.message}", "see lineage doctor --graph") from error
    except (DriverError, Neo4jError, OSError) as error:
        raise Unavailable(f"{address} does not answer ({type(error).__name__})",
                          "is the server up? try again in a moment") from error


def _without_password(uri: str) -> str:
    head, at, tail = uri.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at else uri
