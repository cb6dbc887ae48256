"""The one place that knows the Neo4j driver: connection, time limits, and how its errors come out.

The driver's asynchronous form runs on a thread of its own, because only a task can be called off: a server that takes
the connection and then says nothing would hold a blocking read for two minutes. Invariant: a server that is away,
silent or half-published gives `Unavailable` within about three seconds, never a part of an answer; the next request
connects anew, no restart needed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncSession, AsyncTransaction, Query
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError, TransientError

from lineage.errors import Busy, Misuse, Unavailable

CYPHER = Path(__file__).parent.parent / "cypher"
SILENT_SECONDS = 2.5
"""How long a request may hear nothing; a long answer that keeps coming is not cut short by it."""
LONGEST_SECONDS = 600.0
SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
FETCHED = 2_000
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Connection:
    """A driver with the database it asks; `asked` runs one named query of queries/cypher and gives its rows."""

    driver: AsyncDriver
    database: str | None
    address: str
    loop: asyncio.AbstractEventLoop
    thread: Thread

    def asked(self, name: str, silent_seconds: float = SILENT_SECONDS, **parameters: Any) -> list[list[Any]]:
        """The rows of a query. Raises Unavailable, Misuse (wrong password, no right to write)."""
        return self.done(self._asked(name, silent_seconds, parameters))[1]

    def named_rows(self, name: str, silent_seconds: float = SILENT_SECONDS, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query as dicts. Raises as `asked`."""
        names, rows = self.done(self._asked(name, silent_seconds, parameters))
        return [dict(zip(names, row, strict=True)) for row in rows]

    def done(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """What a task on the driver's thread gives, its errors as ours."""
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        with translated(self.address):
            try:
                return future.result()
            except BaseException:
                future.cancel()
                raise

    async def _asked(self, name: str, silent_seconds: float,
                     parameters: dict[str, Any]) -> tuple[tuple[str, ...], list[list[Any]]]:
        rows: list[list[Any]] = []
        async with self.driver.session(database=self.database, fetch_size=FETCHED) as session:
            query = Query(cypher(name), timeout=LONGEST_SECONDS)
            found = await asyncio.wait_for(session.run(query, parameters), silent_seconds)
            while True:
                piece = await asyncio.wait_for(found.fetch(FETCHED), silent_seconds)
                rows += [record.values() for record in piece]
                if len(piece) < FETCHED:
                    await asyncio.wait_for(found.consume(), silent_seconds)
                    return found.keys(), rows

    def close(self) -> None:
        """Close all connections and end the driver's thread."""
        if self.loop.is_closed():
            return
        self.done(self._closed())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _closed(self) -> None:
        try:
            await asyncio.wait_for(self.driver.close(), SILENT_SECONDS)
        except (TimeoutError, DriverError, OSError):
            return


class Lease:
    """An open transaction that holds a lock on the server as long as its connection lives; mutable by nature.

    A publisher that is killed loses it with its connection, so nothing stays locked behind. What must be true only if
    the lock was never lost is written in this same transaction, by `kept`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._session: AsyncSession = connection.done(self._opened())
        try:
            self._transaction: AsyncTransaction = connection.done(self._begun())
        except BaseException:
            self.given_up()
            raise

    async def _opened(self) -> AsyncSession:
        return self._connection.driver.session(database=self._connection.database)

    async def _begun(self) -> AsyncTransaction:
        try:
            transaction = await asyncio.wait_for(self._session.begin_transaction(timeout=0), SILENT_SECONDS)
            found = await asyncio.wait_for(transaction.run(cypher("lease")), SILENT_SECONDS)
            await asyncio.wait_for(found.consume(), SILENT_SECONDS)
        except TimeoutError:
            raise Busy(f"another publish to {self._connection.address} is under way, or the server is slow",
                       "wait for it, then publish again") from None
        return transaction

    def kept(self, name: str, **parameters: Any) -> None:
        """Run one last query under the lock and let go of it. Raises Unavailable where the lock was lost."""
        self._connection.done(self._kept(name, parameters))

    async def _kept(self, name: str, parameters: dict[str, Any]) -> None:
        found = await asyncio.wait_for(self._transaction.run(cypher(name), parameters), SILENT_SECONDS)
        await asyncio.wait_for(found.consume(), SILENT_SECONDS)
        await asyncio.wait_for(self._transaction.commit(), SILENT_SECONDS)

    def given_up(self) -> None:
        """Let go without writing; harmless after `kept`."""
        self._connection.done(self._given_up())

    async def _given_up(self) -> None:
        try:
            await asyncio.wait_for(self._session.close(), SILENT_SECONDS)
        except (TimeoutError, DriverError, Neo4jError, OSError):
            return


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
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        address = f"{parts.scheme}://{host}:{parts.port or 7687}"
    except ValueError as error:
        raise Misuse(f"graph: {error} in {_without_password(uri)}") from error
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="neo4j", daemon=True)
    thread.start()

    async def made() -> AsyncDriver:
        return AsyncGraphDatabase.driver(
            address, auth=(user, password) if user else None, max_transaction_retry_time=2, connection_timeout=1,
            connection_acquisition_timeout=2, liveness_check_timeout=5, notifications_min_severity="OFF",
        )

    driver = asyncio.run_coroutine_threadsafe(made(), loop).result()
    return Connection(driver, parts.path.strip("/") or None, address, loop, thread)


def at_once(writers: int) -> ThreadPoolExecutor:
    """Threads that each wait for a request of their own."""
    return ThreadPoolExecutor(writers, thread_name_prefix="publish")


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
        raise _refused(address, error) from error
    except TransientError as error:
        raise Unavailable(f"{address} is busy: {error.message}", "try again in a moment") from error
    except TimeoutError as error:
        raise Unavailable(f"{address} was asked and stayed silent",
                          "is the server up? try again in a moment") from error
    except (DriverError, Neo4jError, OSError) as error:
        raise Unavailable(f"{address} does not answer ({type(error).__name__})",
                          "is the server up? try again in a moment") from error


def _refused(address: str, error: ClientError) -> Misuse | Unavailable:
    code = error.code or ""
    if "Timedout" in code or "Terminated" in code:
        return Unavailable(f"{address} took too long and was stopped", "try again")
    if "Forbidden" in code or "AccessMode" in code or "ReadOnly" in code:
        return Misuse(f"{address} does not let this user write", "publish as a user who may write")
    if "DatabaseNotFound" in code:
        return Misuse(f"{address} has no such database", "see SHOW DATABASES")
    return Unavailable(f"{address} refused: {error.message}", "see lineage doctor --graph")


def _without_password(uri: str) -> str:
    head, at, tail = uri.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at else uri
