"""Samples for auditors: seeded, each record alike or by money, drawn the same way by anybody who knows the seed.

`random` takes the records with the least SHA-256 of `seed|record`; `money` is systematic monetary-unit sampling:
every fen has the same chance, so a record is drawn in proportion to its amount and one larger than the interval
surely is (AICPA Audit Sampling Guide, ch. 6). Neither depends on row order, load order or the engine's release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse
from lineage.money import yuan
from queries.described import describe
from queries.search import Filter
from queries.territory import subtree

if TYPE_CHECKING:
    from lineage.ledger import Ledger

METHODS = ("random", "money")
LARGEST = 100_000
_POPULATIONS: Mapping[str, str] = MappingProxyType(
    {
        "payment": "SELECT p.record, p.division_code, p.net_fen AS fen, coalesce(i.fiscal_year, year(p.pay_date)) "
        "AS year FROM linked_payments p LEFT JOIN indicators i ON i.indicator_id = p.indicator_id "
        "WHERE NOT p.is_reversal AND p.status = 'valid' AND p.pay_date IS NOT NULL",
        "indicator": "SELECT record, division_code, amount_fen AS fen, fiscal_year AS year FROM indicators",
        "allocation": "SELECT record, division_code, amount_fen AS fen, fiscal_year AS year FROM allocations",
        "transfer": "SELECT t.record, t.to_division_code AS division_code, t.net_fen AS fen, "
        "coalesce(a.fiscal_year, i.fiscal_year, year(t.issue_date)) AS year FROM linked_transfers t "
        "LEFT JOIN allocations a ON a.record = t.source_id LEFT JOIN indicators i ON i.record = t.source_id "
        "WHERE NOT t.is_reversal",
        "account_entry": "SELECT e.record, a.division_code, e.net_fen AS fen, year(e.date) AS year "
        "FROM account_entries e LEFT JOIN special_accounts a ON a.account_id = e.account_id "
        "WHERE NOT e.is_reversal AND e.direction = 'expenditure'",
        "one_card_payment": "SELECT c.record, b.division_code, c.amount_fen AS fen, year(b.pay_date) AS year "
        "FROM one_card_payments c LEFT JOIN one_card_batches b ON b.batch_id = c.batch_id "
        "WHERE c.status = 'paid'",
    }
)
KINDS = tuple(_POPULATIONS)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to draw: how many, by which method, from which seed."""

    size: int
    method: str = "random"
    seed: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.size <= LARGEST:
            raise Misuse(f"found size {self.size}", f"expected 1 to {LARGEST:,}")
        if self.method not in METHODS:
            raise Misuse(f'found method "{self.method}"', f"expected one of {', '.join(METHODS)}")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One record of a sample: fen, and how often money drew it (1 for `random`)."""

    record: str
    amount_fen: int
    hits: int
    division_code: str
    date: date | None
    title: str

    def to_json(self) -> dict[str, Any]:
        """The record with its amount in yuan."""
        return {
            "record": self.record,
            "amount": yuan(self.amount_fen),
            "hits": self.hits,
            "division_code": self.division_code,
            "date": self.date.isoformat() if self.date else None,
            "title": self.title,
        }


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, in the order of the records, and out of how much."""

    plan: Plan
    kind: str
    version: str
    population: int
    population_fen: int
    drawn: tuple[Drawn, ...]

    @property
    def interval_fen(self) -> int | None:
        """Fen between two draws by money, rounded up; None for a random sample."""
        return -(-self.population_fen // self.plan.size) if self.plan.method == "money" else None

    def to_json(self) -> dict[str, Any]:
        """The sample with everything needed to draw it again."""
        interval = self.interval_fen
        return {
            "kind": self.kind,
            "method": self.plan.method,
            "seed": self.plan.seed,
            "size": self.plan.size,
            "version": self.version,
            "population": self.population,
            "population_amount": yuan(self.population_fen),
            "interval": None if interval is None else yuan(interval),
            "records": [one.to_json() for one in self.drawn],
        }


def sample(ledger: Ledger, plan: Plan, filters: Filter | None = None) -> Sample:
    """Draw records of a kind (default: payments) with an amount, of a division and those below, of a year.

    Raises Misuse (size, method, kind, nothing to draw from), NotFound (division). Cost: one pass over the kind.
    """
    asked = filters or Filter()
    kind = asked.kind or "payment"
    if kind not in _POPULATIONS:
        raise Misuse(f'found kind "{kind}"', f"expected one of {', '.join(KINDS)}")
    records, amounts = _population(ledger, kind, asked)
    if not records:
        raise Misuse(f"no {kind} to draw from", "ask for another division or year")
    hits = _random(records, plan) if plan.method == "random" else _by_money(amounts, plan)
    words = describe(ledger, (records[place] for place in hits))
    drawn = []
    for place in sorted(hits):
        said = words[records[place]]
        drawn.append(Drawn(said.record, amounts[place], hits[place], said.division_code, said.date, said.title))
    return Sample(plan, kind, ledger.version, len(records), sum(amounts), tuple(drawn))


def _population(ledger: Ledger, kind: str, asked: Filter) -> tuple[list[str], list[int]]:
    inside = subtree(ledger, asked.division) if asked.division else None
    if asked.divisions is not None:
        inside = asked.divisions if inside is None else inside & asked.divisions
    table = ledger.query(
        f"SELECT record, fen FROM ({_POPULATIONS[kind]}) WHERE fen > 0 AND ($year IS NULL OR year = $year) "
        "AND ($everywhere OR list_contains($divisions::VARCHAR[], division_code)) ORDER BY record",
        {"year": asked.year, "everywhere": inside is None, "divisions": sorted(inside or ())},
    )
    return table["record"].to_pylist(), table["fen"].to_pylist()


def _random(records: list[str], plan: Plan) -> dict[int, int]:
    """Positions of the records with the least hashes."""
    import heapq

    def place_in_draw(place: int) -> bytes:
        return hashlib.sha256(f"{plan.seed}|{records[place]}".encode()).digest()

    return dict.fromkeys(heapq.nsmallest(plan.size, range(len(records)), key=place_in_draw), 1)


def _by_money(amounts: list[int], plan: Plan) -> dict[int, int]:
    """Positions and hits: the fen (start + k × total) / size for k = 0 … size − 1, start drawn from the seed."""
    total = sum(amounts)
    start = int.from_bytes(hashlib.sha256(f"money|{plan.seed}".encode()).digest()) % total
    hits: dict[int, int] = {}
    place, reached = 0, amounts[0]
    for draw in range(plan.size):
        fen = (start + draw * total) // plan.size
        while reached <= fen:
            place += 1
            reached += amounts[place]
        hits[place] = hits.get(place, 0) + 1
    return hits
