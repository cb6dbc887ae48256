"""Proposed links with score, evidence and rivals; what is ambiguous is never called sure.

The score is the sum of named parts, each a feature times its weight. A rival is another proposal for the same broken
record, or from the same giver where it gives once, with a score less than `CLOSE` below. Sure: a high score, no rival.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lineage.links.candidates import HUNGRY, QUERIES, WAITING_BY_DIVISION
from lineage.links.subset import MOST_CANDIDATES, subsets_making
from lineage.money import yuan

if TYPE_CHECKING:
    from lineage.ledger import Ledger

CLOSE = 0.10
SURE = MappingProxyType({"received": 0.66, "given": 0.55, "paid": 0.50, "carried": 0.55, "bundle": 0.60})
GIVEN_ONCE = ("received", "carried")
"""Kinds whose giver gives once only: an issue is received, a year's balance carried on by one indicator."""
WEIGHTS = MappingProxyType({
    "received": {"number_quoted": 0.40, "number_near": 0.30, "id_near": 0.50, "amount_equal": 0.42,
                 "function_same": 0.06, "year_same": 0.05, "parent_right": 0.05, "dates_in_order": 0.04,
                 "project_same": 0.04, "agency_same": 0.14, "title_alike": 0.03},
    "given": {"id_near": 0.55, "number_quoted": 0.20, "balance_equal": 0.25, "balance_enough": 0.10,
              "function_same": 0.12, "year_same": 0.06, "project_same": 0.10, "dates_in_order": 0.06},
    "paid": {"id_near": 0.50, "transfer_named": 0.45, "number_quoted": 0.25, "agency_same": 0.22,
             "balance_equal": 0.20, "balance_on_day": 0.05, "balance_enough": 0.05, "function_same": 0.10,
             "project_same": 0.14, "dates_in_order": 0.05},
    "carried": {"id_near": 0.50, "balance_equal": 0.40, "balance_enough": 0.05, "agency_same": 0.12,
                "function_same": 0.12, "project_same": 0.08},
})
"""What each kind of evidence is worth; a total above 1 is shown as 1."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score."""

    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A link that is probably missing, in the direction of the money. `group` names a bundle accepted together."""

    source: str
    target: str
    broken: str
    kind: str
    amount_fen: int
    score: float
    parts: tuple[Part, ...]
    rivals: int = 0
    sure: bool = False
    group: str = ""

    @property
    def id(self) -> str:
        """Stable name of the proposal."""
        return "L-" + hashlib.sha256(f"link|{self.source}|{self.target}".encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """The proposal as every door gives it."""
        return {
            "id": self.id, "from": self.source, "to": self.target, "broken": self.broken, "kind": self.kind,
            "amount": yuan(self.amount_fen), "score": min(1.0, round(self.score, 2)),
            "parts": [{"part": part.name, "score": round(part.score, 3)} for part in self.parts],
            "rivals": self.rivals, "sure": self.sure, "group": self.group, "evidence": "proposed",
        }


def propose(ledger: Ledger) -> tuple[Proposal, ...]:
    """All proposals for a ledger's broken chains, best first. Nothing is applied, nothing counted."""
    found = [_scored(kind, row) for kind, sql in QUERIES.items() for row in ledger.rows(sql)]
    judged = _judged(found)
    answered = {proposal.broken for proposal in judged if proposal.sure}
    judged += _bundles(ledger, answered, {proposal.source for proposal in judged if proposal.sure})
    found = with_rivals(_each_once(judged))
    return tuple(sorted(found, key=lambda one: (-one.score, one.broken, one.source, one.target)))


def _each_once(proposals: Sequence[Proposal]) -> list[Proposal]:
    """One proposal a link, so that its name says which is meant.

    Of a link proposed by itself and in a bundle the bundle stays if it is sure or worth more; else it goes whole.
    """
    alone = {one.id: one for one in proposals if not one.group}
    lost = {
        one.group for one in proposals
        if one.group and one.id in alone and not one.sure and alone[one.id].score >= one.score
    }
    bundled = [one for one in proposals if one.group and one.group not in lost]
    taken = {one.id for one in bundled}
    return [*(one for name, one in alone.items() if name not in taken), *bundled]


def _scored(kind: str, row: dict[str, Any]) -> Proposal:
    parts = tuple(Part(name, weight * float(row[name])) for name, weight in WEIGHTS[kind].items() if row[name])
    return Proposal(row["source"], row["target"], row["broken"], kind, row["amount_fen"], _total(parts), parts)


def _total(parts: tuple[Part, ...]) -> float:
    return round(sum(part.score for part in parts), 6)


def _judged(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Proposals with their rivals; sure is who has none and a high score."""
    return [replace(one, sure=not one.rivals and one.score >= SURE[one.kind]) for one in with_rivals(proposals)]


def with_rivals(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Proposals with their rivals counted among these alone; whether they are sure stays as it was judged.

    Rivals are others for the same broken record, and from the same giver where it gives once only. A bundle's are
    the other sums of the same indicator's candidates, which all lie in its own division: they stay as they are.
    """
    ends: dict[tuple[str, str], list[Proposal]] = defaultdict(list)
    every = list(proposals)
    for proposal in every:
        if proposal.kind == "bundle":
            continue
        ends["broken", proposal.broken].append(proposal)
        if proposal.kind in GIVEN_ONCE:
            ends["giver", proposal.source].append(proposal)
    counted = []
    for proposal in every:
        if proposal.kind == "bundle":
            counted.append(proposal)
            continue
        beside = ends["broken", proposal.broken]
        if proposal.kind in GIVEN_ONCE:
            beside = beside + ends["giver", proposal.source]
        others = {other.id for other in beside
                  if other.id != proposal.id and other.score > round(proposal.score - CLOSE, 6)}
        counted.append(replace(proposal, rivals=len(others)))
    return counted


def _bundles(ledger: Ledger, answered: set[str], taken: set[str]) -> list[Proposal]:
    """Several issues that one indicator equals in sum; sure only where there is one way, over all candidates."""
    waiting: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in ledger.rows(WAITING_BY_DIVISION):
        if row["record"] not in taken:
            waiting[row["division_code"], row["fiscal_year"]].append(row)
    found = []
    for row in ledger.rows(HUNGRY):
        candidates = waiting.get((row["division_code"], row["fiscal_year"]), [])
        if row["record"] in answered or len(candidates) < 2:
            continue
        solved = subsets_making(row["missing_fen"], [one["net_fen"] for one in candidates])
        if not solved.count:
            continue
        sure = solved.count == 1 and len(candidates) <= MOST_CANDIDATES
        parts = (Part("sum_equal", 0.7 if sure else 0.5 / solved.count),)
        for place in solved.first:
            member = candidates[place]
            found.append(Proposal(member["record"], row["record"], row["record"], "bundle", member["net_fen"],
                                  parts[0].score, parts, solved.count - 1, sure, group=row["record"]))
    return found
