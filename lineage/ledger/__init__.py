"""The ledger: immutable Parquet batches under a hash-chained manifest, and a journal of decisions.

Readers open it (`Ledger`), one writer at a time adds to it (`write`), `verify` recomputes all of it. Names here
are loaded when first used, so that opening a ledger imports no more than reading needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineage.ledger.commit import Snapshot as Snapshot
    from lineage.ledger.commit import StagedTable as StagedTable
    from lineage.ledger.commit import Terms as Terms
    from lineage.ledger.derived import derive as derive
    from lineage.ledger.manifest import SourceFile as SourceFile
    from lineage.ledger.manifest import TableOutcome as TableOutcome
    from lineage.ledger.reader import Ledger as Ledger
    from lineage.ledger.reader import open_ledger as open_ledger
    from lineage.ledger.verification import Verification as Verification
    from lineage.ledger.verification import verify as verify
    from lineage.ledger.writer import Outcome as Outcome
    from lineage.ledger.writer import Writer as Writer
    from lineage.ledger.writer import write as write

_HOMES = {
    "Ledger": "reader",
    "Outcome": "writer",
    "Snapshot": "commit",
    "SourceFile": "manifest",
    "StagedTable": "commit",
    "TableOutcome": "manifest",
    "Terms": "commit",
    "Verification": "verification",
    "Writer": "writer",
    "derive": "derived",
    "open_ledger": "reader",
    "verify": "verification",
    "write": "writer",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"lineage.ledger.{_HOMES[name]}"), name)
