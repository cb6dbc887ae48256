"""Reconciliation with the daily reports, cause by cause, read word for word from the design."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.oracle.accusations import bundles, carried_as_current, label_excess, label_missing, re_entered_pairs, unspent
from tests.oracle.answers import yuan
from tests.oracle.attribution import Lot
from tests.oracle.measures import (
    account_spending,
    by_class,
    by_tier,
    counted,
    first_bookings,
    is_lump,
    lines_of,
    province_own,
    system_figures,
)
from tests.oracle.network import fen
from tests.oracle.records import Books, Record, Tiers, poverty_fen

Caused = dict[str, dict[str, Tiers]]
"""Cause to record to tier to fen."""
Asked = tuple[str, str, str]
"""Division, fiscal year, cut-off date of the report."""


def reconcile(books: Books, calibre: str) -> list[dict[str, Any]]:
    year = books.as_of[:4]
    figures = system_figures(books, year, calibre)
    accused = _accused(books)
    answers = []
    for row in _latest_rows(books):
        division, cut_off = row["division_code"], row["cut_off_date"] or books.as_of
        if row["measure"] == "scale":
            caused = _scale_causes(books, (division, year, cut_off), accused)
            one = figures[division]
            own_here = one.own if row["tier"] == books.level(division) else 0
            if books.level(division) == "province":
                own_here = province_own(books, year, row["tier"])
            system = one.booked if row["tier"] == "all" else one.received[row["tier"]] + own_here
        else:
            caused = _spending_causes(books, (division, year, cut_off), calibre)
            system = figures[division].expenditure
        causes = []
        for cause, records in caused.items():
            at = {
                name: sum(tiers.values()) if row["tier"] == "all" else tiers.get(row["tier"], 0)
                for name, tiers in records.items()
            }
            kept = {name: amount for name, amount in at.items() if amount}
            if sum(kept.values()):
                causes.append({"cause": cause, "amount": yuan(sum(kept.values())), "records": sorted(kept)})
        difference = system - fen(row["amount"])
        unexplained = difference - sum(fen(cause["amount"]) for cause in causes)
        outside = (
            min(max(0, -unexplained), _unspent_positive(books, division)) if row["measure"] == "expenditure" else 0
        )
        answers.append(
            {
                "division_code": division,
                "measure": row["measure"],
                "tier": row["tier"],
                "system": yuan(system),
                "report": yuan(fen(row["amount"])),
                "difference": yuan(difference),
                "causes": causes,
                "unexplained": yuan(unexplained),
                "outside_treasury_at_most": yuan(outside),
            }
        )
    return answers


def _latest_rows(books: Books) -> list[dict[str, str]]:
    rows = [row for row in books.rows("daily_reports") if row["report_date"] <= books.as_of]
    latest = {
        row["division_code"]: max(
            other["report_date"] for other in rows if other["division_code"] == row["division_code"]
        )
        for row in rows
    }
    return [
        row
        for row in rows
        if row["report_date"] == latest[row["division_code"]] and row["report_date"][:4] == books.as_of[:4]
    ]


def _unspent_positive(books: Books, division: str) -> int:
    return sum(
        max(0, unspent(books, record))
        for name, record in books.indicators.items()
        if record.row["division_code"] == division and record.row["agency_code"] and books.in_scope(name)
    )


def _at_tiers(books: Books, record: Record, lot: Lot) -> Tiers:
    """Own records count at the division's tier, received ones at the tiers of what was received."""
    if record.row["origin"] == "own":
        return {books.level(record.row["division_code"]): sum(lot.values())}
    return by_tier(lot)


def _accused(books: Books) -> dict[str, set[str]]:
    """The indicators that rules accuse, by cause, in the order in which a record is given to the first that fits."""
    return {
        "re-entered": set(re_entered_pairs(books)),
        "bundled": set(bundles(books)),
        "carry-over": {record.name for record in carried_as_current(books)},
        "excess-label": {record.name for record in label_excess(books)},
        "missing-label": {record.name for record in label_missing(books)},
    }


def _scale_causes(books: Books, asked: Asked, accused: dict[str, set[str]]) -> Caused:
    caused: Caused = {
        cause: defaultdict(dict)
        for cause in (
            "time-lag",
            "unreceived",
            "re-entered",
            "bundled",
            "carry-over",
            "excess-label",
            "missing-label",
            "co-mingled",
        )
    }
    division, year, cut_off = asked
    missing = accused["missing-label"]
    for transfer in books.transfers:
        if (
            books.unreceived(transfer)
            and books.in_scope(transfer.name)
            and transfer.row["to_division_code"] == division
            and books.year(transfer) == year
            and transfer.row["issue_date"] <= cut_off
        ):
            tiers = by_tier(books.pool(transfer.name))
            caused["unreceived"][transfer.name] = {tier: -amount for tier, amount in tiers.items()}
    for record in (*first_bookings(books, year, "own"), *first_bookings(books, year, "superior")):
        if record.row["division_code"] != division or (
            books.level(division) == "province" and record.row["origin"] == "own"
        ):
            continue
        lot, late = by_class(books, record), record.row["date"] > cut_off
        if books.in_scope(record.name):
            fitting = [cause for cause, names in accused.items() if record.name in names and cause != "missing-label"]
            under = "time-lag" if late else (fitting or [""])[0]
            if under:
                caused[under][record.name] = _at_tiers(books, record, lot)
            else:
                caused["co-mingled"][record.name] = _at_tiers(books, record, _non_poverty(lot, record, books))
        elif not late and record.name in missing:
            caused["missing-label"][record.name] = _negative(_at_tiers(books, record, lot))
        elif not late:
            poor = {
                key: amount for key, amount in lot.items() if (key[0] == 0 and poverty_fen({key: 1})) or key == (1, 0)
            }
            caused["co-mingled"][record.name] = _negative(_at_tiers(books, record, poor))
    return caused


def _non_poverty(lot: Lot, record: Record, books: Books) -> Lot:
    """All that is not poverty class; what is missing at an in-scope record itself is poverty money."""
    return {key: amount for key, amount in lot.items() if key[0] < 2 and not poverty_fen({key: 1})}


def _negative(tiers: Tiers) -> Tiers:
    return {tier: -amount for tier, amount in tiers.items()}


def _spending_causes(books: Books, asked: Asked, calibre: str) -> Caused:
    division, year, cut_off = asked
    caused: Caused = {cause: defaultdict(dict) for cause in ("time-lag", "special-account", "co-mingled")}

    def note(cause: str, name: str, amount: int) -> None:
        caused[cause][name] = {"all": caused[cause][name].get("all", 0) + amount}

    for payment in counted(books, year):
        if payment.row["division_code"] != division or (is_lump(payment) and calibre == "next"):
            continue
        for line in lines_of(payment, "pay_date", division=division):
            if line.date > cut_off:
                note("time-lag", line.record, line.amount)
            elif is_lump(payment):
                note("special-account", line.record, line.amount)
            elif not line.reversal:
                note("co-mingled", line.record, payment.amount - poverty_fen(books.pool(payment.name)))
    for payment in counted(books, year, in_scope=False):
        if payment.row["division_code"] == division and payment.row["pay_date"] <= cut_off:
            note("co-mingled", payment.name, -poverty_fen(books.pool(payment.name)))
    for line in account_spending(books, year):
        if line.division == division and line.date > cut_off and calibre == "next":
            note("time-lag", line.record, line.amount)
        elif line.division == division and line.date <= cut_off and calibre == "2017":
            note("special-account", line.record, -line.amount)
    return caused
