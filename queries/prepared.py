"""What the questions ask of, made ready after a load: the ledger's derived set, and the search index beside it."""

from __future__ import annotations

from pathlib import Path

import lineage
from lineage.ledger import derive
from queries.search_index import index_of


def prepare(path: Path) -> None:
    """Build the derived set and the search index of the latest version where they are not there yet.

    So that no first reader waits for them. Raises Unavailable without write permission or space. Cost: about as much
    again as a load (a million payments: 11 s for the index).
    """
    derive(path)
    index_of(lineage.open(path))
