"""Derived sets: current tables, graph arrays, tables of graph passes; rebuilt from the batches at any time.

`derived/000001/` holds a set, `derived/current.json` names the one in force and what it was made from. A set is
built aside and named last, so a reader sees a whole set or none. It fits a view of the same batch, business date
and (for what comes of the graph) the same asserted links, read by the very code that made it; for any other view
the reader builds in memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import NotFound
from lineage.ledger import durable, lock
from lineage.release import VERSION
from lineage.schema import TABLES

if TYPE_CHECKING:
    from lineage.ledger.reader import Ledger

Step = Callable[["Ledger", Path], None]
FORMAT = 3
DERIVATIONS: tuple[str, ...] = ("lineage.ledger.derived:write_tables", "lineage.graph.keep:derive")
"""The steps of this layer, `module:function`, in order; each is a `Step` and may use what those before it wrote."""
GRAPH_TABLES = ("nodes", "edges", "breaks", "rings", "document_links")
_POINTER = "current.json"
_SIZES = "files.json"
"""In a set: how long each of its files is, so that a torn one is noticed before it is read."""


@dataclass(frozen=True, slots=True)
class DerivedSet:
    """A set and what it was made from. `as_of` is ISO or "" (no dated record); `links` names the asserted links.

    `code` is the fingerprint of the core that made it: tables change between releases too, while one is made.
    """

    number: int
    version: str
    batch: int
    as_of: str
    links: str
    code: str
    release: str = VERSION
    format: int = FORMAT

    def folder(self, ledger: Path) -> Path:
        """Where the set lies."""
        return _home(ledger) / f"{self.number:06d}"

    def torn(self, ledger: Path) -> str:
        """The first file that is not as long as it was written, "" where all are; what was added later is not asked.

        Raises OSError, ValueError where the list of the files cannot be read.
        """
        folder = self.folder(ledger)
        sizes = json.loads((folder / _SIZES).read_bytes())
        if not isinstance(sizes, dict):
            raise ValueError(f"{_SIZES} holds no list of files")
        return next((name for name, size in sizes.items() if _size(folder / name) != size), "")

    def fits_tables(self, ledger: Ledger) -> bool:
        """Whether the set's tables are those of this view."""
        made_from = (self.batch, self.as_of, self.code, self.release, self.format)
        return made_from == (ledger.batch, _iso(ledger.as_of), fingerprint(), VERSION, FORMAT)

    def fits_graph(self, ledger: Ledger) -> bool:
        """Whether the set's graph is that of this view."""
        return self.fits_tables(ledger) and self.links == links_digest(ledger)


def in_force(ledger: Path) -> DerivedSet | None:
    """The set the pointer names; None when there is none, it has gone or a file of it is torn.

    Cost: the size of every file is asked (some fifty, a tenth of a millisecond), no content is read.
    """
    try:
        found = named(ledger)
        return found if found and not found.torn(ledger) else None
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def named(ledger: Path) -> DerivedSet | None:
    """The set the pointer names, whole or not; None when there is none."""
    try:
        found = DerivedSet(**json.loads((_home(ledger) / _POINTER).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.folder(ledger).is_dir() else None


@cache
def fingerprint() -> str:
    """A fingerprint of the core's source (2 ms, once a process); "" where it is installed without source."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def derive(path: str | Path, steps: Sequence[Step] = (), *, anew: bool = False) -> DerivedSet:
    """Build the set of the latest version, if the one in force does not fit it or `anew`, and put it in force.

    `steps` are further steps of layers above. Raises Unavailable without write permission or space: readers
    then build in memory. The set before stays, for readers that still use it; older ones are removed.
    """
    from lineage.ledger.reader import Ledger

    ledger_path = Path(path)
    if not _home(ledger_path).is_dir():
        raise NotFound(f"{path} holds no ledger", "name it with --ledger")
    with lock.held(_home(ledger_path) / lock.NOTE, "derive", ""):
        before = in_force(ledger_path)
        ledger = Ledger(ledger_path)
        if before and before.fits_graph(ledger) and not anew:
            return before
        number, day = _next_number(ledger_path), _iso(ledger.as_of)
        made = DerivedSet(number, ledger.version, ledger.batch, day, links_digest(ledger), fingerprint())
        with durable.told(made.folder(ledger_path)):
            _build(ledger, made, [*map(_step, DERIVATIONS), *steps])
        _sweep(ledger_path, {made.number, before.number if before else made.number})
        return made


def write_tables(ledger: Ledger, folder: Path) -> None:
    """The first step: current tables as of the default date, one Parquet file each, sorted by key."""
    for table in TABLES:
        ledger.keep_table(table.name, folder / f"{table.name}.parquet")


def links_digest(ledger: Ledger) -> str:
    """A name for the asserted links of a view; "" when there are none."""
    entries = [entry.number for entry in ledger.links_in_force]
    return hashlib.sha256(durable.to_json(entries)).hexdigest()[:16] if entries else ""


def _build(ledger: Ledger, made: DerivedSet, steps: Sequence[Step]) -> None:
    from lineage import engine  # not on the way of one trace

    aside = _home(ledger.path) / f".building-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    aside.mkdir()
    spilled = aside.with_name(aside.name + ".spill")
    engine.spare_memory(ledger.engine, spilled)
    try:
        for step in steps:
            step(ledger, aside)
        durable.write(aside / _SIZES, durable.to_json(_sizes(aside)))
        durable.sync_tree(aside)
        durable.rename(aside, made.folder(ledger.path))
    finally:
        durable.discard(aside)
        durable.discard(spilled)
    durable.write(_home(ledger.path) / _POINTER, durable.to_json(asdict(made)) + b"\n")


def _sizes(folder: Path) -> dict[str, int]:
    """The size of every file of a set by its name."""
    return {str(file.relative_to(folder)): file.stat().st_size for file in sorted(folder.rglob("*")) if file.is_file()}


def _size(file: Path) -> int:
    try:
        return os.stat(file).st_size
    except FileNotFoundError:
        return -1


def _step(name: str) -> Step:
    module, _, function = name.partition(":")
    step: Step = getattr(import_module(module), function)
    return step


def _next_number(ledger: Path) -> int:
    return max((int(entry.name) for entry in _home(ledger).iterdir() if entry.name.isdigit()), default=0) + 1


def _sweep(ledger: Path, keep: set[int]) -> None:
    for entry in _home(ledger).iterdir():
        if entry.name.startswith(".") or (entry.name.isdigit() and int(entry.name) not in keep):
            durable.discard(entry)


def _home(ledger: Path) -> Path:
    return ledger / "derived"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
