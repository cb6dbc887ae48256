"""The sheet on which faults are planted: rows beside those of the sound province, and what must follow.

Every planted fault stands on a chain of its own, from an allocation of its own, so that faults never touch
each other or the sound part. The sheet keeps the system's figures right while rows are added; a planter only
says what its rows cause in the daily report, which then states the system's figure less all causes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from loaders.province.bundle import Row
from loaders.province.faults.money import Money
from loaders.province.key import Cause, Fault, Finding, yuan_text
from loaders.province.paytables import Made
from loaders.province.places import AGENCIES_EACH, Places
from loaders.province.reports import EXPENDITURE, Figure, Tally
from loaders.province.size import Size, days

PREFIXES = {
    "allocations": ("A-", "allocation_id"),
    "transfers": ("T-", "transfer_id"),
    "indicators": ("I-", "indicator_id"),
    "payments": ("P-", "payment_id"),
    "special_accounts": ("S-", "account_id"),
    "account_entries": ("E-", "entry_id"),
    "one_card_batches": ("B-", "batch_id"),
    "one_card_payments": ("C-", "one_card_payment_id"),
}
KINDS = {table: column[: -len("_id")] for table, (_, column) in PREFIXES.items()} | {
    "special_accounts": "special_account",
    "account_entries": "account_entry",
    "one_card_batches": "one_card_batch",
}
BY_PREFIX = {prefix: KINDS[table] for table, (prefix, _) in PREFIXES.items()}


@dataclass(frozen=True, slots=True)
class Planted:
    """What later rows need to know of a planted indicator."""

    place: int
    agency: str
    in_scope: bool
    is_current: bool


def record(name: str) -> str:
    """`kind:id` of a planted id."""
    return f"{BY_PREFIX[name[:2]]}:{name}"


@dataclass(slots=True)
class Sheet:
    """A mutable sheet of planted rows, findings to expect, near misses and causes."""

    made: Made
    size: Size
    tally: Tally
    rng: np.random.Generator
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    faults: list[Fault] = field(default_factory=list)
    near_misses: list[tuple[str, str]] = field(default_factory=list)
    reserved: set[int] = field(default_factory=set)
    misreported: set[int] = field(default_factory=set)
    unreviewed: set[str] = field(default_factory=set)
    cut_offs: dict[int, str] = field(default_factory=dict)
    _causes: dict[tuple[int, Figure, str], tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)
    _indicators: dict[str, Planted] = field(default_factory=dict)
    _spent: set[int] = field(default_factory=set)
    _used: set[int] = field(default_factory=set)
    _turn: list[int] = field(default_factory=list)
    _documents: int = 5000

    @property
    def places(self) -> Places:
        """The divisions."""
        return self.made.places

    # what is drawn

    def fen(self) -> int:
        """An amount of 100,000 to 3,000,000 yuan that no other planted amount has, a multiple of four fen and odd
        in yuan, so that quarters of it are whole."""
        while True:
            drawn = int(self.rng.integers(2_500_000, 75_000_000)) * 4
            if drawn not in self._spent and drawn % 100:
                self._spent.add(drawn)
                return drawn

    def county(self) -> int:
        """The next county to plant in: each in turn, in orders drawn anew, reserved ones left out."""
        while True:
            if not self._turn:
                self._turn = self.rng.permutation(np.flatnonzero(self.places.is_county)).tolist()
            place = self._turn.pop()
            if place not in self.reserved:
                self._used.add(place)
                return place

    def quiet_counties(self) -> list[int]:
        """Counties that nothing is planted in so far; who takes one reserves it."""
        counties: list[int] = np.flatnonzero(self.places.is_county).tolist()
        return [each for each in counties if each not in self._used | self.reserved]

    def day(self, month: int, day: int, years_ago: int = 0) -> str:
        """An ISO date of the province's year, or of a year before."""
        return iso(days(self.size.year - years_ago, month, day))

    def before_last(self, count: int) -> str:
        """The ISO date so many days before the last business date."""
        return iso(self.size.last_day - count)

    def document(self, place: int, years_ago: int = 0) -> str:
        """A document number of that place that no other document has."""
        self._documents += 1
        return f"{self.places.document_word(place)}〔{self.size.year - years_ago}〕{self._documents}号"

    # rows

    def add(self, table: str, fen: int | None = None, **columns: str) -> str:
        """Adds a row with the table's next id; returns the id."""
        prefix, key = PREFIXES[table]
        self._next[table] = self._next.get(table, self._rows_before(table)) + 1
        name = f"{prefix}{self._next[table]:08d}"
        self.rows[table].append({key: name, **({} if fen is None else {"amount": yuan_text(fen)}), **columns})
        return name

    def _rows_before(self, table: str) -> int:
        made = self.made
        return {
            "allocations": len(made.flows.allocations.line),
            "transfers": len(made.flows.transfers.kind),
            "indicators": made.held + len(made.budget.spenders.line),
            "payments": made.payments.regular + len(made.payments.reversed),
            "special_accounts": len(made.accounts.place),
            "account_entries": len(made.entries.account),
            "one_card_batches": len(made.batches.payment),
            "one_card_payments": int(made.batches.persons.sum()),
        }[table]

    def allocation(self, fen: int, money: Money, **columns: str) -> str:
        """An allocation of the province."""
        return self.add(
            "allocations",
            fen,
            **{
                "fiscal_year": str(self.size.year - money.years_ago),
                "division_code": self.places.code[0],
                "source": money.source,
                "doc_no": self.document(0, money.years_ago),
                "date": self.day(2, 20, money.years_ago),
                "function_code": money.function,
                "fund_type_code": "111",
                "poverty": money.poverty,
                "title": "资金安排",
                **columns,
            },
        )

    def transfer(self, kind: str, source: str, target: str, place: int, fen: int, **columns: str) -> str:
        """A transfer from `source` ("allocation:…" or an id) to the indicator `target` ("" while not received)."""
        return self.add(
            "transfers",
            fen,
            **{
                "kind": kind,
                "source_id": source if ":" in source or not source else record(source),
                "target_id": target,
                "to_division_code": self.places.code[place] if place >= 0 else "",
                "issue_date": self.day(4, 10),
                "receive_date": self.day(4, 12) if target else "",
                **columns,
            },
        )

    def indicator(self, place: int, fen: int, money: Money, **columns: str) -> str:
        """An indicator, received through the linkage unless `columns` say otherwise."""
        name = self.add(
            "indicators",
            fen,
            **{
                "fiscal_year": str(self.size.year - money.years_ago),
                "division_code": self.places.code[place],
                "date": self.day(4, 12, money.years_ago),
                "function_code": money.function,
                "economy_code": "50999",
                "fund_type_code": "111",
                "expenditure_kind": "project",
                "origin": "superior",
                "entry": "linked",
                "integrated": "false",
                "poverty": money.poverty,
                **columns,
            },
        )
        in_scope = Money(columns.get("function_code", money.function), columns.get("poverty", money.poverty)).in_scope
        current = money.years_ago == 0 and columns.get("origin") != "carry_over"
        self._indicators[name] = Planted(place, columns.get("agency_code", ""), in_scope, current)
        return name

    def booked(self, name: str, tier: str, fen: int) -> None:
        """Counts a first booking in the system's scale, where the indicator is in scope and of the year."""
        planted = self._indicators[name]
        if planted.in_scope and planted.is_current and planted.place:
            self.tally.add(planted.place, ("scale", tier), fen)

    def place_of(self, indicator: str) -> int:
        """The division of a planted indicator."""
        return self._indicators[indicator].place

    def source(self, place: int, fen: int, money: Money) -> str:
        """A record of the fiscal parent of `place` that holds exactly `fen` to be issued to it."""
        allocation = record(self.allocation(fen, money))
        parent = int(self.places.parent[place])
        if parent == 0:
            return allocation
        number, ago = self.document(0, money.years_ago), money.years_ago
        city = self.indicator(parent, fen, money, superior_doc_no=number, date=self.day(3, 5, ago))
        self.transfer(
            "issue",
            allocation,
            city,
            parent,
            fen,
            doc_no=number,
            issue_date=self.day(3, 1, ago),
            receive_date=self.day(3, 5, ago),
        )
        self.booked(city, money.tier, fen)
        return record(city)

    def bureau(self, place: int, fen: int, money: Money, **columns: str) -> str:
        """A sound indicator of the finance bureau of `place`, issued and received."""
        source, number = self.source(place, fen, money), self.document(int(self.places.parent[place]), money.years_ago)
        name = self.indicator(place, fen, money, **{"superior_doc_no": number, **columns})
        self.transfer(
            "issue",
            source,
            name,
            place,
            fen,
            doc_no=number,
            issue_date=self.day(4, 10, money.years_ago),
            receive_date=self.day(4, 12, money.years_ago),
        )
        self.booked(name, money.tier, fen)
        return name

    def agency(self, bureau: str, fen: int, money: Money, **columns: str) -> str:
        """An agency's indicator, broken down from the bureau's a week after."""
        place, ago = self._indicators[bureau].place, money.years_ago
        code = self.places.agency(place, int(self.rng.integers(AGENCIES_EACH)))
        day = columns.get("date", self.day(4, 20, ago))
        name = self.indicator(place, fen, money, **{"agency_code": code, "date": day, **columns})
        self.transfer(
            "breakdown",
            bureau,
            name,
            place,
            fen,
            to_agency_code=columns.get("agency_code", code),
            issue_date=day,
            receive_date=day,
        )
        return name

    def spender(self, place: int, fen: int, money: Money, **columns: str) -> str:
        """A sound chain down to an agency's indicator of `fen`; `columns` are the agency indicator's."""
        return self.agency(self.bureau(place, fen, money), fen, money, **columns)

    def pay(self, indicator: str, fen: int, **columns: str) -> str:
        """A valid payment to a village in June; counted as expenditure where it is one."""
        planted = self._indicators[indicator]
        name = self.add(
            "payments",
            fen,
            **{
                "indicator_id": indicator,
                "division_code": self.places.code[planted.place],
                "agency_code": planted.agency,
                "pay_date": self.day(6, 15),
                "status": "valid",
                "method": "direct",
                "payee_kind": "village",
                "payee_name": self.places.name[planted.place] + "前李庄村村民委员会",
                "payee_account": f"62{self._next.get('payments', self._rows_before('payments')):017d}",
                "purpose": "村内道路硬化",
                **columns,
            },
        )
        row = self.rows["payments"][-1]
        place = self.places.code.index(row["division_code"])
        if planted.in_scope and planted.is_current and row["status"] == "valid" and row["pay_date"] and place:
            self.tally.add(place, EXPENDITURE, fen)
        return name

    # what follows

    def expect(self, rule: str, subject: str, place: int, fen: int) -> Finding:
        """A finding to expect; `subject` is an id or `kind:id`."""
        return Finding(rule, subject if ":" in subject else record(subject), self.places.code[place], fen)

    def fault(self, finding: Finding, *side_effects: Finding) -> None:
        """Enters a planted fault."""
        self.faults.append(Fault(finding, side_effects))

    def near_miss(self, rule: str, subject: str) -> None:
        """Enters a record that the rule must leave alone."""
        self.near_misses.append((rule, subject if ":" in subject else record(subject)))

    def cause(self, place: int, figure: Figure, cause: str, fen: int, *records: str) -> None:
        """What makes the system's figure differ from the report's, by `fen`; scale is told by tier, not `all`."""
        if not place:
            return
        key = (place, figure, cause)
        before, named = self._causes.get(key, (0, ()))
        self._causes[key] = (before + fen, (*named, *(each if ":" in each else record(each) for each in records)))

    def scale_cause(self, place: int, tier: str, cause: str, fen: int, *records: str) -> None:
        """A cause in one tier of the scale, and so in its `all`."""
        self.cause(place, ("scale", tier), cause, fen, *records)
        self.cause(place, ("scale", "all"), cause, fen, *records)

    def causes(self) -> tuple[Cause, ...]:
        """All causes, in the order of divisions, figures and causes."""
        code = self.places.code
        return tuple(
            Cause(code[place], *figure, cause, fen, tuple(sorted(set(records))))
            for (place, figure, cause), (fen, records) in sorted(self._causes.items())
            if fen
        )

    def reported(self, place: int, figure: Figure) -> int:
        """What the division's report states: the system's figure less all causes."""
        return self.tally.of(place, figure) - sum(
            fen for (at, which, _), (fen, _) in self._causes.items() if at == place and which == figure
        )

    def touched(self) -> set[int]:
        """The places that anything was planted in, and those above them."""
        counties = self._used | self.reserved
        return counties | {int(self.places.parent[each]) for each in counties}

    def caused(self) -> set[int]:
        """The places that have a cause."""
        return {place for place, _, _ in self._causes}

    def differences(self) -> tuple[Finding, ...]:
        """The divisions whose report differs, over tier `all` of both measures."""
        found = []
        for place in sorted(self.caused()):
            gap = sum(
                abs(self.tally.of(place, figure) - self.reported(place, figure))
                for figure in (("scale", "all"), EXPENDITURE)
            )
            if gap:
                found.append(self.expect("report/difference", f"division:{self.places.code[place]}", place, gap))
        return tuple(found)


def iso(day: int) -> str:
    """A day number as an ISO date."""
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
