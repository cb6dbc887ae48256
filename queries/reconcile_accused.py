"""Which indicators the rules accuse of being entered or labelled wrongly: causes that reconciliation takes over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.ledger import Ledger

CAUSE_OF_RULE: Mapping[str, str] = MappingProxyType(
    {
        "entry/re-entered": "re-entered",
        "entry/bundled": "bundled",
        "entry/carry-over-as-current": "carry-over",
        "label/excess": "excess-label",
        "label/missing": "missing-label",
    }
)


@dataclass(frozen=True, slots=True)
class Accusation:
    """A rule accuses an indicator: the cause it stands for."""

    record: str
    cause: str


def accusations(ledger: Ledger) -> tuple[Accusation, ...]:
    """All accusations of a view of the ledger, at the rules' default parameters."""
    from queries.check import check

    found = check(ledger, rules=CAUSE_OF_RULE).findings
    return tuple(Accusation(finding.subject, CAUSE_OF_RULE[finding.rule.name]) for finding in found)
