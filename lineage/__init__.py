"""Fund lineage: every allocation, transfer, indicator and payment in one graph, traced to the fen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.ledger.reader import Ledger


def open(path: str | Path, as_of: date | None = None, as_known: int | None = None, asserted: bool = True) -> Ledger:
    """Open a ledger for reading: as of a business date, as known at a batch, with or without asserted links.

    Reads no data yet. Raises NotFound when there is no such ledger or batch, Damaged when it is not whole.
    """
    from lineage.ledger.reader import open_ledger

    return open_ledger(path, as_of, as_known, asserted)
