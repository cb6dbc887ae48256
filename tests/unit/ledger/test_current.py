"""What questions see as of a day: later records hidden with the references to them, nets, scope, adjustments."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import lineage
from tests.staging import load_rows

PROVINCE, COUNTY = "410000000", "410122000"


def allocation(identifier: str, **more: Any) -> dict[str, Any]:
    return {
        "allocation_id": identifier,
        "fiscal_year": 2017,
        "division_code": PROVINCE,
        "source": "province",
        "date": date(2017, 1, 5),
        "amount_fen": 100,
        **more,
    }


def indicator(identifier: str, **more: Any) -> dict[str, Any]:
    return {
        "indicator_id": identifier,
        "fiscal_year": 2017,
        "division_code": COUNTY,
        "date": date(2017, 2, 5),
        "amount_fen": 100,
        "origin": "superior",
        **more,
    }


def transfer(identifier: str, **more: Any) -> dict[str, Any]:
    return {
        "transfer_id": identifier,
        "kind": "issue",
        "to_division_code": COUNTY,
        "issue_date": date(2017, 2, 1),
        "amount_fen": 100,
        **more,
    }


def payment(identifier: str, amount_fen: int, **more: Any) -> dict[str, Any]:
    return {
        "payment_id": identifier,
        "division_code": COUNTY,
        "amount_fen": amount_fen,
        "pay_date": date(2017, 3, 1),
        "status": "valid",
        "method": "direct",
        "payee_kind": "village",
        "payee_name": "x",
        **more,
    }


def one(ledger: Path, sql: str, as_of: date | None = None) -> dict[str, Any]:
    (row,) = lineage.open(ledger, as_of=as_of).rows(sql)
    return row


def test_references_are_understood_with_and_without_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    load_rows(
        path,
        {
            "allocations": [allocation("A-1"), allocation("X-1")],
            "indicators": [indicator("I-1"), indicator("X-1"), indicator("I-2", previous_id="indicator:I-1")],
            "transfers": [
                transfer("T-1", source_id="A-1", target_id="indicator:I-1"),
                transfer("T-2", source_id="X-1"),
                transfer("T-3", source_id="nowhere"),
                transfer("T-4", source_id="indicator:I-1", target_id="I-2"),
                transfer("T-5", source_id="I-2"),
            ],
        },
    )
    found = lineage.open(path).rows("SELECT transfer_id, source_id, target_id FROM transfers ORDER BY 1")
    assert [(row["source_id"], row["target_id"]) for row in found] == [
        ("allocation:A-1", "I-1"),
        ("X-1", None),
        ("nowhere", None),
        ("indicator:I-1", "I-2"),
        ("indicator:I-2", None),
    ]
    assert one(path, "SELECT previous_id FROM indicators WHERE indicator_id = 'I-2'") == {"previous_id": "I-1"}


def test_later_records_are_hidden_with_the_references_to_them(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    load_rows(
        path,
        {
            "allocations": [allocation("A-1", date=date(2017, 2, 3))],
            "indicators": [indicator("I-1", date=date(2017, 4, 1))],
            "transfers": [transfer("T-1", source_id="allocation:A-1", target_id="I-1")],
            "payments": [payment("P-1", 5, indicator_id="I-1"), payment("P-2", 5, pay_date=None, indicator_id="I-9")],
            "one_card_batches": [
                {
                    "batch_id": "B-1",
                    "division_code": COUNTY,
                    "pay_date": date(2017, 5, 1),
                    "amount_fen": 5,
                    "person_count": 1,
                    "programme": "x",
                }
            ],
            "one_card_payments": [
                {
                    "one_card_payment_id": "C-1",
                    "batch_id": "B-1",
                    "person_id": "1",
                    "month": "2017-05",
                    "amount_fen": 5,
                    "status": "paid",
                }
            ],
        },
    )
    assert one(path, "SELECT source_id, target_id FROM transfers") == {
        "source_id": "allocation:A-1",
        "target_id": "I-1",
    }
    march = date(2017, 3, 1)
    assert one(path, "SELECT count(*) AS n FROM indicators", march) == {"n": 0}
    assert one(path, "SELECT source_id, target_id FROM transfers", march) == {
        "source_id": "allocation:A-1",
        "target_id": None,
    }
    assert one(path, "SELECT source_id FROM transfers", date(2017, 2, 1)) == {"source_id": None}
    rows = lineage.open(path, as_of=march).rows("SELECT payment_id, indicator_id FROM payments ORDER BY 1")
    assert rows == [{"payment_id": "P-1", "indicator_id": None}, {"payment_id": "P-2", "indicator_id": "I-9"}]
    assert one(
        path,
        "SELECT (SELECT count(*) FROM one_card_payments) AS c, (SELECT count(*) FROM one_card_batches) AS b",
        march,
    ) == {"c": 0, "b": 0}
    assert one(path, "SELECT count(*) AS c FROM one_card_payments") == {"c": 1}


def test_reversals_net_on_the_original_and_never_below_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    load_rows(
        path,
        {
            "payments": [
                payment("P-1", 100),
                payment("R-1", -30, reverses="P-1", pay_date=date(2017, 4, 1)),
                payment("R-2", -20, reverses="payment:P-1"),
                payment("P-2", 10),
                payment("R-3", -25, reverses="P-2"),
                payment("R-4", -40, reverses="P-1", status="void"),
                payment("R-5", -40, reverses="P-1", pay_date=None),
            ]
        },
    )
    rows = lineage.open(path).rows("SELECT payment_id, net_fen, is_reversal FROM payments ORDER BY 1")
    assert {row["payment_id"]: row["net_fen"] for row in rows} == {
        "P-1": 50,
        "P-2": 0,
        "R-1": 0,
        "R-2": 0,
        "R-3": 0,
        "R-4": 0,
        "R-5": 0,
    }
    assert {row["payment_id"] for row in rows if row["is_reversal"]} == {"R-1", "R-2", "R-3", "R-4", "R-5"}
    assert one(path, "SELECT net_fen FROM payments WHERE payment_id = 'P-1'", date(2017, 3, 31)) == {"net_fen": 80}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"poverty": True}, True),
        ({"function_code": "2130505"}, True),
        ({"function_code": "2130505", "expenditure_kind": "basic"}, False),
        ({"function_code": "2130305"}, False),
        ({"poverty": True, "expenditure_kind": "basic"}, True),
        ({}, False),
    ],
)
def test_an_indicator_is_in_scope_by_its_flag_or_its_function(
    tmp_path: Path, given: dict[str, Any], expected: bool
) -> None:
    load_rows(tmp_path / "ledger", {"indicators": [indicator("I-1", **given)]})
    assert one(tmp_path / "ledger", "SELECT in_scope FROM indicators") == {"in_scope": expected}


def test_a_transfer_is_in_scope_by_its_own_flag_else_its_sources(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    load_rows(
        path,
        {
            "allocations": [allocation("A-1", poverty=True), allocation("A-2")],
            "indicators": [indicator("I-1", poverty=True)],
            "transfers": [
                transfer("T-1", source_id="A-1"),
                transfer("T-2", source_id="A-1", poverty=False),
                transfer("T-3", source_id="A-2"),
                transfer("T-4", source_id="A-2", poverty=True),
                transfer("T-5", source_id="indicator:I-1"),
                transfer("T-6", source_id="gone"),
                transfer("T-7"),
            ],
        },
    )
    found = lineage.open(path).rows("SELECT in_scope FROM transfers ORDER BY transfer_id")
    assert [row["in_scope"] for row in found] == [True, False, False, True, True, False, False]


def test_amount_and_flags_of_an_indicator_are_those_in_force_on_the_day(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    load_rows(
        path,
        {
            "indicators": [indicator("I-1", amount_fen=130), indicator("I-2")],
            "indicator_adjustments": [
                {
                    "adjustment_id": "J-1",
                    "indicator_id": "I-1",
                    "date": date(2017, 3, 1),
                    "amount_fen": 50,
                    "poverty": True,
                },
                {
                    "adjustment_id": "J-2",
                    "indicator_id": "indicator:I-1",
                    "date": date(2017, 5, 1),
                    "amount_fen": -20,
                    "poverty": False,
                    "function_code": "2130505",
                },
            ],
            "payments": [payment("P-1", 1, pay_date=date(2017, 12, 1))],
        },
    )
    asked = "SELECT amount_fen, poverty, function_code FROM indicators WHERE indicator_id = 'I-1'"
    assert one(path, asked) == {"amount_fen": 130, "poverty": False, "function_code": "2130505"}
    assert one(path, asked, date(2017, 4, 1)) == {"amount_fen": 150, "poverty": True, "function_code": None}
    assert one(path, asked, date(2017, 2, 10)) == {"amount_fen": 100, "poverty": None, "function_code": None}
    assert one(path, "SELECT amount_fen FROM indicators WHERE indicator_id = 'I-2'", date(2017, 2, 10)) == {
        "amount_fen": 100
    }


def test_a_step_is_found_by_the_whole_name_of_its_record(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    step = {"step": "review", "date": date(2017, 3, 1)}
    load_rows(
        path,
        {
            "payments": [payment("P-1", 1)],
            "allocations": [allocation("P-2")],
            "indicators": [indicator("P-2")],
            "steps": [{"record": "P-1", **step}, {"record": "P-2", **step}, {"record": "payment:P-3", **step}],
        },
    )
    found = lineage.open(path).rows("SELECT record FROM steps ORDER BY 1")
    assert [row["record"] for row in found] == ["P-2", "payment:P-1", "payment:P-3"]


def test_the_order_of_rows_and_batches_does_not_show(tmp_path: Path) -> None:
    rows = [payment(f"P-{number}", 10 * number) for number in range(1, 9)] + [payment("R", -5, reverses="P-3")]
    load_rows(tmp_path / "one", {"payments": rows})
    for row in reversed(rows):
        load_rows(tmp_path / "many", {"payments": [row]})
    asked = "SELECT payment_id, net_fen, is_reversal FROM payments ORDER BY 1"
    assert lineage.open(tmp_path / "one").rows(asked) == lineage.open(tmp_path / "many").rows(asked)
