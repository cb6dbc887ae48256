"""The overview's measures, read word for word from the design: what is booked, passed down, spent, and the whole."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.answers import yuan
from tests.oracle.attribution import Lot
from tests.oracle.records import Books, Record, Tiers, named, part, poverty_fen, tier_of

TIERS = ("province", "city", "county", "relocation")


@dataclass
class Line:
    """One amount of expenditure: a payment or account expenditure at its date, or what took some of it back."""

    record: str
    division: str
    date: str
    amount: int
    lump: bool = False
    entry: bool = False
    reversal: bool = False


@dataclass
class Figures:
    received: Tiers = field(default_factory=lambda: defaultdict(int))
    own: int = 0
    passed_down: int = 0
    expenditure: int = 0

    @property
    def booked(self) -> int:
        return sum(self.received.values()) + self.own

    @property
    def scale(self) -> int:
        return self.booked - self.passed_down


def is_split(books: Books, name: str) -> bool:
    """Fed, by a transfer, by an indicator of its own division."""
    for transfer in books.coming_transfers.get(name, []):
        source = books.source(transfer)
        if (
            source
            and source.name.startswith("indicator:")
            and source.row["division_code"] == books.indicators[name].row["division_code"]
        ):
            return True
    return False


def first_bookings(books: Books, year: str, origin: str) -> list[Record]:
    """Of that year and origin, in scope or not."""
    return [
        record
        for name, record in books.indicators.items()
        if record.row["fiscal_year"] == year and record.row["origin"] == origin and not is_split(books, name)
    ]


def by_class(books: Books, record: Record) -> Lot:
    """Class fen of a booking: of its inflow, F(amount) where more came than is booked; the rest is what is missing."""
    lot = dict(part(books.came(record.name), record.amount))
    rest = record.amount - sum(lot.values())
    return {key: amount for key, amount in lot.items() if amount} | ({(2, 0): rest} if rest else {})


def by_tier(lot: Lot) -> Tiers:
    found: Tiers = defaultdict(int)
    for key, amount in lot.items():
        found["unknown" if key[0] else tier_of(key)] += amount
    return found


def lines_of(record: Record, date_column: str, **given: Any) -> list[Line]:
    """A record at its date and what takes it back at its own; never below nothing in all."""
    division = given.pop("division")
    lines = [Line(record.name, division, record.row[date_column], record.gross, **given)]
    left = record.gross
    for day, name, amount in sorted(record.back):
        taken = min(left, -amount)
        left -= taken
        lines.append(Line(name, division, day, -taken, reversal=True, **given))
    return lines


def is_lump(payment: Record) -> bool:
    return bool(payment.row["account_id"]) or payment.row["payee_kind"] == "special_account"


def counted(books: Books, year: str, *, in_scope: bool = True, carried: bool = False) -> list[Record]:
    """Payments of the year, by their indicator's year and scope; those on carry-overs apart."""
    found = []
    for payment in books.paid:
        indicator = books.indicator(payment)
        if (
            indicator
            and indicator.row["fiscal_year"] == year
            and books.in_scope(indicator.name) == in_scope
            and (indicator.row["origin"] == "carry_over") == carried
        ):
            found.append(payment)
    return found


def account_spending(books: Books, year: str) -> list[Line]:
    """What calibre next counts of the accounts: poverty expenditures where bookkeeping is on."""
    lines: list[Line] = []
    for entry in books.entries:
        account = books.network.nodes.get(named(entry.row["account_id"], ("special_accounts",), books.ids))
        if entry.row["direction"] != "expenditure" or account is None or not account.kept:
            continue
        poor = entry.row["poverty"] == "true" or (not entry.row["poverty"] and poverty_fen(books.pool(entry.name)) > 0)
        if poor and entry.row["date"][:4] == year:
            lines += lines_of(entry, "date", division=account.division, entry=True)
    return lines


def spending(books: Books, year: str, calibre: str) -> list[Line]:
    lines: list[Line] = []
    for payment in counted(books, year):
        if calibre == "2017" or not is_lump(payment):
            lines += lines_of(payment, "pay_date", division=payment.row["division_code"], lump=is_lump(payment))
    return lines + (account_spending(books, year) if calibre == "next" else [])


def relocation_own(books: Books, record: Record) -> int:
    """Of an own booking, relocation money by its chain, where the division raised such money itself that year."""
    raised = any(
        name.startswith("allocation:")
        and source.row["source"] == "relocation_financing"
        and source.row["division_code"] == record.row["division_code"]
        and source.row["fiscal_year"] == record.row["fiscal_year"]
        for name, source in books.sources.items()
    )
    return by_tier(by_class(books, record))["relocation"] if raised else 0


