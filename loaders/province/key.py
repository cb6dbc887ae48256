"""The answer key of a made province: what was planted, what must follow from it, what must never be accused.

The key is complete: over the province it belongs to, a check with the planted rules switched on finds exactly
`findings()`, and a reconciliation of the last day exactly `causes`, nothing left unexplained but `unexplained`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """An accusation to expect: rule, record or division accused, its division, amount in fen."""

    rule: str
    subject: str
    division_code: str
    fen: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault: the finding it is planted for, and those that necessarily follow from it."""

    finding: Finding
    side_effects: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of a difference between system and daily report, in fen, with the records that make it."""

    division_code: str
    measure: str
    tier: str
    cause: str
    fen: int
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvinceKey:
    """What a made province holds. `near_misses` are (rule, subject) pairs that look like a fault and are none;
    `showcase` is a payment whose trail shows much: paid by a county from central, provincial and city money."""

    seed: int
    payments: int
    year: int
    planted: tuple[str, ...]
    as_of: str
    showcase: str
    rows: tuple[tuple[str, int], ...]
    faults: tuple[Fault, ...] = ()
    near_misses: tuple[tuple[str, str], ...] = ()
    differences: tuple[Finding, ...] = ()
    causes: tuple[Cause, ...] = ()

    def findings(self) -> frozenset[Finding]:
        """Every finding to expect: planted, following, and the divisions whose report differs by a cause."""
        found = {fault.finding for fault in self.faults}
        found |= {effect for fault in self.faults for effect in fault.side_effects}
        return frozenset(found | set(self.differences))

    def to_json(self) -> dict[str, Any]:
        """The key as plain values; amounts are decimal strings in yuan."""
        return {
            "seed": self.seed,
            "payments": self.payments,
            "year": self.year,
            "planted": list(self.planted),
            "as_of": self.as_of,
            "showcase": self.showcase,
            "rows": dict(self.rows),
            "faults": [
                {**_finding(each.finding), "side_effects": [_finding(effect) for effect in each.side_effects]}
                for each in self.faults
            ],
            "near_misses": [{"rule": rule, "subject": subject} for rule, subject in self.near_misses],
            "differences": [_finding(each) for each in self.differences],
            "causes": [
                {
                    "division_code": each.division_code,
                    "measure": each.measure,
                    "tier": each.tier,
                    "cause": each.cause,
                    "amount": yuan_text(each.fen),
                    "records": list(each.records),
                }
                for each in self.causes
            ],
        }

    def write(self, path: Path) -> None:
        """Writes the key as JSON."""
        path.write_text(json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "subject": finding.subject,
        "division_code": finding.division_code,
        "amount": yuan_text(finding.fen),
    }


def yuan_text(fen: int) -> str:
    """Fen as yuan with two decimals."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100}.{rest % 100:02d}"
