"""The ranking of counties and cities, part by part, read word for word from docs/ranking.md and the weights file.

Every part is a list of (record, numerator, denominator) in whole fen or in number, so that a score can be opened.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from tests.oracle.answers import yuan
from tests.oracle.attribution import Key, Lot, attribute
from tests.oracle.measures import Figures, first_bookings, is_lump, system_figures
from tests.oracle.network import fen
from tests.oracle.reconciliation import reconcile
from tests.oracle.records import CLASSES, KINDS, Books, Record, days_between, is_poverty, named, part, poverty_fen
from tests.oracle.rules import Hit, findings
from tests.oracle.view import KEYS

PARTS = (
    "linkage-amount",
    "linkage-count",
    "chain",
    "labels",
    "carry-over",
    "treasury",
    "accounts",
    "one-card",
    "progress",
    "report",
    "promptness",
    "rectified",
)
COUNTED = ("linkage-count", "rectified")
WEIGHTS = dict(zip(PARTS, (12, 8, 15, 10, 5, 10, 8, 8, 10, 6, 4, 4), strict=True))
RULES = {
    "grace_days": 7,
    "booking_days": 30,
    "stale_days": 92,
    "least_denominator_yuan": 1000,
    "least_count": 1,
    "parts_needed": 5,
}
Lines = dict[str, dict[str, dict[str, tuple[int, int]]]]
"""Part to division to record to (numerator, denominator)."""


@dataclass
class Asked:
    """Policy, weights, rules, and of findings (rule, subject) that people worked on what they came to."""

    policy: str = "pro-rata"
    weights: dict[str, int] = field(default_factory=lambda: dict(WEIGHTS))
    rules: dict[str, int] = field(default_factory=lambda: dict(RULES))
    closed: frozenset[tuple[str, str]] = frozenset()
    worked_on: dict[tuple[str, str], str] = field(default_factory=dict)
    """(rule, subject) to division, of all findings that stand in the journal."""
    holding_now: frozenset[tuple[str, str]] = frozenset()
    """Findings that hold now; those of them that do not hold in the view asked are of later days or loads."""


class Judged:
    """What rules, measures and reconciliation say of the books, each asked once: it depends on no terms."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.year = books.as_of[:4]

    @cached_property
    def findings(self) -> dict[str, list[Hit]]:
        return findings(self.books)

    @cached_property
    def figures(self) -> dict[str, Figures]:
        return dict(system_figures(self.books, self.year, "2017"))

    @cached_property
    def differences(self) -> list[dict[str, Any]]:
        return reconcile(self.books, "2017")

    @cached_property
    def first(self) -> dict[str, list[Record]]:
        return {origin: first_bookings(self.books, self.year, origin) for origin in ("superior", "own", "carry_over")}

    @cached_property
    def paid(self) -> list[Record]:
        """In-scope payments of the year, as far as they were not taken back whole."""
        found = []
        for payment in self.books.paid:
            indicator = self.books.indicator(payment)
            of_year = indicator is not None and indicator.row["fiscal_year"] == self.year
            if payment.amount and indicator and of_year and self.books.in_scope(indicator.name):
                found.append(payment)
        return found

    def accused(self, *rules: str) -> set[str]:
        return {subject for rule in rules for subject, _, _ in self.findings.get(rule, [])}

    def pools(self, policy: str) -> dict[str, Lot]:
        """Class fen of all that is in every record, under a policy; of its own amount: F(amount) of them."""
        if policy not in self._pools:
            self._pools[policy] = attribute(self.books.network, policy, rename=self._class, poverty=is_poverty).pool
        return self._pools[policy]

    @cached_property
    def _pools(self) -> dict[str, dict[str, Lot]]:
        return {}

    def _class(self, key: Key) -> Key:
        if key[0]:
            return key
        node = self.books.network.nodes[str(key[1])]
        return (0, CLASSES.index((node.tier, node.in_scope)))


