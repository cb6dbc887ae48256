"""What a full extract is of: a row's division and fiscal year, its own or those of the record it hangs on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.errors import Misuse
from lineage.ledger import Outcome, Snapshot, Terms
from tests.staging import load_rows

HOME, AWAY = "410122000", "410225000"
DAY = date(2018, 1, 5)


def indicator(identifier: str, year: int, division: str = HOME) -> dict[str, Any]:
    return {"indicator_id": identifier, "fiscal_year": year, "division_code": division, "date": date(2017, 3, 1),
            "amount_fen": 100, "origin": "own"}  # fmt: skip


def payment(identifier: str, on: str | None, paid: date | None = DAY, status: str = "valid") -> dict[str, Any]:
    return {"payment_id": identifier, "indicator_id": on, "division_code": HOME, "amount_fen": 1, "pay_date": paid,
            "status": status, "method": "direct", "payee_kind": "village", "payee_name": "x"}  # fmt: skip


def transfer(identifier: str, source: str | None) -> dict[str, Any]:
    return {"transfer_id": identifier, "kind": "issue", "source_id": source, "to_division_code": HOME,
            "issue_date": DAY, "amount_fen": 1}  # fmt: skip


def account(identifier: str, division: str) -> dict[str, Any]:
    return {"account_id": identifier, "division_code": division, "name": "x", "accounting_enabled": True}


def entry(identifier: str, on: str) -> dict[str, Any]:
    return {"entry_id": identifier, "account_id": on, "date": DAY, "direction": "expenditure", "amount_fen": 1}


def batch(identifier: str, division: str) -> dict[str, Any]:
    return {"batch_id": identifier, "division_code": division, "pay_date": DAY, "amount_fen": 1, "person_count": 1,
            "programme": "x"}  # fmt: skip


def card(identifier: str, on: str) -> dict[str, Any]:
    return {"one_card_payment_id": identifier, "batch_id": on, "person_id": "1", "month": "2018-01", "amount_fen": 1,
            "status": "paid"}  # fmt: skip


def adjustment(identifier: str, on: str) -> dict[str, Any]:
    return {"adjustment_id": identifier, "indicator_id": on, "date": DAY, "amount_fen": 1}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger"
    allocation = {"allocation_id": "A", "fiscal_year": 2018, "division_code": HOME, "source": "county", "date": DAY,
                  "amount_fen": 1}  # fmt: skip
    load_rows(path, {
        "allocations": [allocation],
        "indicators": [indicator("I17", 2017), indicator("I18", 2018), indicator("AWAY", 2017, AWAY)],
        "payments": [payment("late", "I17"), payment("prefixed", "indicator:I17"), payment("next", "I18"),
                     payment("loose", None), payment("dangling", "GONE"), payment("pending", "I17", None, "pending")],
        "transfers": [transfer("last", "I17"), transfer("full", "indicator:I17"), transfer("now", "allocation:A"),
                      transfer("lost", None)],
        "special_accounts": [account("S", HOME), account("T", AWAY)],
        "account_entries": [entry("here", "S"), entry("there", "T"), entry("nowhere", "GONE")],
        "one_card_batches": [batch("B", HOME), batch("C", AWAY)],
        "one_card_payments": [card("here", "one_card_batch:B"), card("there", "C")],
        "indicator_adjustments": [adjustment("here", "I17"), adjustment("there", "AWAY")],
    })  # fmt: skip
    return path


def extract(ledger: Path, table: str, year: int, division: str = HOME) -> Outcome:
    return load_rows(ledger, {table: []}, terms=Terms(snapshots=(Snapshot(table, division, year),)))


def left(ledger: Path, table: str, key: str) -> set[str]:
    return {row[key] for row in lineage.open(ledger, as_of=date(2199, 1, 1)).rows(f"SELECT {key} FROM {table}")}


@pytest.mark.parametrize(
    ("table", "key", "year", "kept"),
    [
        ("payments", "payment_id", 2017, {"next", "loose", "dangling"}),
        ("payments", "payment_id", 2018, {"late", "prefixed", "pending"}),
        ("transfers", "transfer_id", 2017, {"now", "lost"}),
        ("transfers", "transfer_id", 2018, {"last", "full"}),
        ("account_entries", "entry_id", 2018, {"there", "nowhere"}),
        ("one_card_payments", "one_card_payment_id", 2018, {"there"}),
        ("indicator_adjustments", "adjustment_id", 2017, {"there"}),
        ("indicator_adjustments", "adjustment_id", 2018, {"here", "there"}),
    ],
)
def test_an_empty_extract_takes_out_what_is_of_its_division_and_fiscal_year(
    ledger: Path, table: str, key: str, year: int, kept: set[str]
) -> None:
    outcome = extract(ledger, table, year)
    assert left(ledger, table, key) == kept
    assert outcome.tables[0].removed == len(left_before(ledger, table, key)) - len(kept)


def left_before(ledger: Path, table: str, key: str) -> set[str]:
    rows = lineage.open(ledger, as_known=1, as_of=date(2199, 1, 1)).rows(f"SELECT {key} FROM {table}")
    return {row[key] for row in rows}


def test_an_extract_of_a_table_without_a_year_is_refused(ledger: Path) -> None:
    with pytest.raises(Misuse, match="special_accounts has no division and year"):
        extract(ledger, "special_accounts", 2018)


def test_an_extract_of_a_table_that_the_load_does_not_bring_takes_nothing_out_and_says_so(ledger: Path) -> None:
    terms = Terms(snapshots=(Snapshot("payments", HOME, 2017),))
    outcome = load_rows(ledger, {"account_entries": [entry("new", "S")]}, terms=terms)
    assert any("took nothing out, because the load has no such table" in warning for warning in outcome.warnings)
    assert len(left(ledger, "payments", "payment_id")) == 6


def test_a_division_that_was_empty_can_be_filled_in_and_then_not_be_moved(ledger: Path) -> None:
    def project(division: str | None) -> dict[str, list[dict[str, Any]]]:
        return {"projects": [{"project_code": "P", "name": "x", "division_code": division}]}

    outcomes = [load_rows(ledger, project(division)).tables[0] for division in (None, HOME, AWAY)]
    assert [(one.loaded, one.corrected, one.rejected) for one in outcomes] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
