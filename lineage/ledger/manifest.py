"""The manifest: one small JSON file a batch, each holding the hash of the one before.

`manifest/000001.json` names the batch's files with their hashes, rows and fen. It is written last, by
rename, so a batch is in the ledger exactly when its manifest is. Invariant: numbers run 1, 2, 3 … without a gap.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from lineage.errors import Damaged, NotFound
from lineage.ledger import durable

FORMAT = 1
_MANIFEST = re.compile(r"\d{6}\.json")
FIRST = "0" * 64
"""What the first manifest and the first journal entry name as the hash before them."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was given to a load: name, SHA-256 of its bytes, size in bytes."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """What became of one table's rows in one load, in rows and in fen; read = the four others together.

    `removed` counts rows taken out by a snapshot or a deletion mark that no row of the load stands for.
    """

    table: str
    read: int = 0
    loaded: int = 0
    corrected: int = 0
    unchanged: int = 0
    rejected: int = 0
    removed: int = 0
    read_fen: int = 0
    loaded_fen: int = 0
    corrected_fen: int = 0
    unchanged_fen: int = 0
    rejected_fen: int = 0
    removed_fen: int = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A Parquet file of a batch: its table ("rejects" for the quarantine), columns, size, hash, rows, fen."""

    table: str
    name: str
    columns: tuple[str, ...]
    rows: int
    fen: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One batch as its manifest tells it. `journal_entries`, `journal_hash`: the journal when it was written.

    `replaces` is the hash of the manifest in whose place this one stands since the tokens were renewed, or "".
    """

    batch: int
    time: str
    who: str
    profile: str
    previous: str
    sources: tuple[SourceFile, ...] = ()
    outcomes: tuple[TableOutcome, ...] = ()
    files: tuple[StoredFile, ...] = ()
    withdraws: tuple[int, ...] = ()
    why: str = ""
    warnings: tuple[str, ...] = ()
    latest_business_date: str = ""
    key: str = ""
    journal_entries: int = 0
    journal_hash: str = FIRST
    engine: str = ""
    replaces: str = ""
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        """The file's content; its SHA-256 is what the next manifest names as `previous`."""
        members = (name for name in self.__slots__ if name != "replaces" or self.replaces)  # as the first release wrote
        return durable.to_json({name: getattr(self, name) for name in members}) + b"\n"


def folder(ledger: Path) -> Path:
    """Where a ledger's manifests lie."""
    return ledger / "manifest"


def file_of(ledger: Path, batch: int) -> Path:
    """The manifest file of a batch."""
    return folder(ledger) / f"{batch:06d}.json"


def read_all(ledger: Path, up_to: int | None = None) -> tuple[Manifest, ...]:
    """All manifests in order, or those up to a batch: cost grows with them. Raises NotFound, Damaged."""
    return tuple(parse(file_of(ledger, batch)) for batch in range(1, count(ledger, up_to) + 1))


def count(ledger: Path, up_to: int | None = None) -> int:
    """The last batch's number, or `up_to` if there is such a batch; names only, no file is read. Raises as above."""
    if not folder(ledger).is_dir():
        raise NotFound(f"{ledger} holds no ledger", "name it with --ledger, or load something into it first")
    names = [name for name in os.listdir(folder(ledger)) if name.endswith(".json") and name[0] != "."]
    last = f"{len(names):06d}.json"  # names differ, so as many as the greatest number says leave no gap
    if names and not (max(names) == last and all(map(_MANIFEST.fullmatch, names))):
        raise Damaged(
            f"{folder(ledger)}: found {len(names)} manifests, expected 000001 to {len(names):06d} without a gap",
            "run lineage verify",
        )
    return within(len(names), up_to)


def within(last: int, up_to: int | None) -> int:
    """The batch that a view ends at: `up_to` where it is given. Raises NotFound when there is no such batch."""
    if up_to is not None and not 0 <= up_to <= last:
        raise NotFound(f"there is no batch {up_to}", f"the last batch is {last}")
    return last if up_to is None else up_to


def parse(file: Path) -> Manifest:
    """One manifest. Raises Damaged when it is not one."""
    try:
        return of_bytes(file.read_bytes(), file)
    except FileNotFoundError:
        raise Damaged(f"{file} is gone", "run lineage verify") from None


def of_bytes(content: bytes, file: Path) -> Manifest:
    """A manifest out of the bytes of a file that is named in errors. Raises Damaged."""
    try:
        value = json.loads(content)
        written = value["format"]
        if written == FORMAT:
            return _from_json(value)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Damaged(f"{file}: no manifest ({error})", "run lineage verify") from error
    raise Damaged(
        f"{file}: found ledger format {written}, this release reads format {FORMAT}",
        "open it with the release that wrote it, or a newer one; nothing was changed",
    )


def hash_of(file: Path) -> str:
    """The hash that the next manifest must name."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def withdrawn(withdrawals: Sequence[tuple[int, tuple[int, ...]]]) -> frozenset[int]:
    """Batches that are not in force: taken back by a later batch that is itself in force. Oldest first come in."""
    out: set[int] = set()
    for batch, targets in reversed(withdrawals):
        if batch not in out:
            out.update(targets)
    return frozenset(out)


def stored_file(item: dict[str, Any]) -> StoredFile:
    """A stored file from its JSON form."""
    return StoredFile(**{**item, "columns": tuple(item["columns"])})


def _from_json(value: dict[str, Any]) -> Manifest:
    known = {field.name for field in fields(Manifest)}
    plain = {name: item for name, item in value.items() if name in known}
    plain["sources"] = tuple(SourceFile(**item) for item in value["sources"])
    plain["outcomes"] = tuple(TableOutcome(**item) for item in value["outcomes"])
    plain["files"] = tuple(stored_file(item) for item in value["files"])
    plain["withdraws"] = tuple(value["withdraws"])
    plain["warnings"] = tuple(value["warnings"])
    return Manifest(**plain)
