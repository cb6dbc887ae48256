"""Ranking: counties and cities by what the ledger alone says of how they handle poverty money.

A score is the weighted mean of its parts, each numerator / denominator of things that can be counted again; a part
with too little below the line is left out and its weight with it. Definitions: docs/ranking.md, `weights.toml`.
Invariants: every score lies in 0 … 100; equal scores share a rank; a division without payments has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.money import yuan
from queries.rank_parts import Measured, Sources, Terms, measured, sources
from queries.rank_weights import COUNTED, PARTS, Weights, read_weights

if TYPE_CHECKING:
    from lineage.ledger import Ledger

GROUPS = ("cities", "direct-counties", "poverty-counties", "other-counties")
_DIVISIONS = """
    SELECT d.division_code, d.name, d.level, coalesce(d.direct, false) AS direct,
           coalesce(d.poverty_county, false) AS poverty_county, seen.latest
    FROM divisions d LEFT JOIN (
        SELECT division_code, max(day) AS latest FROM (
            SELECT division_code, pay_date AS day FROM payments UNION ALL SELECT division_code, date FROM indicators)
        GROUP BY division_code) seen
    ON seen.division_code = d.division_code
    WHERE d.level IN ('city', 'county') ORDER BY d.division_code"""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score; `hundredths` is its score ×100, None where there is too little to judge."""

    name: str
    hundredths: int | None
    measured: Measured

    def to_json(self) -> dict[str, Any]:
        """The part with its numbers in yuan, or counted."""

        def said(value: int) -> str | int:
            return value if self.name in COUNTED else yuan(value)

        return {
            "part": self.name,
            "score": _points(self.hundredths),
            "numerator": said(self.measured.numerator),
            "denominator": said(self.measured.denominator),
        }


