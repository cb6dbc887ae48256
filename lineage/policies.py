"""One record under every policy, side by side; first what is the same under all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage.attribution import POLICIES
from lineage.money import yuan
from lineage.subgraph import Direction

if TYPE_CHECKING:
    from lineage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A source or end with its amount under each policy; `least_fen` holds under all of them."""

    record: str
    amounts_fen: tuple[int, ...]

    @property
    def least_fen(self) -> int:
        """What every policy gives it at the least."""
        return min(self.amounts_fen)


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """The comparison: one row a source or end, rows that all policies agree on first."""

    record: str
    direction: str
    policies: tuple[str, ...]
    rows: tuple[PolicyRow, ...]

    def to_json(self) -> dict[str, Any]:
        """Amounts by policy for each source or end, and what is the same under all."""
        return {
            "record": self.record, "direction": self.direction, "policies": list(self.policies),
            "rows": [
                {"record": row.record, "same": row.least_fen == max(row.amounts_fen), "least": yuan(row.least_fen),
                 "amounts": {name: yuan(fen) for name, fen in zip(self.policies, row.amounts_fen, strict=True)}}
                for row in self.rows
            ],
        }


def compare(ledger: Ledger, record: str, direction: Direction) -> PolicyTable:
    """Trace a record under every policy that gives amounts."""
    names = tuple(name for name in POLICIES if name != "poison")
    amounts: dict[str, dict[str, int]] = {}
    for name in names:
        trail = ledger.trace(record, direction=direction, policy=name, max_nodes=1)
        ends = [(source.record, source.amount_fen) for source in trail.sources]
        ends += [(end.record, end.amount_fen) for end in trail.reached]
        if trail.unsourced_fen:
            ends.append(("unsourced", trail.unsourced_fen))
        for end, fen in ends:
            amounts.setdefault(end, {})[name] = fen
    rows = [PolicyRow(end, tuple(found.get(name, 0) for name in names)) for end, found in amounts.items()]
    rows.sort(key=lambda row: (row.least_fen != max(row.amounts_fen), -row.least_fen, row.record))
    return PolicyTable(ledger.resolve(record), direction, names, tuple(rows))
