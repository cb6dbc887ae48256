"""Paths become raw tables: which files a bundle has, what each really is, and that none changes meanwhile.

A file is what its first bytes say, not what its name ends in. Invariant: the hash that the manifest keeps is of
the bytes that were read, or the load stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lineage.engine import Engine, row
from lineage.errors import NotFound
from loaders.delimited import read_delimited
from loaders.layout import LOOK_ROWS, blocks, is_foot
from loaders.margins import without_margins
from loaders.parquet import read_parquet
from loaders.raw import REJECT_MARKS, Malformed, RawTable, ReadFile, Unreadable

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".psv", ".parquet", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et")
UNOPENED_ENDINGS = (".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".dbf", ".mdb", ".accdb", ".db", ".sqlite", ".xml",
                    ".html", ".htm", ".mht", ".pdf", ".doc", ".docx", ".wps")  # fmt: skip
"""What may hold data too and is not opened: named when it lies in a bundle's folder."""
FILE_BYTES_MOST = 64 << 30


def files_of(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """The files to read: each path, or the tables in it where it is a folder (its bundle). Raises NotFound."""
    out: list[Path] = []
    for path in (Path(path) for path in paths):
        if path.is_dir():
            inside = sorted(
                one
                for one in path.iterdir()
                if one.is_file() and one.suffix.lower() in TABLE_ENDINGS and not one.name.startswith((".", "~$"))
            )
            if not inside:
                there = ", ".join(one.name for one in unopened([path]))
                raise NotFound(
                    f"{path}: holds no file to load" + (f", only {there}" if there else ""),
                    f"expected files ending in {', '.join(TABLE_ENDINGS)}; unpack archives, name folders one by one",
                )
            out.extend(inside)
        elif path.exists():
            out.append(path)
        else:
            raise NotFound(f"{path}: is not there", "see the spelling of the path")
    return tuple(out)


def unopened(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """Archives, documents and folders with tables that lie in the given folders and are not looked into."""
    return tuple(
        one
        for path in map(Path, paths)
        if path.is_dir()
        for one in sorted(path.iterdir())
        if (one.is_file() and one.suffix.lower() in UNOPENED_ENDINGS)
        or (one.is_dir() and any(inside.suffix.lower() in TABLE_ENDINGS for inside in one.iterdir()))
    )


def read_files(
    engine: Engine, paths: Sequence[Path], folder: Path, words: frozenset[str] = frozenset()
) -> Iterator[ReadFile]:
    """Read files one after another; `folder` takes copies in UTF-8, `words` are headers that a profile knows.

    Raises Unreadable when a file is no table at all, or changed while it was read.
    """
    for index, path in enumerate(paths):
        before = _state(path)
        read = read_file(engine, path, f"raw_{index}", folder, words)
        if _state(path) != before:
            raise Unreadable(f"{path.name}: changed while it was read", "wait until it is complete, then load again")
        yield read


def read_file(engine: Engine, path: Path, relation: str, folder: Path, words: frozenset[str] = frozenset()) -> ReadFile:
    """One file by what it is. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise Unreadable(f"{path.name}: cannot be opened: {error.strerror}") from error
    if path.stat().st_size > FILE_BYTES_MOST:
        raise Unreadable(f"{path.name}: found {path.stat().st_size >> 30} GB, expected at most 64", "split it")
    if head.startswith(b"PAR1"):
        return read_parquet(engine, path, relation)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        from loaders.workbook import read_workbook

        return read_workbook(engine, path, relation, words)
    foreign = _foreign(head)
    if foreign:
        raise Unreadable(f"{path.name}: is no table but {foreign[0]}", foreign[1])
    return _read_text(engine, path, relation, folder, words)


def _read_text(engine: Engine, path: Path, relation: str, folder: Path, words: frozenset[str]) -> ReadFile:
    raw, text = read_delimited(engine, path, relation, folder, words)
    torn: tuple[str, ...] = ()
    if not raw.headers:
        placed, torn = _irregular(engine, raw, words)
        if placed is None:
            return ReadFile(path.name, text.sha256, text.size, ())
        raw = placed
    if REJECT_MARKS[0] in raw.headers:
        _arm(engine, raw)
    whole, notes = without_margins(engine, raw)
    return ReadFile(path.name, text.sha256, text.size, (whole,), (*notes, *torn))


def _arm(engine: Engine, raw: RawTable) -> None:
    """Take off the apostrophes that `lineage rejects` put before what a spreadsheet would run."""
    for place in range(len(raw.headers)):
        cell = f"c{place}"
        engine.execute(
            f"UPDATE {raw.relation} SET {cell} = substr({cell}, 2) "
            f"WHERE regexp_matches({cell}, '^''[-=+@\\t\\r\\n＝＋－＠]')"
        )


def _irregular(engine: Engine, raw: RawTable, words: frozenset[str]) -> tuple[RawTable | None, tuple[str, ...]]:
    """The table of a text file read record by record, and the notes below it; other widths are malformed."""
    found = engine.execute(f"SELECT * FROM {raw.relation} ORDER BY _row LIMIT {LOOK_ROWS}").fetchall()
    last = row(engine, f"SELECT coalesce(max(_row), 0) FROM {raw.relation}")[0]
    placed = blocks([(one[0], one[2 : 2 + one[1]]) for one in found], last, words)
    if not placed:
        return None, ()
    block = placed[0]
    width, columns = len(block.headers), len(found[0]) - 2
    where = f"_row >= {block.first}"
    wide = " OR ".join(f"c{place} IS NOT NULL" for place in range(width, columns)) or "false"
    longer, every = row(
        engine, f"SELECT count(*) FILTER (_cells > {width}), count(*) FROM {raw.relation} WHERE {where}"
    )
    # an empty cell behind the heading's in most records is how a program writes; in a few, a delimiter shifted them
    ragged = f"_cells < {width} OR {wide}" if longer * 2 > every else f"_cells <> {width}"
    torn = engine.execute(f"SELECT * FROM {raw.relation} WHERE {where} AND ({ragged}) ORDER BY _row").fetchall()
    malformed, foot = _torn(torn, width)
    outside = [one for one in raw.malformed if one.row >= block.first]
    whole = replace(
        raw,
        headers=block.headers,
        where=f"{where} AND NOT ({ragged})",
        headings_row=block.headings_row,
        title=block.title,
        malformed=tuple(sorted((*malformed, *outside), key=lambda one: one.row)),
        wider=f"{where} AND ({wide})",
        beyond=tuple(f"c{place}" for place in range(width, columns)),
    )
    return whole, tuple(f"{raw.file}:{said}" for said in foot)


def _torn(records: Sequence[Any], width: int) -> tuple[list[Malformed], list[str]]:
    """Records of another width than the heading: those that are notes at the foot of the table, and the malformed."""
    malformed: list[Malformed] = []
    foot: list[str] = []
    for number, count, *cells in records:
        said = cells[:count]
        if is_foot(said, begun=bool(foot)):
            foot.append(f"{number}: {' '.join(cell for cell in said if cell)}"[:120])
        elif any(cell and cell.strip() for cell in said):
            found = (("expected", width), ("found", count))
            fell = tuple(cell or "" for cell in said)
            malformed.append(Malformed(number, ",".join(fell), "ragged", fell, found))
    return malformed, foot


def _state(path: Path) -> tuple[int, int, int]:
    try:
        state = path.stat()
    except OSError as error:
        raise Unreadable(f"{path.name}: cannot be opened: {error.strerror}") from error
    return state.st_size, state.st_mtime_ns, state.st_ino


def _foreign(head: bytes) -> tuple[str, str] | None:
    """What a file is that is no table, and what to do; systems write web pages under a workbook's name."""
    for start, what, hint in _FOREIGN:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(start):
            return what, hint
    return None


_ANEW = "open it in a spreadsheet program and save it as XLSX or CSV"
_FOREIGN = (
    ((b"%pdf",), "a PDF", "save the table as CSV or XLSX at its source"),
    (
        (b"\x1f\x8b", b"7z\xbc\xaf", b"rar!", b"\x28\xb5\x2f\xfd", b"bzh"),
        "a compressed archive",
        "unpack it and load the files in it",
    ),
    ((b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<style", b"<body"), "a web page", _ANEW),
    ((b"<?xml",), "an XML file", _ANEW),
    ((b'{"', b"{\n", b"{\r", b"[{", b"[\n{"), "JSON", "write it as CSV or Parquet"),
    ((b"\x89png", b"\xff\xd8\xff", b"gif8"), "a picture", "a table is needed: CSV, XLSX"),
    ((b"sqlite format 3",), "an SQLite database", "name it as sqlite:///PATH"),
)
