"""Parquet files as text cells: exact types as their text, floats by their shortest decimal text.

Invariant: a number that a float has spoilt (more than 15 digits) is marked, so that no text column takes it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from lineage.engine import Engine, EngineError, literal, name
from loaders.headers import clean_header
from loaders.raw import COLUMNS_MOST, SPOILT, RawTable, ReadFile, Unreadable

_FLOATS = ("DOUBLE", "FLOAT")


def read_parquet(engine: Engine, path: Path, relation: str) -> ReadFile:
    """One Parquet file as one raw table. Raises Unreadable when it is damaged or has no rows to speak of."""
    try:
        columns = engine.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(path)})").fetchall()
        if len(columns) > COLUMNS_MOST:
            raise Unreadable(f"{path.name}: found {len(columns):,} columns, expected at most {COLUMNS_MOST:,}")
        cells = ", ".join(
            f"{_text(name(column), kind)} AS c{index}" for index, (column, kind, *_) in enumerate(columns)
        )
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {relation} AS "
            f"SELECT file_row_number + 1 AS _row, {cells} FROM read_parquet({literal(path)}, file_row_number = true)"
        )
    except EngineError as error:
        raise Unreadable(
            f"{path.name}: is no readable Parquet file: {str(error).splitlines()[0][:200]}",
            "write it again at its source",
        ) from error
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    floats = any(kind in _FLOATS for _, kind, *_ in columns)
    raw = RawTable(
        relation,
        tuple(clean_header(str(column)) for column, *_ in columns),
        path.name,
        row_sql="_row",
        clean=not floats,
        headings_row=0,
    )
    return ReadFile(path.name, sha256, path.stat().st_size, (raw,))


def _text(column: str, kind: str) -> str:
    if kind not in _FLOATS:
        return f"nullif({column}::VARCHAR, '')"
    whole = f"{column} = floor({column}) AND abs({column}) < 1e18"
    plain = f"CASE WHEN {whole} THEN {column}::BIGINT::VARCHAR ELSE {column}::VARCHAR END"
    return f"CASE WHEN abs({column}) >= 1e15 THEN {literal(SPOILT)} || {plain} ELSE {plain} END"
