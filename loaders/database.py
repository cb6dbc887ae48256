"""Tables out of a database: read-only, in one snapshot, in chunks that can be resumed, from a watermark with overlap.

A profile says which queries under `[database.queries.NAME]` (`select`, and for increments `watermark` and `key`);
without any, tables that bear the names of ours, or of the profile's inputs, are read whole. Each query becomes a CSV
file and takes the way of every file. The watermark reached is part of the source's name in the manifest, so it moves
exactly when the batch is committed. Invariant: nothing is ever written to the source; no password is ever shown.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lineage.errors import Misuse, Unavailable
from lineage.schema import TABLES
from loaders.profile import Profile

CHUNK_ROWS = 50_000
OVERLAP_HOURS = 24
DRIVERS = {
    "postgresql": "psycopg",
    "postgres": "psycopg",
    "kingbase": "psycopg",
    "mysql": "pymysql",
    "oracle": "oracledb",
    "dm": "dmPython",
    "sqlite": "sqlite3",
}
_MARK = "#watermark="
_POSTGRES_TABLES = (
    "SELECT table_name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false)) ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a source: `key` orders its chunks, `watermark` is the column that tells what is new."""

    name: str
    select: str
    watermark: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Extract:
    """A query's rows in a file, and the name under which the manifest keeps them."""

    path: Path
    source: str
    rows: int


def account(address: str) -> tuple[str, str, str]:
    """User, password and database of an address; what a sign of the address stands in is percent-encoded there."""
    parts = urlsplit(address)
    return unquote(parts.username or ""), unquote(parts.password or ""), unquote(parts.path.lstrip("/"))


def is_address(given: object) -> bool:
    """Whether a load argument is a database address and no path."""
    return "://" in str(given)


def extract(address: str, profile: Profile, folder: Path, known_sources: Sequence[str]) -> Iterator[Extract]:
    """Read every query of a source into files, all in one read-only snapshot.

    `known_sources` are the sources' names of earlier batches: there stand the watermarks. `folder` outlives a broken
    connection, so that the next call goes on after the last whole chunk. Raises Unavailable, Misuse.
    """
    scheme = urlsplit(address).scheme.split("+")[0]
    with _connection(address, scheme) as connection:
        queries = _queries(connection, scheme, profile)
        if not queries:
            raise Misuse(
                f"{shown(address)}: found no table to load", "name queries under [database.queries.NAME] in a profile"
            )
        overlap_hours = int(profile.database.get("overlap_hours", OVERLAP_HOURS))
        source = _Source(connection, scheme, shown(address), overlap_hours, folder)
        for query in queries:
            since = _since(f"{source.shown}/{query.name}", known_sources) if query.watermark else ""
            yield _read(source, query, since)


def shown(address: str) -> str:
    """The address without user and password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


@dataclass(frozen=True, slots=True)
class _Source:
    """An open source: its connection, its kind, the address to show, hours of overlap, the folder for its files."""

    connection: Any
    scheme: str
    shown: str
    overlap_hours: int
    folder: Path


def _read(source: _Source, query: Query, since: str) -> Extract:
    """One query into a file, chunk by chunk; each whole chunk is noted in `state.json` beside it."""
    home = f"{source.shown}/{query.name}"
    spool = source.folder / hashlib.sha256(f"{home}\n{query.select}\n{since}".encode()).hexdigest()[:16]
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    state_file, target = spool / "state.json", spool / f"{query.name}.csv"
    state = json.loads(state_file.read_text()) if query.key and state_file.exists() and target.exists() else {}
    reached, last, rows = state.get("reached", ""), state.get("last", ""), state.get("rows", 0)
    with target.open("r+b" if state else "wb") as file:
        file.truncate(state.get("bytes", 0))  # a chunk that was cut short goes
        file.seek(0, 2)
        for chunk in _chunks(source, query, _before(since, source.overlap_hours), last):
            _write(file, chunk.lines if not file.tell() else chunk.lines[1:])
            rows, last, reached = rows + len(chunk.lines) - 1, chunk.last, max(reached, chunk.reached)
            file.flush()
            state_file.write_text(json.dumps({"bytes": file.tell(), "rows": rows, "last": last, "reached": reached}))
    state_file.unlink(missing_ok=True)
    mark = f"{_MARK}{max(reached, since)}" if query.watermark and (reached or since) else ""
    return Extract(target, home + mark, rows)


@dataclass(frozen=True, slots=True)
class _Chunk:
    lines: list[list[str]]
    last: str
    reached: str


def _chunks(source: _Source, query: Query, since: str, last: str) -> Iterator[_Chunk]:
    """Chunks of the one cursor, by key where the query has one, each with the heading first."""
    sign = "?" if source.scheme in ("sqlite", "dm") else ":1" if source.scheme == "oracle" else "%s"
    quote = "`" if source.scheme == "mysql" else '"'
    tests, values = [], []
    for column, comparison, value in ((query.watermark, ">=", since), (query.key, ">", last)):
        if column and value:
            tests.append(f"{quote}{column}{quote} {comparison} {sign}")
            values.append(value)
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    order = f" ORDER BY {quote}{query.key}{quote}" if query.key else ""
    cursor = source.connection.cursor(*_in_parts(source.scheme))
    try:
        cursor.execute(f"SELECT * FROM ({query.select}) source{where}{order}", values)
        found = cursor.fetchmany(CHUNK_ROWS)
        heads = [str(column[0]) for column in cursor.description]
        if not found:
            yield _Chunk([heads], last, "")
        while found:
            yield _chunk(heads, found, query)
            found = cursor.fetchmany(CHUNK_ROWS)
    except Exception as error:
        why = str(error).splitlines()[0][:300]
        raise Unavailable(
            f"query {query.name} of the source failed: {why}", "run it again: whole chunks are kept"
        ) from error
    finally:
        cursor.close()


def _in_parts(scheme: str) -> tuple[Any, ...]:
    """What makes a driver's cursor leave the rows on the server until they are fetched; others do so by themselves."""
    if DRIVERS[scheme] == "psycopg":
        return ("lineage_extract",)
    return (import_module("pymysql.cursors").SSCursor,) if scheme == "mysql" else ()