def system_figures(books: Books, year: str, calibre: str) -> dict[str, Figures]:
    figures: dict[str, Figures] = defaultdict(Figures)
    for record in first_bookings(books, year, "superior"):
        if books.in_scope(record.name):
            for tier, amount in by_tier(by_class(books, record)).items():
                figures[record.row["division_code"]].received[tier] += amount
    for record in first_bookings(books, year, "own"):
        if books.in_scope(record.name) and books.level(record.row["division_code"]) != "province":
            figures[record.row["division_code"]].own += record.amount
    for code in books.divisions:
        if books.level(code) == "province":
            figures[code].own += sum(province_own(books, year, tier) for tier in TIERS)
    for transfer in books.transfers:
        source = books.source(transfer)
        if (
            source
            and transfer.row["kind"] == "issue"
            and books.in_scope(transfer.name)
            and books.year(transfer) == year
            and source.row["division_code"] != transfer.row["to_division_code"]
        ):
            figures[source.row["division_code"]].passed_down += transfer.amount
    for line in spending(books, year, calibre):
        figures[line.division].expenditure += line.amount
    return figures


def province_own(books: Books, year: str, tier: str) -> int:
    """The province's own allocations of the year: in scope, and relocation financing."""
    total = 0
    for name, record in books.sources.items():
        here = name.startswith("allocation:") and books.level(record.row["division_code"]) == "province"
        relocation = here and record.row["source"] == "relocation_financing"
        if here and record.row["fiscal_year"] == year and (relocation or books.in_scope(name)):
            total += record.amount if tier == ("relocation" if relocation else "province") else 0
    return total


def whole(books: Books, year: str) -> Tiers:
    found: Tiers = dict.fromkeys(TIERS, 0)
    for name, record in books.sources.items():
        if not name.startswith("allocation:") or record.row["fiscal_year"] != year:
            continue
        if record.row["source"] == "relocation_financing":
            found["relocation"] += record.amount
        elif books.in_scope(name) and books.level(record.row["division_code"]) == "province":
            found["province"] += record.amount
    for record in first_bookings(books, year, "own"):
        level = books.level(record.row["division_code"])
        if books.in_scope(record.name) and level in ("city", "county"):
            found[level] += record.amount - relocation_own(books, record)
    return found


def expenditure_tier(books: Books, division: str) -> str:
    if books.level(division) == "province":
        return "province"
    parent = books.parent(division)
    return "city" if parent in books.divisions and books.level(parent) == "province" else "county"


def ratio(amount: int, of: int) -> str | None:
    """Four decimals, half away from zero; none of nothing."""
    if not of:
        return None
    sign = "-" if (amount < 0) != (of < 0) and amount else ""
    tenths = (abs(amount) * 100_000 // abs(of) + 5) // 10
    text = f"{tenths // 10_000}.{tenths % 10_000:04d}"
    return sign + text if tenths else text


def overview(books: Books, year: str, calibre: str) -> dict[str, Any]:
    year = year or books.as_of[:4]
    figures = system_figures(books, year, calibre)
    scale = whole(books, year)
    transit = sum(
        transfer.amount
        for transfer in books.transfers
        if books.unreceived(transfer) and books.in_scope(transfer.name) and books.year(transfer) == year
    )
    spent: Tiers = dict.fromkeys(("province", "city", "county"), 0)
    for code, one in figures.items():
        spent[expenditure_tier(books, code)] += one.expenditure
    lumps = sum(line.amount for line in spending(books, year, "2017") if line.lump)
    carried = sum(record.amount for record in first_bookings(books, year, "carry_over") if books.in_scope(record.name))
    carried_spent = sum(
        line.amount
        for payment in counted(books, year, carried=True)
        for line in lines_of(payment, "pay_date", division="")
    )
    divisions = []
    for code in {*books.divisions, *figures}:
        one = figures[code]
        divisions.append(
            {
                "division_code": code,
                "received": {tier: yuan(one.received[tier]) for tier in (*TIERS, "unknown")},
                "own": yuan(one.own),
                "passed_down": yuan(one.passed_down),
                "scale": yuan(one.scale),
                "expenditure": yuan(one.expenditure),
                "progress": ratio(one.expenditure, one.scale),
            }
        )
    total, all_spent = sum(scale.values()), sum(spent.values())
    placed = sum(one.scale for one in figures.values())
    return {
        "calibre": calibre,
        "as_of": books.as_of,
        "year": year,
        "scale": {**{tier: yuan(amount) for tier, amount in scale.items()}, "total": yuan(total)},
        "in_transit": yuan(transit),
        "unplaced": yuan(total - placed - transit),
        "carried_over": {"amount": yuan(carried), "expenditure": yuan(carried_spent)},
        "expenditure": {**{tier: yuan(amount) for tier, amount in spent.items()}, "total": yuan(all_spent)},
        "special_account_difference": yuan(lumps - sum(line.amount for line in account_spending(books, year))),
        "progress": ratio(all_spent, total),
        "divisions": divisions,
    }