@dataclass(frozen=True, slots=True)
class Ranked:
    """One division's place: score ×100, rank among all and in its groups."""

    rank: int
    division_code: str
    name: str
    hundredths: int
    parts: tuple[Part, ...]
    groups: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """The division of the rank object of 5-interfaces, its ranks in its peer groups beside."""
        return {
            "rank": self.rank,
            "division_code": self.division_code,
            "name": self.name,
            "score": _points(self.hundredths),
            "parts": [part.to_json() for part in self.parts],
            "groups": dict(self.groups),
        }


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """A division without a rank: `why` is no-payments, stale or too-few-parts; `detail` says the number."""

    division_code: str
    name: str
    why: str
    detail: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer, best first."""

    policy: str
    weights: Weights
    as_of: date
    version: str
    divisions: tuple[Ranked, ...]
    not_assessed: tuple[NotAssessed, ...]

    def to_json(self) -> dict[str, Any]:
        """The rank object of 5-interfaces, with who is not assessed and why."""
        return {
            "policy": self.policy,
            "weights": self.weights.to_json(),
            "rules": dict(self.weights.rules),
            "as_of": self.as_of.isoformat(),
            "version": self.version,
            "divisions": [division.to_json() for division in self.divisions],
            "not_assessed": [
                {"division_code": one.division_code, "name": one.name, "why": one.why, "detail": one.detail}
                for one in self.not_assessed
            ],
        }


def rank(
    ledger: Ledger,
    weights: Path | Mapping[str, Any] | None = None,
    policy: str = "pro-rata",
    known: Sources | None = None,
) -> Ranking:
    """Rank the counties and cities of a ledger in the fiscal year of its as-of. Raises Misuse, NotFound (weights).

    `known` is what `rank_sources` gave of this very version: it depends on no policy and no weights.
    """
    return ranked_on(ledger, [rank_terms(weights, policy)], known)[0]


def ranked_on(ledger: Ledger, every: Iterable[Terms], known: Sources | None = None) -> list[Ranking]:
    """The rankings under several terms; rules and reconciliation are run once."""
    known = known or sources(ledger)
    divisions = ledger.rows(_DIVISIONS)
    return [_ranking(ledger, terms, divisions, measured(ledger, terms, known)) for terms in every]


def _ranking(
    ledger: Ledger, terms: Terms, divisions: list[dict[str, Any]], found: Mapping[str, Mapping[str, Measured]]
) -> Ranking:
    assert ledger.as_of is not None
    scored: list[tuple[int, dict[str, Any], tuple[Part, ...]]] = []
    left_out = []
    for division in divisions:
        parts = _parts(found.get(division["division_code"], {}), terms.weights)
        why = _not_assessed(division, parts, terms.weights, ledger.as_of)
        if why:
            left_out.append(why)
        else:
            scored.append((score(parts, terms.weights), division, parts))
    scored.sort(key=lambda one: (-one[0], one[1]["division_code"]))
    everywhere = ranks([one[0] for one in scored])
    in_group: dict[str, dict[str, int]] = {}
    for group in GROUPS:
        members = [(points, division) for points, division, _ in scored if _is_in(group, division)]
        for place, (_, division) in zip(ranks([one[0] for one in members]), members, strict=True):
            in_group.setdefault(division["division_code"], {})[group] = place
    placed = tuple(
        Ranked(
            place,
            division["division_code"],
            division["name"],
            points,
            parts,
            in_group.get(division["division_code"], {}),
        )
        for place, (points, division, parts) in zip(everywhere, scored, strict=True)
    )
    return Ranking(terms.policy, terms.weights, ledger.as_of, ledger.version, placed, tuple(left_out))


def score(parts: Iterable[Part], weights: Weights) -> int:
    """The weighted mean of the parts that count, ×100, rounded half up; exact fractions until then."""
    counted = [
        (
            weights.weights[part.name],
            Fraction(min(max(part.measured.numerator, 0), part.measured.denominator), part.measured.denominator),
        )
        for part in parts
        if part.hundredths is not None and weights.weights[part.name]
    ]
    total = sum(weight for weight, _ in counted)
    mean = sum((weight * share for weight, share in counted), Fraction(0)) / total if total else Fraction(0)
    return _hundredths(mean)


def ranks(scores: list[int]) -> list[int]:
    """Ranks of scores in falling order: equal ones share the better rank, the next is passed over (1 2 2 4)."""
    return [scores.index(points) + 1 for points in scores]


def _parts(found: Mapping[str, Measured], weights: Weights) -> tuple[Part, ...]:
    parts = []
    for name in PARTS:
        one = found.get(name, Measured(0, 0))
        rules = weights.rules
        least = rules["least_count"] if name in COUNTED else max(rules["least_denominator_yuan"] * 100, 1)
        share = Fraction(min(max(one.numerator, 0), one.denominator), one.denominator) if one.denominator > 0 else None
        parts.append(Part(name, _hundredths(share) if share is not None and one.denominator >= least else None, one))
    return tuple(parts)


def _hundredths(share: Fraction) -> int:
    return int(share * 10_000 + Fraction(1, 2))


def _points(hundredths: int | None) -> str | None:
    return None if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02d}"


def _not_assessed(
    division: Mapping[str, Any], parts: tuple[Part, ...], weights: Weights, as_of: date
) -> NotAssessed | None:
    def said(why: str, detail: str) -> NotAssessed:
        return NotAssessed(division["division_code"], division["name"], why, detail)

    counted = sum(part.hundredths is not None and weights.weights[part.name] > 0 for part in parts)
    if not any(part.name == "chain" and part.measured.denominator for part in parts):
        return said("no-payments", "")
    if division["latest"] < as_of - timedelta(days=weights.rules["stale_days"]):
        return said("stale", division["latest"].isoformat())
    if counted < min(weights.rules["parts_needed"], sum(weight > 0 for weight in weights.weights.values())):
        return said("too-few-parts", str(counted))
    return None


def _is_in(group: str, division: Mapping[str, Any]) -> bool:
    if division["level"] == "city":
        return group == "cities"
    if group == "direct-counties":
        return bool(division["direct"])
    if group == "poverty-counties":
        return bool(division["poverty_county"])
    return group == "other-counties" and not division["direct"] and not division["poverty_county"]


def rank_terms(weights: Path | Mapping[str, Any] | None = None, policy: str = "pro-rata") -> Terms:
    """The terms of a ranking. Raises Misuse, NotFound (weights)."""
    return Terms(read_weights(weights), policy)
