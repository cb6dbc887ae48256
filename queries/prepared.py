"""What the questions ask of, made ready after a load: the ledger's derived set, and beside it the search index,
the lines of the year's measures and the flows of all divisions."""

from __future__ import annotations

import tempfile
from pathlib import Path

import lineage
from lineage.engine import spare_memory
from lineage.ledger import derive
from queries.flows import kept_hops
from queries.overview import fiscal_year
from queries.overview_lines import kept_lines
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
        year = fiscal_year(ledger, None)
        ledger.rows(f'{kept_lines(ledger, year - 1, "line")} SELECT 1 LIMIT 1')
        ledger.rows(f'{kept_lines(ledger, year, "line", "booking", "issued", "paid", "entered")} SELECT 1 LIMIT 1')
        ledger.rows("SELECT 1 FROM " + ", ".join(kept_hops(ledger)) + " LIMIT 1")
