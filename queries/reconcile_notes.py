"""A county's own explanation of a difference: in the journal, shown beside what is unexplained, never taken off it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse
from lineage.ledger import journal
from lineage.money import yuan
from queries.territory import division_code

if TYPE_CHECKING:
    from lineage.ledger import Ledger

KIND = "difference-explained"
MEASURES = ("scale", "expenditure")
REPORT_TIERS = ("province", "city", "county", "relocation", "all")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a division says of one of its differences: how much (fen, None: not said), why, who, when; journal entry."""

    division_code: str
    measure: str
    tier: str
    amount_fen: int | None
    why: str
    by: str
    at: str
    entry: int

    def answers(self, division: str, measure: str, tier: str) -> bool:
        """Whether it speaks of that difference."""
        return (self.division_code, self.measure, self.tier) == (division, measure, tier)

    def to_json(self) -> dict[str, Any]:
        """As shown beside the difference."""
        return {
            "amount": None if self.amount_fen is None else yuan(self.amount_fen),
            "why": self.why,
            "by": self.by,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """An explanation to be noted. `difference` is `DIVISION:MEASURE[:TIER]`, tier `all` unless given."""

    difference: str
    why: str
    amount_fen: int | None = None


def explanations(ledger: Ledger) -> tuple[Explanation, ...]:
    """All that divisions have said, oldest first."""
    return tuple(
        Explanation(
            entry.body["division_code"],
            entry.body["measure"],
            entry.body["tier"],
            entry.body["amount_fen"],
            entry.body["why"],
            entry.by,
            entry.at,
            entry.number,
        )
        for entry in ledger.decisions
        if entry.kind == KIND
    )


def explain_difference(ledger: Ledger, said: Said, by: str, at: datetime) -> Explanation:
    """Note a division's explanation in the journal. Raises Misuse (no such line, no reason), NotFound (division)."""
    division, _, rest = said.difference.partition(":")
    measure, _, tier = rest.partition(":")
    tier = tier or "all"
    if measure not in MEASURES or tier not in REPORT_TIERS:
        raise Misuse(f'found "{said.difference}"', f"expected DIVISION:{'|'.join(MEASURES)}[:{'|'.join(REPORT_TIERS)}]")
    if not said.why.strip():
        raise Misuse("an explanation without a reason", "say it with --why")
    division = division_code(ledger, division)
    body = {
        "division_code": division,
        "measure": measure,
        "tier": tier,
        "amount_fen": said.amount_fen,
        "why": said.why.strip(),
    }
    entry = journal.append(ledger.path, KIND, body, by, at)
    return Explanation(division, measure, tier, said.amount_fen, said.why.strip(), entry.by, entry.at, entry.number)
