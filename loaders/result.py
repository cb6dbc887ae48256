"""What a load answers: counts a table, rejects, warnings; as the JSON of the contract.

Invariant: in rows and in fen, read = loaded + corrected + unchanged + rejected, by table and over all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.ledger.manifest import TableOutcome
from lineage.money import yuan

REJECTS_MOST = 10_000
"""So many problems are listed in an answer; all of them stand in the batch (`lineage rejects`)."""
COUNTS = ("read", "loaded", "corrected", "unchanged", "rejected")


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The outcome of one load. `batch` is the ledger's last batch; `written` says whether it is this load's."""

    batch: int
    tables: tuple[TableOutcome, ...]
    rejects: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]
    written: bool = False
    dry_run: bool = False
    problems: int = 0
    control: tuple[Mapping[str, Any], ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def __getattr__(self, count: str) -> int:
        """`read`, `loaded`, `corrected`, `unchanged`, `rejected` over all tables, and the same with `_fen`."""
        if count.removesuffix("_fen") in COUNTS:
            return sum(int(getattr(table, count)) for table in self.tables)
        raise AttributeError(count)

    def to_json(self) -> dict[str, Any]:
        """The load JSON: amounts in yuan with two decimals."""
        answer: dict[str, Any] = {"batch": self.batch}
        answer.update({count: getattr(self, count) for count in COUNTS})
        answer["tables"] = [_table(one) for one in self.tables]
        answer["rejects"] = [dict(one) for one in self.rejects]
        answer["warnings"] = list(self.warnings)
        answer.update({"dry_run": self.dry_run, "written": self.written, "problems": self.problems})
        if self.control:
            answer["control"] = [dict(one) for one in self.control]
        return answer


def _table(outcome: TableOutcome) -> dict[str, Any]:
    counts: dict[str, Any] = {"table": outcome.table} | {count: getattr(outcome, count) for count in COUNTS}
    counts["removed"] = outcome.removed
    return counts | {f"{count}_amount": yuan(getattr(outcome, count + "_fen")) for count in COUNTS}
