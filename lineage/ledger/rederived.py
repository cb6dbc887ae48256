"""The derived set in force held against the batches: is what questions read what the record gives?

A set that no reader would use (stale, or of another release) is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from lineage import engine
from lineage.errors import Problem
from lineage.ledger import derived
from lineage.ledger.reader import Ledger
from lineage.schema import TABLES


def differing(path: str | Path) -> Problem | None:
    """The first derived file that differs from what the batches give; None where all are equal or there is no set.

    Cost: builds tables and graph anew, minutes for ten million records.
    """
    return next(_problems(Path(path)), None)


def _problems(path: Path) -> Iterator[Problem]:
    found = derived.named(path)
    fresh = Ledger(path).from_batches()
    if found is None or not found.fits_tables(fresh):
        return
    folder = found.folder(path)
    names = [table.name for table in TABLES]
    try:
        if found.fits_graph(fresh):
            names += derived.GRAPH_TABLES
            yield from _arrays(fresh, folder)
        for name in names:
            kept = engine.parquet([folder / f"{name}.parquet"])
            ((odd,),) = [row.values() for row in fresh.rows(
                f"SELECT (SELECT count(*) FROM (FROM {name} EXCEPT ALL FROM {kept})) "
                f"+ (SELECT count(*) FROM (FROM {kept} EXCEPT ALL FROM {name})) AS odd")]
            if odd:
                yield _problem(folder, f"{name}.parquet", f"{odd} rows that differ")
        if torn := found.torn(path):
            yield _problem(folder, torn, "a file that is longer or shorter than it was written")
    except (OSError, ValueError, engine.EngineError) as error:
        yield _problem(folder, "", f"a file that cannot be read ({str(error).splitlines()[0]})")


def _arrays(fresh: Ledger, folder: Path) -> Iterator[Problem]:
    """The graph's arrays, one by one."""
    from lineage.graph import keep

    kept = keep.load(folder / "graph")
    for group in fields(kept):
        for name, one, other in _parts(group.name, getattr(kept, group.name), getattr(fresh.graph, group.name)):
            if not np.array_equal(one, other):
                yield _problem(folder, f"graph/{name}", "an array that differs")


def _parts(name: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """Pairs of arrays out of two values of one form; plain tuples are compared as they are."""
    if isinstance(one, tuple):
        yield name, [one == other], [True]
    elif hasattr(one, "__dataclass_fields__"):
        for field in fields(one):
            yield from _parts(f"{name}.{field.name}", getattr(one, field.name), getattr(other, field.name))
    else:
        yield name, one, other


def _problem(folder: Path, file: str, found: str) -> Problem:
    return Problem(f"derived/{folder.name}/{file}".rstrip("/"), found, "what the batches give",
                   "remove the folder derived: readers build in memory, and the next load writes it anew")
