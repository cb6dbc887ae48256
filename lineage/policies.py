"""One record under every policy, side by side; first what is the same under all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.exports.plain import write_table
from lineage.exports.rows import Cell, Sheet
from lineage.many import EVERY_POLICY
from lineage.money import yuan
from lineage.subgraph import Direction
from lineage.trail import UNSOURCED

if TYPE_CHECKING:
    from lineage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A source or end with its amount under each policy; `least_fen` holds under all of them.

    `bounds_fen` are what any order of the records could give it at the least and at the most, where that was asked.
    """

    record: str
    amounts_fen: tuple[int, ...]
    bounds_fen: tuple[int, int] | None = None

    @property
    def least_fen(self) -> int:
        """What every policy gives it at the least."""
        return min(self.amounts_fen)

    @property
    def is_same(self) -> bool:
        """Whether all policies give it the same."""
        return self.least_fen == max(self.amounts_fen)


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """The comparison: one row a source or end, rows that all policies agree on first."""

    record: str
    direction: str
    policies: tuple[str, ...]
    rows: tuple[PolicyRow, ...]

    @property
    def is_bounded(self) -> bool:
        """Whether bounds were asked."""
        return any(row.bounds_fen for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Amounts by policy for each source or end, and what is the same under all."""
        return {
            "record": self.record, "direction": self.direction, "policies": list(self.policies),
            "rows": [
                {"record": row.record, "same": row.is_same, "least": yuan(row.least_fen),
                 "amounts": {name: yuan(fen) for name, fen in zip(self.policies, row.amounts_fen, strict=True)}}
                | ({"proved_least": yuan(row.bounds_fen[0]), "proved_most": yuan(row.bounds_fen[1])}
                   if row.bounds_fen else {})
                for row in self.rows
            ],
        }

    def write(self, path: Path, form: str = "") -> None:
        """Write CSV, XLSX or JSON, by the file's ending unless a format is named. Raises Misuse for any other."""
        amounts = ("least", *self.policies, *(("proved_least", "proved_most") if self.is_bounded else ()))
        rows: list[tuple[Cell, ...]] = []
        for row in self.rows:
            fen = (row.least_fen, *row.amounts_fen, *(row.bounds_fen or ()))
            rows.append((row.record, row.is_same, *map(yuan, fen)))
        write_table(path, form, Sheet("policies", ("record", "same", *amounts), tuple(rows), amounts), self.to_json())


def compare(ledger: Ledger, record: str, direction: Direction, *, bounds: bool = False) -> PolicyTable:
    """Trace a record under every policy that gives amounts. Raises NotFound, Misuse."""
    amounts: dict[str, dict[str, int]] = {}
    proved: dict[str, tuple[int, int]] = {}
    name = record
    for place, policy in enumerate(EVERY_POLICY):
        trail = ledger.trace(record, direction=direction, policy=policy, max_nodes=1, bounds=bounds and not place)
        name = trail.record
        ends = trail.parts_fen | ({UNSOURCED: trail.unsourced_fen} if trail.unsourced_fen else {})
        for end, fen in ends.items():
            amounts.setdefault(end, {})[policy] = fen
        proved.update(trail.bounds_fen)
    rows = [PolicyRow(end, tuple(found.get(policy, 0) for policy in EVERY_POLICY), proved.get(end))
            for end, found in amounts.items()]
    rows.sort(key=lambda row: (not row.is_same, -row.least_fen, row.record))
    return PolicyTable(name, direction, EVERY_POLICY, tuple(rows))
