"""How ranks shift: under other policies and weights, and since a sealed period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse, NotFound
from lineage.ledger import journal
from queries.rank import Ranking, ranked_on
from queries.rank_parts import RANKED_POLICIES, Terms
from queries.rank_weights import PARTS, Weights

if TYPE_CHECKING:
    from lineage.ledger import Ledger

KIND = "seal"
"""The kind of the journal's entries."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rank and a score ×100; None where not assessed."""

    rank: int | None
    hundredths: int | None


@dataclass(frozen=True, slots=True)
class Shift:
    """One division's rank now and in other rankings, by their name."""

    division_code: str
    name: str
    rank: int | None
    others: Mapping[str, Place]

    @property
    def span(self) -> tuple[int, int] | None:
        """The best and the worst rank met."""
        met = [rank for rank in (self.rank, *(place.rank for place in self.others.values())) if rank is not None]
        return (min(met), max(met)) if met else None

    def to_json(self) -> dict[str, Any]:
        """The ranks by name of the other ranking."""
        return {
            "division_code": self.division_code,
            "name": self.name,
            "rank": self.rank,
            "others": {name: place.rank for name, place in self.others.items()},
            "span": self.span,
        }


@dataclass(frozen=True, slots=True)
class Sealed:
    """A period's ranking as frozen in the journal."""

    period: str
    version: str
    as_of: str
    policy: str
    weights: Weights
    places: Mapping[str, Place]
    by: str
    at: str
    entry: int

    def to_json(self) -> dict[str, Any]:
        """What was sealed."""
        return {
            "period": self.period,
            "version": self.version,
            "as_of": self.as_of,
            "policy": self.policy,
            "weights": dict(self.weights.weights),
            "rules": dict(self.weights.rules),
            "divisions": [
                {"division_code": code, "rank": place.rank, "score": place.hundredths}
                for code, place in self.places.items()
            ],
            "by": self.by,
            "at": self.at,
        }


def shifts(ledger: Ledger, terms: Terms) -> tuple[Ranking, tuple[Shift, ...]]:
    """The ranking on some terms, and how ranks shift under every other policy, equal weights and without a part."""
    alternatives = {
        policy: Terms(terms.weights, policy, terms.calibre) for policy in RANKED_POLICIES if policy != terms.policy
    }
    alike = {part: min(weight, 1) for part, weight in terms.weights.weights.items()}  # what was taken out stays out
    alternatives["equal weights"] = Terms(_reweighted(terms.weights, alike), terms.policy, terms.calibre)
    for part in PARTS:
        if terms.weights.weights[part] and sum(weight > 0 for weight in terms.weights.weights.values()) > 1:
            without = _reweighted(terms.weights, {**terms.weights.weights, part: 0})
            alternatives[f"without {part}"] = Terms(without, terms.policy, terms.calibre)
    base, *others = ranked_on(ledger, [terms, *alternatives.values()])
    places = {name: _places(other) for name, other in zip(alternatives, others, strict=True)}
    return base, _shifts(base, places)


def seal(ledger: Ledger, ranking: Ranking, period: str, by: str, at: datetime) -> Sealed:
    """Freeze a ranking under a name in the journal. Raises Misuse when the period is sealed already or has no name."""
    if not period.strip():
        raise Misuse("a period without a name", "name it, such as 2017Q3")
    if period in {one.period for one in sealed(ledger)}:
        raise Misuse(f"period {period} is sealed already", "a seal is for ever; choose another name")
    body = {
        "period": period,
        "version": ranking.version,
        "as_of": ranking.as_of.isoformat(),
        "policy": ranking.policy,
        "weights": dict(ranking.weights.weights),
        "rules": dict(ranking.weights.rules),
        "divisions": {code: [place.rank, place.hundredths] for code, place in _places(ranking).items()},
    }
    return _sealed(journal.append(ledger.path, KIND, body, by, at))


def sealed(ledger: Ledger) -> tuple[Sealed, ...]:
    """All sealed periods, oldest first."""
    return tuple(_sealed(entry) for entry in ledger.decisions if entry.kind == KIND and "period" in entry.body)


def since(ledger: Ledger, ranking: Ranking, period: str) -> tuple[Shift, ...]:
    """What moved since a sealed period. Raises NotFound."""
    known = {one.period: one for one in sealed(ledger)}
    if period not in known:
        raise NotFound(f"no period {period} is sealed", f"sealed: {', '.join(known) or 'none'}", tuple(known))
    return _shifts(ranking, {period: known[period].places})


def _sealed(entry: journal.Entry) -> Sealed:
    body = entry.body
    places = {code: Place(*place) for code, place in body["divisions"].items()}
    weights = Weights(MappingProxyType(body["weights"]), MappingProxyType(body["rules"]))
    return Sealed(
        body["period"],
        body["version"],
        body["as_of"],
        body["policy"],
        weights,
        MappingProxyType(places),
        entry.by,
        entry.at,
        entry.number,
    )


def _reweighted(weights: Weights, points: Mapping[str, int]) -> Weights:
    return Weights(MappingProxyType(dict(points)), weights.rules)


def _places(ranking: Ranking) -> dict[str, Place]:
    return {one.division_code: Place(one.rank, one.hundredths) for one in ranking.divisions}


def _shifts(base: Ranking, others: Mapping[str, Mapping[str, Place]]) -> tuple[Shift, ...]:
    names = {one.division_code: one.name for one in base.divisions}
    names |= {one.division_code: one.name for one in base.not_assessed}
    ranked = {one.division_code: one.rank for one in base.divisions}
    codes = [*ranked, *sorted(code for code in names if code not in ranked)]
    nowhere = Place(None, None)
    found = (
        Shift(
            code,
            names[code],
            ranked.get(code),
            MappingProxyType({name: places.get(code, nowhere) for name, places in others.items()}),
        )
        for code in codes
    )
    return tuple(shift for shift in found if shift.span is not None)