def _chunk(heads: list[str], found: Sequence[Sequence[Any]], query: Query) -> _Chunk:
    places = {head.lower(): place for place, head in enumerate(heads)}
    lines = [heads, *[[_text(cell) for cell in row] for row in found]]
    last = _text(found[-1][places[query.key.lower()]]) if query.key else ""
    marks = (
        [_text(row[places[query.watermark.lower()]]) for row in found if row[places[query.watermark.lower()]]]
        if query.watermark
        else []
    )
    return _Chunk(lines, last, max(marks, default=""))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (bytes, memoryview)):
        return bytes(cell).hex()
    return str(cell)


def _write(file: Any, lines: Sequence[Sequence[str]]) -> None:
    from io import StringIO

    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    file.write(text.getvalue().encode())


def _queries(connection: Any, scheme: str, profile: Profile) -> tuple[Query, ...]:
    said = profile.database.get("queries", {})
    if said:
        if nameless := [name for name, one in said.items() if not one.get("select")]:
            raise Misuse(f"profile {profile.name}: database.queries.{nameless[0]}: expected a select")
        return tuple(
            Query(name, one["select"], one.get("watermark", ""), one.get("key", "")) for name, one in said.items()
        )
    wanted = [table.name for table in TABLES] + [
        pattern.split(".")[0] for one in profile.inputs for pattern in one.files
    ]
    names = [
        name
        for name in _table_names(connection, scheme)
        if any(fnmatch(name.lower(), pattern.lower()) for pattern in wanted)
    ]
    return tuple(
        Query(name, f'SELECT * FROM "{name}"' if scheme != "mysql" else f"SELECT * FROM `{name}`") for name in names
    )


def _table_names(connection: Any, scheme: str) -> list[str]:
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY 1",
        "oracle": "SELECT table_name FROM user_tables ORDER BY 1",
        "dm": "SELECT table_name FROM user_tables ORDER BY 1",
        "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY 1",
    }.get(
        scheme,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false)) ORDER BY 1",
    )
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        return [str(row[0]) for row in cursor.fetchall()]
    except Exception as error:  # each driver has errors of its own
        why = str(error).splitlines()[0][:300]
        raise Unavailable(f"the tables of the source cannot be listed: {why}", "see that it is whole") from error


def _since(home: str, known_sources: Sequence[str]) -> str:
    marks = [source.split(_MARK, 1)[1] for source in known_sources if source.startswith(home + _MARK)]
    return max(marks, default="")


def _before(since: str, hours: int) -> str:
    """The watermark less the overlap: rows that were under way when the last extract looked come again."""
    if not since:
        return ""
    from datetime import datetime, timedelta

    try:
        return str(datetime.fromisoformat(since) - timedelta(hours=hours))
    except ValueError:
        return since  # a number or a text: no overlap can be reckoned


def _connection(address: str, scheme: str) -> Any:
    from contextlib import closing

    if scheme not in DRIVERS:
        raise Misuse(f"{shown(address)}: found the kind {scheme}", f"expected one of {', '.join(DRIVERS)}")
    try:
        driver: Any = import_module(DRIVERS[scheme])
    except ImportError as error:
        raise Unavailable(
            f"{shown(address)}: needs the driver {DRIVERS[scheme]}", f"pip install {DRIVERS[scheme]}"
        ) from error
    try:
        return closing(_connect(driver, address, scheme))
    except Exception as error:
        raise Unavailable(
            f"{shown(address)}: cannot be reached: {str(error).splitlines()[0][:200]}",
            "see address, network, user and password",
        ) from error


def _connect(driver: Any, address: str, scheme: str) -> Any:
    parts = urlsplit(address)
    if DRIVERS[scheme] == "psycopg":
        connection = driver.connect(address.replace(f"{parts.scheme}://", "postgresql://", 1), connect_timeout=10)
        connection.read_only = True
        connection.isolation_level = driver.IsolationLevel.REPEATABLE_READ
        return connection
    if scheme == "sqlite":
        file = "/" + parts.path.lstrip("/")  # sqlite:///PATH, whether or not PATH begins with a slash of its own
        connection = driver.connect(f"file:{file}?mode=ro", uri=True)
        connection.execute("BEGIN")
        return connection
    user, password, database = account(address)
    if scheme == "mysql":
        connection = driver.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user=user,
            password=password,
            database=database,
        )
        connection.cursor().execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        return connection
    connection = driver.connect(user=user, password=password, dsn=f"{parts.hostname}:{parts.port or 1521}/{database}")
    connection.cursor().execute("SET TRANSACTION READ ONLY")
    return connection