def rank(judged: Judged, asked: Asked | None = None) -> dict[str, Any]:
    """Everybody ranked, best first, and everybody left aside with the reason."""
    asked = asked or Asked()
    books = judged.books
    lines = lines_of_parts(judged, asked)
    payers = {payment.row["division_code"] for payment in judged.paid}
    ranked, aside = [], []
    for code in sorted(books.divisions):
        row = books.divisions[code]
        if row["level"] not in ("city", "county"):
            continue
        parts = {name: _part(name, lines[name][code], asked.rules) for name in PARTS}
        counting = [name for name in PARTS if parts[name][0] is not None and asked.weights[name]]
        latest = _latest(books, code)
        if code not in payers:
            aside.append({"division_code": code, "why": "no-payments"})
        elif days_between(latest, books.as_of) > asked.rules["stale_days"]:
            aside.append({"division_code": code, "why": "stale"})
        elif len(counting) < min(asked.rules["parts_needed"], sum(weight > 0 for weight in asked.weights.values())):
            aside.append({"division_code": code, "why": "too-few-parts"})
        else:
            weight = sum(asked.weights[name] for name in counting)
            mean = sum((asked.weights[name] * (parts[name][0] or 0) for name in counting), Fraction(0)) / weight
            ranked.append({"division_code": code, "mean": mean, "parts": parts, "groups": _groups(row)})
    ranked.sort(key=lambda one: (-_hundredths(one["mean"]), one["division_code"]))
    scores = [_hundredths(one["mean"]) for one in ranked]
    answers = []
    for one, score in zip(ranked, scores, strict=True):
        peers = {
            group: 1 + sum(_hundredths(other["mean"]) > score for other in ranked if group in other["groups"])
            for group in one["groups"]
        }
        answers.append(
            {
                "rank": 1 + sum(other > score for other in scores),
                "division_code": one["division_code"],
                "score": _points(score),
                "groups": peers,
                "parts": [_shown(name, *one["parts"][name]) for name in PARTS],
            }
        )
    return {"divisions": answers, "not_assessed": aside}


def _part(name: str, records: dict[str, tuple[int, int]], rules: dict[str, int]) -> tuple[Fraction | None, int, int]:
    """The part's points as they are, not rounded, or none; its numerator and denominator."""
    over = sum(pair[0] for pair in records.values())
    under = sum(pair[1] for pair in records.values())
    least = rules["least_count"] if name in COUNTED else rules["least_denominator_yuan"] * 100
    if under <= 0 or under < least:
        return None, over, under
    return min(max(Fraction(over * 100, under), Fraction(0)), Fraction(100)), over, under


def _shown(name: str, points: Fraction | None, over: int, under: int) -> dict[str, Any]:
    amounts: tuple[Any, Any] = (over, under) if name in COUNTED else (yuan(over), yuan(under))
    score = None if points is None else _points(_hundredths(points))
    return {"part": name, "score": score, "numerator": amounts[0], "denominator": amounts[1]}


def _hundredths(points: Fraction) -> int:
    """Two decimals, half up."""
    return int(points * 100 + Fraction(1, 2))


