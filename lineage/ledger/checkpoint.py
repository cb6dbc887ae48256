"""Checkpoints: what runs of small batches say together, so that opening and loading stay flat over 10^5 batches.

`derived/checkpoints/000001-000064/` has one Parquet file a table with the rows of those batches (all versions, each
naming its batch), the days and source files of the batches, and `checkpoint.json`, which names the hash of the last
manifest it covers. The batches and manifests themselves stay as they were written: a checkpoint is derived, `verify`
compares it with them, and who removes it loses speed only.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage import engine
from lineage.ledger import durable, manifest
from lineage.ledger.manifest import StoredFile

FORMAT = 1
LOOSE_MOST = 64
"""Batches without a checkpoint: as many manifests are read, and files asked, at the most."""
BATCHES = "batches.parquet"
SOURCES = "sources.parquet"
_NAME = "checkpoint.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run of batches: `files` hold merged rows; `alone` are (batch, file) too large to copy, read where they lie.

    `head` is the hash of the manifest of `last`; `bytes` the size of the merged files.
    """

    first: int
    last: int
    head: str
    files: tuple[StoredFile, ...]
    alone: tuple[tuple[int, StoredFile], ...]
    withdrawals: tuple[tuple[int, tuple[int, ...]], ...]
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """Size of the merged files."""
        return sum(stored.bytes for stored in self.files)

    def folder(self, ledger: Path) -> Path:
        """Where the checkpoint lies."""
        return home(ledger) / f"{self.first:06d}-{self.last:06d}"

    def days_sql(self, ledger: Path) -> str:
        """A query for `batch` and the `day` it was loaded."""
        return f"SELECT batch, day FROM {engine.parquet([self.folder(ledger) / BATCHES])}"

    def sources_sql(self, ledger: Path) -> str:
        """A query for `batch`, `name` and `sha256` of the files loaded."""
        return f"SELECT batch, name, sha256 FROM {engine.parquet([self.folder(ledger) / SOURCES])}"

    def write(self, folder: Path) -> None:
        """Put `checkpoint.json` into the folder in which the files were made."""
        durable.write(folder / _NAME, durable.to_json(self) + b"\n")


def home(ledger: Path) -> Path:
    """The folder of all checkpoints."""
    return ledger / "derived" / "checkpoints"


def in_force(ledger: Path, last: int) -> tuple[Checkpoint, ...]:
    """The checkpoints that cover batches from 1 on without a gap, widest first at each start; () when none fit.

    Those that reach beyond `last` or name another manifest's hash belong to another state of the ledger (a backup put
    back) and are passed over. Cost: one small file and one hash a checkpoint, of which there are some ten.
    """
    spans = _spans(ledger)
    out: list[Checkpoint] = []
    start = 1
    while wider := sorted((end for first, end in spans if first == start and end <= last), reverse=True):
        found = next((one for end in wider if (one := _read(ledger, start, end))), None)
        if found is None:
            break
        out.append(found)
        start = found.last + 1
    return tuple(out)


def last_batch(ledger: Path) -> int:
    """The last batch's number, 0 where there is none, without listing 10^5 manifests. Raises NotFound, Damaged.

    Looks from where checkpoints end, a name a batch. A manifest that is gone is seen among those after, as many as lie
    without a checkpoint; one among those covered is not: nothing here reads it, and `verify` names it.
    """
    covered = max((end for _, end in _spans(ledger) if _is_there(ledger, end)), default=0)
    last = covered
    while covered and last - covered <= LOOSE_MOST and _is_there(ledger, last + 1):
        last += 1
    beyond = range(last + 1, last + 2 + LOOSE_MOST)
    if not covered or any(_is_there(ledger, later) for later in beyond):
        return manifest.count(ledger)
    return last


def _is_there(ledger: Path, batch: int) -> bool:
    return os.path.exists(manifest.file_of(ledger, batch))


def _spans(ledger: Path) -> list[tuple[int, int]]:
    """First and last batch of every checkpoint folder, whatever is in it."""
    try:
        names = [name.split("-") for name in os.listdir(home(ledger)) if name[0].isdigit()]
        return [(int(first), int(last)) for first, last in names]
    except (OSError, ValueError):
        return []


def _read(ledger: Path, first: int, last: int) -> Checkpoint | None:
    try:
        value = json.loads((home(ledger) / f"{first:06d}-{last:06d}" / _NAME).read_bytes())
        found = _from_json(value) if value.get("format") == FORMAT else None
        if found and (found.first, found.last) == (first, last):
            return found if found.head == manifest.hash_of(manifest.file_of(ledger, last)) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return None


def _from_json(value: dict[str, Any]) -> Checkpoint:
    return Checkpoint(
        int(value["first"]),
        int(value["last"]),
        str(value["head"]),
        tuple(manifest.stored_file(item) for item in value["files"]),
        tuple((int(batch), manifest.stored_file(item)) for batch, item in value["alone"]),
        tuple((int(batch), tuple(targets)) for batch, targets in value["withdrawals"]),
    )
