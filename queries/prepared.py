"""What the questions ask of, made ready after a load: the ledger's derived set, and beside it the search index,
the lines of the year's measures and the flows of all divisions."""

from __future__ import annotations

import tempfile
from pathlib import Path

import lineage
from lineage.engine import spare_memory
from lineage.errors import Problem
from lineage.ledger import Ledger, derive
from queries.flows import kept_hops
from queries.overview import fiscal_year
from queries.overview_lines import kept_tables
from queries.search_index import index_of


def prepare(path: Path) -> None:
    """Build the derived set, the search index and the year's lines of the latest version where they are not there yet.

    So that no first reader waits for them. Raises Unavailable without write permission or space. Cost: about as much
    again as a load (a million payments: 11 s for the index, 3 s for lines and flows). Memory is held as in deriving.
    """
    derive(path)
    ledger = lineage.open(path)
    index_of(ledger)
    if ledger.as_of is None:
        return
    with tempfile.TemporaryDirectory(prefix="lineage-spill-") as spilled:
        spare_memory(ledger.engine, Path(spilled))
        for table in _tables(ledger):
            ledger.rows(f"SELECT 1 FROM {table} LIMIT 1")


def differing(path: Path) -> Problem | None:
    """The first of the prepared tables that differs from what the batches give; None where all are equal.

    Cost: builds tables, graph and lines anew.
    """
    ledger = lineage.open(path)
    if ledger.as_of is None:
        return None
    fresh = ledger.from_batches()
    for table, again in zip(_tables(ledger), _tables(fresh), strict=True):
        whole = "SELECT count(*) AS rows, sum(hash(t)::HUGEINT)::VARCHAR AS digest FROM {} t"
        if ledger.rows(whole.format(table)) != fresh.rows(whole.format(again)):
            hint = "remove the folder derived: readers build in memory, and the next load writes it anew"
            return Problem(f"derived/*/answers/{table}", "rows that differ", "what the batches give", hint)
    return None


def _tables(ledger: Ledger) -> list[str]:
    """The kept tables that questions of this year and the one before begin with."""
    year = fiscal_year(ledger, None)
    names = ("line", "booking", "issued", "paid", "entered")
    lines = [*kept_tables(ledger, year - 1, "line").values(), *kept_tables(ledger, year, *names).values()]
    return [*lines, *kept_hops(ledger)]