def _points(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _groups(row: dict[str, str]) -> list[str]:
    if row["level"] == "city":
        return ["cities"]
    found = []
    if row.get("direct") == "true":
        found.append("direct-counties")
    if row.get("poverty_county") == "true":
        found.append("poverty-counties")
    return found or ["other-counties"]


def _latest(books: Books, division: str) -> str:
    """The date of the latest payment or booking."""
    days = [row["pay_date"] for row in books.rows("payments") if row["division_code"] == division]
    days += [one.row["date"] for one in books.indicators.values() if one.row["division_code"] == division]
    return max(days, default=date.min.isoformat())


def lines_of_parts(judged: Judged, asked: Asked) -> Lines:
    lines: Lines = {name: defaultdict(dict) for name in PARTS}
    _linkage(judged.books, asked, lines)
    _payments(judged, asked, lines)
    _bookings(judged, asked, lines)
    for code, one in judged.figures.items():
        lines["progress"][code]["division:" + code] = (one.expenditure, one.scale)
    for answer in judged.differences:
        if answer["tier"] == "all":
            code, system, report = answer["division_code"], fen(answer["system"]), fen(answer["report"])
            over, under = lines["report"][code].get("division:" + code, (0, 0))
            whole = max(system, report)
            lines["report"][code]["division:" + code] = (over + whole - abs(system - report), under + whole)
    _rectified(judged, asked, lines)
    return lines


def _linkage(books: Books, asked: Asked, lines: Lines) -> None:
    for transfer in books.transfers:
        source = books.source(transfer)
        to = transfer.row["to_division_code"]
        if (
            transfer.row["kind"] != "issue"
            or not transfer.amount
            or not books.in_scope(transfer.name)
            or books.year(transfer) != books.as_of[:4]
            or (source and source.row["division_code"] == to)
        ):
            continue
        received = bool(books.network.leaving(transfer.name))
        if not received and days_between(transfer.row["issue_date"], books.as_of) <= asked.rules["grace_days"]:
            continue
        lines["linkage-amount"][to][transfer.name] = (transfer.amount if received else 0, transfer.amount)
        lines["linkage-count"][to][transfer.name] = (int(received), 1)


def _payments(judged: Judged, asked: Asked, lines: Lines) -> None:
    books, pools = judged.books, judged.pools(asked.policy)
    for payment in judged.paid:
        here = payment.row["division_code"]
        sourced = sum(amount for key, amount in part(pools[payment.name], payment.amount).items() if not key[0])
        lines["chain"][here][payment.name] = (sourced, payment.amount)
        if not is_lump(payment):
            central = payment.row["method"] in ("direct", "authorized")
            lines["treasury"][here][payment.name] = (payment.amount if central else 0, payment.amount)
    for payment in books.paid:
        if books.year(payment) != books.as_of[:4]:
            continue
        here, poor = payment.row["division_code"], poverty_fen(part(pools[payment.name], payment.amount))
        if poor and is_lump(payment):
            account = books.network.nodes.get(named(payment.row["account_id"], ("special_accounts",), books.ids))
            lines["accounts"][here][payment.name] = (poor if account and account.kept else 0, poor)
        if poor and payment.row["payee_kind"] in ("person", "household"):
            lines["one-card"][here][payment.name] = (poor if payment.row["one_card_batch_id"] else 0, poor)
    for entry in books.entries:
        if entry.row["direction"] != "expenditure" or entry.row["date"][:4] != books.as_of[:4]:
            continue
        poor = poverty_fen(part(pools[entry.name], entry.amount))
        if poor and entry.row["payee_kind"] in ("person", "household"):
            here = books.network.nodes[entry.name].division
            lines["one-card"][here][entry.name] = (poor if entry.row["one_card_batch_id"] else 0, poor)


def _bookings(judged: Judged, asked: Asked, lines: Lines) -> None:
    books = judged.books
    missing = judged.accused("label/missing")
    mislabelled = missing | judged.accused("label/excess")
    carried = judged.accused("entry/carry-over-as-current")
    late = {name: balance for name, balance, _ in judged.findings.get("pace/late-issue", [])}

    def put(part: str, record: Record, less: int) -> None:
        if record.amount:
            lines[part][record.row["division_code"]][record.name] = (record.amount - less, record.amount)

    for origin, records in judged.first.items():
        for record in records:
            inside = books.in_scope(record.name)
            if origin != "carry_over" and (inside or record.name in missing):
                put("labels", record, record.amount if record.name in mislabelled else 0)
            if origin != "superior" and inside:
                put("carry-over", record, record.amount if record.name in carried else 0)
            old = days_between(receipt(books, record), books.as_of) > asked.rules["booking_days"]
            if origin == "superior" and inside and not record.row["agency_code"] and old:
                put("promptness", record, late.get(record.name, 0))


def receipt(books: Books, booking: Record) -> str:
    """The latest receive date of what comes in, else the booking's own date."""
    days = [transfer.row["receive_date"] for transfer in books.coming_transfers.get(booking.name, [])]
    return max((day for day in days if day), default=booking.row["date"])


def _rectified(judged: Judged, asked: Asked, lines: Lines) -> None:
    holding: dict[tuple[str, str], str] = {}
    for rule, hits in judged.findings.items():
        for subject, _, _ in hits:
            holding[rule, subject] = division_of(judged.books, subject)
    for key in {*holding, *(key for key in asked.worked_on if key not in asked.holding_now)}:
        here = holding[key] if key in holding else asked.worked_on[key]
        mended = key in asked.closed or key not in holding
        lines["rectified"][here]["|".join(key)] = (int(mended), 1)


def division_of(books: Books, subject: str) -> str:
    """The division of what a finding accuses."""
    kind, _, code = subject.partition(":")
    if kind == "division":
        return code
    if subject in books.network.nodes:
        return books.network.nodes[subject].division
    table = next(name for name, one in KINDS.items() if one == kind)
    row = next(row for row in books.rows(table) if row[KEYS[table]] == code)
    if kind == "account_entry":
        account = books.network.nodes.get(named(row["account_id"], ("special_accounts",), books.ids))
        return account.division if account else ""
    return row["to_division_code" if kind == "transfer" else "division_code"]
