"""Workbooks (XLSX, XLSM, XLS, XLSB, ODS): guarded first, then read in a process of its own (`loaders.sheets`).

Invariant: whatever a workbook holds, the answer is its tables or an `Unreadable` with a clear word; memory is bounded.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lineage.engine import Engine, literal
from loaders.raw import RawTable, ReadFile, Unreadable

UNPACKED_BYTES_MOST = 2 << 30
RATIO_MOST = 200
"""A spreadsheet's XML packs 5 to 60 times; beyond this, above 64 MB, it is a bomb."""
ENTRIES_MOST = 10_000
SECONDS_MOST = 900


def read_workbook(engine: Engine, path: Path, relation: str, words: frozenset[str] = frozenset()) -> ReadFile:
    """Every table of every sheet. `words` are headers a profile knows beside the vocabularies. Raises Unreadable."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    guard(path)
    with tempfile.TemporaryDirectory(prefix="lineage-sheets-") as folder:
        sheets = _run(path, folder, words)
        tables = tuple(
            raw for number, sheet in enumerate(sheets) for raw in _tables(engine, path, f"{relation}_{number}", sheet)
        )
        notes = tuple(f"{path.name}[{sheet['name']}]:{foot}" for sheet in sheets for foot in sheet["foot"])
    hidden = tuple(str(sheet["name"]) for sheet in sheets if sheet["hidden"] and sheet["blocks"])
    return ReadFile(path.name, sha256, path.stat().st_size, tables, notes, hidden)


def guard(path: Path) -> None:
    """Look at a zipped workbook before anything unpacks it. Raises Unreadable on a bomb or a torn archive."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            packed = max(1, path.stat().st_size)
            if any(entry.flag_bits & 1 for entry in entries):
                raise _encrypted(path)
            if (
                unpacked > UNPACKED_BYTES_MOST
                or len(entries) > ENTRIES_MOST
                or (unpacked > 64 << 20 and unpacked // packed > RATIO_MOST)
            ):
                raise Unreadable(
                    f"{path.name}: {packed:,} bytes would unpack to {unpacked:,}, which no workbook of tables needs",
                    "save the sheets as CSV, or split the workbook",
                )
            names = {entry.filename for entry in entries}
            if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml", "[Content_Types].xml"}:
                raise Unreadable(f"{path.name}: is an archive but no workbook", "unpack it and load the files in it")
            torn = archive.testzip()
    except Unreadable:
        raise
    except Exception as error:  # over torn bytes the unpacker may raise anything: a name that is no text, a bad number
        raise _damaged(path, str(error)) from error
    if torn:
        raise _damaged(path, f"{torn} is not as it was packed")


def _run(path: Path, folder: str, words: frozenset[str]) -> list[Mapping[str, Any]]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "loaders.sheets", str(path.resolve()), folder],
            input=json.dumps(sorted(words)).encode(),
            capture_output=True,
            timeout=SECONDS_MOST,
            check=False,
            cwd=Path(__file__).parent.parent,
        )
        answer = json.loads(done.stdout or b"{}")
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"{path.name}: not read within {SECONDS_MOST} seconds", "save the sheets as CSV") from error
    except ValueError as error:
        raise _damaged(path, "the reader stopped in the middle") from error
    if "sheets" in answer:
        return list(answer["sheets"])
    if answer.get("error") == "password":
        raise _encrypted(path)
    if answer.get("error") == "memory" or done.returncode < 0:
        raise Unreadable(f"{path.name}: needs more memory than a workbook of tables should", "save the sheets as CSV")
    raise _damaged(path, str(answer.get("error", "the reader stopped in the middle")))


def _tables(engine: Engine, path: Path, relation: str, sheet: Mapping[str, Any]) -> Iterator[RawTable]:
    if not sheet["blocks"]:
        return
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT * FROM read_parquet({literal(sheet['file'])})")
    for block in sheet["blocks"]:
        left = block["left"]
        headers = tuple(block["headers"][: sheet["width"] - left])
        if not any(headers):
            continue
        parted = sum(one["headings_row"] == block["headings_row"] for one in sheet["blocks"]) > 1
        yield RawTable(
            _part(engine, relation, left, len(headers)) if parted else relation,
            headers,
            path.name,
            sheet["name"],
            row_sql="_row",
            where=f"_row BETWEEN {block['first']} AND {block['last']}",
            tight=True,
            clean=False,
            headings_row=block["headings_row"],
            title=block["title"],
        )


def _part(engine: Engine, relation: str, left: int, width: int) -> str:
    """One of several tables that stand side by side: its own columns, and the rows that have anything in them."""
    places = range(left, left + width)
    cells = ", ".join(f"c{place} AS c{place - left}" for place in places)
    filled = " OR ".join(f"c{place} IS NOT NULL" for place in places)
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {relation}_{left} AS SELECT _row, {cells} FROM {relation} WHERE {filled}"
    )
    return f"{relation}_{left}"


def _encrypted(path: Path) -> Unreadable:
    return Unreadable(f"{path.name}: is encrypted", "save a copy without a password and load that")


def _damaged(path: Path, why: str) -> Unreadable:
    return Unreadable(
        f"{path.name}: is damaged or no workbook: {why}", "open it in a spreadsheet program and save it anew"
    )
