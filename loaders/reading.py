"""Paths become raw tables: which files a bundle has, what each really is, and that none changes meanwhile.

A file is what its first bytes say, not what its name ends in. Invariant: the hash that the manifest keeps is of
the bytes that were read, or the load stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lineage.engine import Engine, row
from lineage.errors import NotFound
from loaders.delimited import read_delimited
from loaders.layout import LOOK_ROWS, blocks
from loaders.parquet import read_parquet
from loaders.raw import Malformed, RawTable, ReadFile, Unreadable

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".psv", ".parquet", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
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
                raise NotFound(f"{path}: holds no file to load", f"expected files ending in {', '.join(TABLE_ENDINGS)}")
            out.extend(inside)
        elif path.exists():
            out.append(path)
        else:
            raise NotFound(f"{path}: is not there", "see the spelling of the path")
    return tuple(out)


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
            head = file.read(8)
    except OSError as error:
        raise Unreadable(f"{path.name}: cannot be opened: {error.strerror}") from error
    if path.stat().st_size > FILE_BYTES_MOST:
        raise Unreadable(f"{path.name}: found {path.stat().st_size >> 30} GB, expected at most 64", "split it")
    if head.startswith(b"PAR1"):
        return read_parquet(engine, path, relation)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        from loaders.workbook import read_workbook

        return read_workbook(engine, path, relation, words)
    if head.startswith((b"%PDF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        raise Unreadable(
            f"{path.name}: is no table but a {_foreign(head)}", "unpack it, or save the table as CSV or XLSX"
        )
    return _read_text(engine, path, relation, folder, words)


def _read_text(engine: Engine, path: Path, relation: str, folder: Path, words: frozenset[str]) -> ReadFile:
    engine.execute("SET preserve_insertion_order = true")  # a record's number is its place in the file
    try:
        raw, text = read_delimited(engine, path, relation, folder)
    finally:
        engine.execute("SET preserve_insertion_order = false")
    raws: tuple[RawTable, ...] = (raw,)
    if not raw.headers:
        raws = tuple(_irregular(engine, raw, words))
    return ReadFile(path.name, text.sha256, text.size, raws)


def _irregular(engine: Engine, raw: RawTable, words: frozenset[str]) -> Iterator[RawTable]:
    """The blocks of a text file read record by record; records of the wrong width become malformed."""
    found = engine.execute(f"SELECT * FROM {raw.relation} ORDER BY _row LIMIT {LOOK_ROWS}").fetchall()
    last = row(engine, f"SELECT coalesce(max(_row), 0) FROM {raw.relation}")[0]
    for block in blocks([(one[0], one[2 : 2 + one[1]]) for one in found], last, words)[:1]:
        width = len(block.headers)
        where = f"_row >= {block.first}"
        columns = len(found[0]) - 2 if found else 0
        beyond = "".join(f" OR c{place} IS NOT NULL" for place in range(width, columns))
        ragged = f"_cells < {width}{beyond}"
        wide = " OR ".join(f"c{place} IS NOT NULL" for place in range(width, columns)) or "false"
        torn = engine.execute(f"SELECT * FROM {raw.relation} WHERE {where} AND ({ragged}) ORDER BY _row").fetchall()
        malformed = [
            Malformed(
                one[0],
                ",".join(cell or "" for cell in one[2 : 2 + one[1]]),
                "ragged",
                (("expected", width), ("found", one[1])),
            )
            for one in torn
        ]
        outside = [one for one in raw.malformed if one.row >= block.first]
        yield replace(
            raw,
            headers=block.headers,
            where=f"{where} AND NOT ({ragged})",
            headings_row=block.headings_row,
            title=block.title,
            malformed=tuple(sorted((*malformed, *outside), key=lambda one: one.row)),
            wider=f"{where} AND ({wide})",
            beyond=tuple(f"c{place}" for place in range(width, columns)),
        )


def _state(path: Path) -> tuple[int, int, int]:
    try:
        state = path.stat()
    except OSError as error:
        raise Unreadable(f"{path.name}: cannot be opened: {error.strerror}") from error
    return state.st_size, state.st_mtime_ns, state.st_ino


def _foreign(head: bytes) -> str:
    return "PDF" if head.startswith(b"%PDF") else "compressed archive"
