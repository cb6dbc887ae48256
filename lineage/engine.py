"""The one place that knows DuckDB: connections, their limits, and how errors come out.

No extension is ever fetched: what is used is built in. Invariant: an engine keeps nothing; what is
kept lies in the ledger's Parquet files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from duckdb.func import SPECIAL

from lineage import documents
from lineage.errors import Unavailable

EngineError = duckdb.Error
Engine = duckdb.DuckDBPyConnection
VERSION: str = duckdb.__version__
_UNITS = {"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "TimeZone": "UTC",
    "preserve_insertion_order": "true",
}


def connect(scratch: Path | None = None, *, ordered: bool = True) -> Engine:
    """An in-memory engine; what does not fit into memory spills into `scratch`, a folder that need not exist yet,
    but whose parent must: DuckDB makes one level when it first spills.

    `LINEAGE_MEMORY` (such as 4GB) and `LINEAGE_THREADS` limit it. With `ordered` off, rows of a table written
    without ORDER BY may come in any order, which saves memory and time.
    """
    settings: dict[str, Any] = dict(_SETTINGS)
    settings["preserve_insertion_order"] = "true" if ordered else "false"
    if memory := os.environ.get("LINEAGE_MEMORY"):
        settings["memory_limit"] = memory
    if threads := os.environ.get("LINEAGE_THREADS"):
        settings["threads"] = threads
    if scratch is not None:
        settings["temp_directory"] = str(scratch)
    zone = settings.pop("TimeZone")
    engine = duckdb.connect(":memory:", config=settings)
    engine.execute(f"SET TimeZone = '{zone}'")
    engine.execute("SET enable_progress_bar = false")
    return engine


def spare_memory(engine: Engine, scratch: Path, *, megabytes: int = 1024) -> None:
    """Let an engine spill into `scratch` what goes beyond so much and 256 MB a thread: sorting ten million payments
    takes 7.4 GB otherwise and hardly less time. `LINEAGE_MEMORY` and a smaller machine have the last word.
    """
    held, threads = row(engine, "SELECT current_setting('memory_limit'), current_setting('threads')")
    size, unit = str(held).split()
    enough = (megabytes + 256 * int(threads)) << 20
    if "LINEAGE_MEMORY" not in os.environ and float(size) * _UNITS[unit] > enough:
        engine.execute(f"SET memory_limit = '{enough >> 20}MiB'")
        engine.execute(f"SET temp_directory = {literal(scratch)}")


def forget_files(engine: Engine) -> None:
    """Keep nothing of files that are read: where each is read once, what is kept only grows (30 KB a small file)."""
    engine.execute("SET enable_external_file_cache = false")
    engine.execute("SET parquet_metadata_cache = false")


def with_documents(engine: Engine) -> None:
    """Give an engine the macro `document_number`, equal to `lineage.documents.document_number`.

    Costs 0.2 s (it pulls numpy in), so `Ledger.query` does it when a query first names the macro.
    """
    text = duckdb.type("VARCHAR")
    engine.create_function(documents.SLOW, documents.document_number, [text], text, null_handling=SPECIAL)
    engine.execute(documents.macro_sql())


def confine(engine: Engine, files: Sequence[Path]) -> None:
    """From now on the engine reads these files and its own tables, nothing else of the machine, and writes nothing.

    It cannot be undone, by nobody's SQL: for queries that other people wrote.
    """
    engine.execute(f"SET allowed_paths = [{', '.join(literal(file) for file in files)}]")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")


def is_overflow(error: Exception) -> bool:
    """Whether an error is a sum of fen beyond int64."""
    return isinstance(error, (duckdb.ConversionException, duckdb.OutOfRangeException)) and "INT64" in str(error)


def may_be_damage(error: Exception) -> bool:
    """Whether an error may come from what a file holds: the query itself was understood."""
    return not isinstance(error, (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException))


def is_one_select(sql: str) -> bool:
    """Whether a text is one statement that only asks. Raises EngineError for what is no SQL."""
    found = duckdb.extract_statements(sql)
    return [statement.type for statement in found] == [duckdb.StatementType.SELECT]


def rows(engine: Engine, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
    """The answer as one dict a row, without pandas or Arrow."""
    answer = engine.execute(sql, parameters)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def row(engine: Engine, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The one row a query always answers, such as a count."""
    found = engine.execute(sql, list(parameters)).fetchone()
    assert found is not None, f"no row from {sql}"
    return tuple(found)


def literal(value: str | Path) -> str:
    """A text as a SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(identifier: str) -> str:
    """An identifier quoted for SQL: some input columns are words of SQL (`row`, `list`)."""
    return '"' + identifier.replace('"', '""') + '"'


def parquet(files: Sequence[Path]) -> str:
    """A table expression over Parquet files whose columns may differ by what later releases added."""
    listed = ", ".join(literal(file) for file in files)
    return f"read_parquet([{listed}], union_by_name = true)"


def write_parquet(engine: Engine, sql: str, file: Path) -> None:
    """Write a query's rows into one Parquet file (zstd). Raises Unavailable when the disk does not take it."""
    try:
        engine.execute(f"COPY ({sql}) TO {literal(file)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    except duckdb.IOException as error:
        raise Unavailable(f"could not write {file}: {error}", "free some space and try again") from error
