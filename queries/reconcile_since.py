"""The bridge from an earlier difference to a later one: what each cause did in between, and which records did it.

Invariant: later difference − earlier difference = Σ changes of causes + change of the unexplained part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage.money import yuan

if TYPE_CHECKING:
    from queries.reconcile import Difference, Reconciliation

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class CauseChange:
    """How much a cause moved, in fen, and the records that came, went or changed."""

    cause: str
    amount_fen: int
    records: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference then and now; None where there was no report."""

    key: Key
    earlier_fen: int | None
    later_fen: int | None
    causes: tuple[CauseChange, ...]
    unexplained_fen: int

    def to_json(self) -> dict[str, Any]:
        """The change with amounts in yuan."""
        division, measure, tier = self.key
        return {
            "division_code": division,
            "measure": measure,
            "tier": tier,
            "earlier": None if self.earlier_fen is None else yuan(self.earlier_fen),
            "later": None if self.later_fen is None else yuan(self.later_fen),
            "causes": [
                {
                    "cause": cause.cause,
                    "amount": yuan(cause.amount_fen),
                    "records": {record: yuan(fen) for record, fen in cause.records},
                }
                for cause in self.causes
            ],
            "unexplained": yuan(self.unexplained_fen),
        }


def bridge(earlier: Reconciliation, later: Reconciliation) -> tuple[Change, ...]:
    """Every difference that is not the same, cause by cause, on both days."""
    then, now = _by_key(earlier.differences), _by_key(later.differences)
    changes = (_change(key, then.get(key), now.get(key)) for key in sorted({*then, *now}))
    return tuple(
        change
        for change in changes
        if change.causes or change.unexplained_fen or change.earlier_fen != change.later_fen
    )


def _by_key(differences: Iterable[Difference]) -> dict[Key, Difference]:
    return {(one.division_code, one.measure, one.tier): one for one in differences}


def _change(key: Key, then: Difference | None, now: Difference | None) -> Change:
    before, after = _amounts(then), _amounts(now)
    causes = []
    for name in dict.fromkeys((*before, *after)):
        was, is_now = before.get(name, {}), after.get(name, {})
        moved = tuple(
            (record, is_now.get(record, 0) - was.get(record, 0))
            for record in sorted({*was, *is_now})
            if is_now.get(record, 0) != was.get(record, 0)
        )
        if moved:
            causes.append(CauseChange(name, sum(fen for _, fen in moved), moved))
    return Change(
        key,
        then.difference_fen if then else None,
        now.difference_fen if now else None,
        tuple(causes),
        (now.unexplained_fen if now else 0) - (then.unexplained_fen if then else 0),
    )


def _amounts(difference: Difference | None) -> dict[str, dict[str, int]]:
    causes = difference.causes if difference else ()
    return {cause.name: {record.record: record.amount_fen for record in cause.records} for cause in causes}
