"""Reconciliation: the examples' differences, the identity to the fen, each cause by a ledger written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import lineage
import loaders
from lineage.errors import Misuse, NotFound
from lineage.ledger import Ledger
from queries import Reconciliation, Said, explain_difference, reconcile
from queries.reconcile_sheets import Style, write_each, write_workbook
from queries.reconcile_since import bridge
from tests.bookings import ledger_of

COUNTY, DIRECT = "410122000", "410181000"
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def faults(example_ledger: Callable[[str], Path]) -> Ledger:
    """The ledger of the example `faults`."""
    return lineage.open(example_ledger("faults"))


@pytest.fixture(scope="module")
def found(faults: Ledger) -> Reconciliation:
    """Its reconciliation."""
    return reconcile(faults)


@pytest.mark.parametrize("name", ["sound", "faults"])
def test_the_reconciliation_of_an_example_is_as_expected(
    name: str, examples: Path, example_ledger: Callable[[str], Path]
) -> None:
    answer = reconcile(lineage.open(example_ledger(name))).to_json()
    expected = json.loads((examples / name / "expected" / "reconcile.json").read_text(encoding="utf-8"))
    assert answer["date"] == expected["date"]
    assert comparable(answer["divisions"]) == comparable(expected["divisions"])


def comparable(differences: list[dict[str, Any]]) -> dict[tuple[str, ...], Any]:
    """The compared fields of each difference, without the order of lists."""
    fields = ("system", "report", "difference", "unexplained", "outside_treasury_at_most")
    return {
        (one["division_code"], one["measure"], one["tier"]): (
            [one[field] for field in fields],
            {cause["cause"]: (cause["amount"], sorted(cause["records"])) for cause in one["causes"]},
        )
        for one in differences
    }


@pytest.mark.parametrize("calibre", ["2017", "next"])
@pytest.mark.parametrize("day", [date(2017, 9, 30), date(2017, 8, 2)])
def test_difference_is_causes_and_unexplained_to_the_fen(faults: Ledger, calibre: str, day: date) -> None:
    for one in reconcile(faults, day, calibre=calibre).differences:
        assert one.system_fen - one.report_fen == sum(cause.amount_fen for cause in one.causes) + one.unexplained_fen
        records = [record.record for cause in one.causes for record in cause.records]
        assert len(records) == len(set(records)), "a record counts under one cause"


def test_a_division_may_be_asked_alone(faults: Ledger, found: Reconciliation) -> None:
    alone = reconcile(faults, division="410302000")
    assert alone.differences == tuple(one for one in found.differences if one.division_code == "410302000")
    with pytest.raises(NotFound, match="no division 999"):
        reconcile(faults, division="999")


def report(amount: int, measure: str = "scale", **more: Any) -> dict[str, Any]:
    """A county's report of one measure."""
    return {"division_code": COUNTY, "measure": measure, "amount": amount} | more


def received(amount: int, **indicator: Any) -> Tables:
    """Province money received by a county."""
    return {
        "allocations": [{"allocation_id": "A1", "amount": amount}],
        "transfers": [
            {
                "transfer_id": "T1",
                "source_id": "allocation:A1",
                "target_id": "I1",
                "to_division_code": COUNTY,
                "amount": amount,
            }
        ],
        "indicators": [{"indicator_id": "I1", "division_code": COUNTY, "amount": amount} | indicator],
    }


def causes(folder: Path, tables: Tables, measure: str = "scale", **asked: Any) -> dict[str, Any]:
    """Cause amounts in yuan, and what is unexplained, of the county's report of a measure (tier all)."""
    ledger = ledger_of(folder, tables)
    [one] = [
        one
        for one in reconcile(ledger, date(2017, 7, 1), **asked).differences
        if (one.measure, one.tier) == (measure, "all")
    ]
    said = {cause.name: cause.amount_fen // 100 for cause in one.causes}
    return said | ({"unexplained": one.unexplained_fen // 100} if one.unexplained_fen else {})


def test_what_was_booked_after_the_cut_off_is_time_lag(tmp_path: Path) -> None:
    tables = received(500, date=date(2017, 6, 20))
    tables["daily_reports"] = [report(0, cut_off_date=date(2017, 6, 10))]
    assert causes(tmp_path, tables) == {"time-lag": 500}


def test_without_a_cut_off_of_its_own_a_report_is_of_the_day_asked(tmp_path: Path) -> None:
    tables = received(500, date=date(2017, 6, 20))
    tables["transfers"][0]["issue_date"] = date(2017, 6, 18)
    tables["daily_reports"] = [report(0, report_date=date(2017, 6, 10))]
    assert causes(tmp_path, tables) == {"unexplained": 500}


def test_an_unreceived_transfer_counts_if_it_was_issued_by_the_cut_off(tmp_path: Path) -> None:
    tables = received(500)
    tables["indicators"] = []
    tables["transfers"] = [
        {"transfer_id": "T1", "source_id": "allocation:A1", "to_division_code": COUNTY, "amount": 300},
        {
            "transfer_id": "T2",
            "source_id": "allocation:A1",
            "to_division_code": COUNTY,
            "amount": 200,
            "issue_date": date(2017, 6, 20),
        },
    ]
    tables["daily_reports"] = [report(300, cut_off_date=date(2017, 6, 10))]
    assert causes(tmp_path, tables) == {"unreceived": -300}


def test_an_unreceived_transfer_counts_with_money_whose_source_nobody_knows(tmp_path: Path) -> None:
    tables: Tables = {
        "indicators": [{"indicator_id": "I9", "division_code": "410100000", "amount": 100, "poverty": False}],
        "transfers": [
            {"transfer_id": "T9", "source_id": "indicator:I9", "to_division_code": COUNTY, "amount": 100,
             "poverty": True}
        ],
        "daily_reports": [report(100)],
    }
    assert causes(tmp_path, tables) == {"unreceived": -100}


def test_typed_in_again_and_unreceived_stand_side_by_side(tmp_path: Path) -> None:
    tables = received(500, origin="own", entry="manual", function_code="2130505")
    tables["allocations"][0]["function_code"] = "2130505"
    tables["transfers"][0]["target_id"] = None
    tables["daily_reports"] = [report(500), report(500, tier="province"), report(0, tier="county")]
    assert causes(tmp_path, tables) == {"re-entered": 500, "unreceived": -500}


def test_a_label_left_off_is_a_cause_unless_the_booking_is_later_than_the_report(tmp_path: Path) -> None:
    tables = received(500, poverty=False)
    tables["daily_reports"] = [report(500)]
    assert causes(tmp_path / "by", tables) == {"missing-label": -500}
    tables["indicators"][0]["date"] = date(2017, 6, 20)
    tables["daily_reports"] = [report(0, cut_off_date=date(2017, 6, 10))]
    assert causes(tmp_path / "after", tables) == {}


def test_other_money_merged_into_a_poverty_booking_is_co_mingled(tmp_path: Path) -> None:
    tables = received(300)
    tables["allocations"].append({"allocation_id": "A2", "amount": 200, "poverty": False})
    tables["transfers"].append(
        {
            "transfer_id": "T2",
            "source_id": "allocation:A2",
            "target_id": "I1",
            "to_division_code": COUNTY,
            "amount": 200,
        }
    )
    tables["indicators"][0]["amount"] = 500
    tables["payments"] = [{"payment_id": "P1", "indicator_id": "I1", "division_code": COUNTY, "amount": 250}]
    tables["daily_reports"] = [report(300), report(150, "expenditure")]
    assert causes(tmp_path / "scale", tables) == {"co-mingled": 200}
    assert causes(tmp_path / "spent", tables, "expenditure") == {"co-mingled": 100}


def test_a_lump_sum_counts_less_what_the_account_spent(tmp_path: Path) -> None:
    tables = received(1000)
    tables["special_accounts"] = [{"account_id": "S1", "division_code": COUNTY}]
    tables["payments"] = [
        {
            "payment_id": "P1",
            "indicator_id": "I1",
            "division_code": COUNTY,
            "amount": 1000,
            "account_id": "S1",
            "payee_kind": "special_account",
        }
    ]
    tables["account_entries"] = [{"entry_id": "E1", "account_id": "S1", "amount": 400}]
    tables["daily_reports"] = [report(400, "expenditure")]
    assert causes(tmp_path / "2017", tables, "expenditure") == {"special-account": 600}
    assert causes(tmp_path / "next", tables, "expenditure", calibre="next") == {}


def test_what_an_account_spent_after_the_cut_off_is_no_part_of_the_lump_sum(tmp_path: Path) -> None:
    tables = received(1000)
    tables["special_accounts"] = [{"account_id": "S1", "division_code": COUNTY}]
    tables["payments"] = [
        {"payment_id": "P1", "indicator_id": "I1", "division_code": COUNTY, "amount": 1000, "account_id": "S1",
         "payee_kind": "special_account"}
    ]
    tables["account_entries"] = [
        {"entry_id": "E1", "account_id": "S1", "amount": 400},
        {"entry_id": "E2", "account_id": "S1", "amount": 100, "date": date(2017, 6, 20)},
    ]
    tables["daily_reports"] = [report(400, "expenditure", cut_off_date=date(2017, 6, 10))]
    assert causes(tmp_path / "2017", tables, "expenditure") == {"special-account": 600}
    assert causes(tmp_path / "next", tables, "expenditure", calibre="next") == {"time-lag": 100}


def test_payments_from_last_years_money_are_no_cause(tmp_path: Path) -> None:
    late = {"indicator_id": "I1", "division_code": COUNTY, "amount": 70, "pay_date": date(2017, 6, 20)}
    tables: Tables = {
        "indicators": [{"indicator_id": "I1", "division_code": COUNTY, "amount": 100, "origin": "carry_over"}],
        "payments": [{"payment_id": "P1", **late}],
        "daily_reports": [report(0, "expenditure", cut_off_date=date(2017, 6, 10))],
    }
    assert causes(tmp_path, tables, "expenditure") == {}


def test_poverty_money_merged_into_another_booking_is_missing_from_it(tmp_path: Path) -> None:
    tables = merged(
        received(300, poverty=False, function_code="2050204"), A2=("province", "410000000", 200),
        A3=("city", "410100000", 50), A4=("relocation_financing", "410000000", 30), A5=("county", COUNTY, 20),
    )  # fmt: skip
    tables["indicators"][0]["amount"] += 7
    tables["daily_reports"] = [report(300)]
    assert causes(tmp_path, tables) == {"co-mingled": -300}


def test_a_late_booking_is_time_lag_with_what_did_not_come_in(tmp_path: Path) -> None:
    tables = received(300, date=date(2017, 6, 20))
    tables["indicators"][0]["amount"] = 500
    tables["transfers"][0]["issue_date"] = date(2017, 6, 18)
    tables["daily_reports"] = [report(0, cut_off_date=date(2017, 6, 10))]
    assert causes(tmp_path, tables) == {"time-lag": 500}


def merged(tables: Tables, **other: tuple[str, str, int]) -> Tables:
    """The booking I1 with other money merged into it: by allocation its source, division, amount."""
    for name, (source, division, amount) in other.items():
        tables["allocations"].append(
            {"allocation_id": name, "source": source, "division_code": division, "amount": amount, "poverty": False}
        )
        tables["transfers"].append(
            {"transfer_id": f"T-{name}", "source_id": f"allocation:{name}", "target_id": "I1",
             "to_division_code": COUNTY, "amount": amount}
        )
        tables["indicators"][0]["amount"] += amount
    return tables


def test_other_money_counts_at_the_tier_it_comes_from(tmp_path: Path) -> None:
    tables = merged(
        received(300), A2=("county", COUNTY, 200), A3=("city", "410100000", 50),
        A4=("relocation_financing", "410000000", 30),
    )  # fmt: skip
    tables["indicators"][0]["amount"] += 7
    tables["daily_reports"] = [report(307)] + [report(0, tier=tier) for tier in ("county", "city", "relocation")]
    tables["daily_reports"].append(report(300, tier="province"))
    found = reconcile(ledger_of(tmp_path, tables), date(2017, 7, 1)).differences
    said = {one.tier: ({cause.name: cause.amount_fen for cause in one.causes}, one.unexplained_fen) for one in found}
    assert said == {
        "all": ({"co-mingled": 280_00}, 0),
        "county": ({"co-mingled": 200_00}, 0),
        "city": ({"co-mingled": 50_00}, 0),
        "relocation": ({"co-mingled": 30_00}, 0),
        "province": ({}, 0),
    }


def test_a_missing_label_is_a_cause_with_the_whole_booking(tmp_path: Path) -> None:
    tables = received(300, poverty=False)
    tables["indicators"][0]["amount"] = 500
    tables["daily_reports"] = [report(500)]
    assert causes(tmp_path, tables) == {"missing-label": -500}


def test_the_province_reports_what_it_allocated_not_what_it_booked_for_itself(tmp_path: Path) -> None:
    tables = received(500)
    tables["indicators"].append(
        {"indicator_id": "I9", "division_code": "410000000", "amount": 70, "origin": "own", "date": date(2017, 6, 20)}
    )
    tables["daily_reports"] = [report(500, division_code="410000000", cut_off_date=date(2017, 6, 10))]
    assert causes(tmp_path, tables) == {}


def test_a_report_without_a_cut_off_was_gathered_some_days_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queries.reconcile_causes.lag_days", lambda: 5)
    tables = received(500, date=date(2017, 6, 28))
    tables["transfers"][0]["issue_date"] = date(2017, 6, 18)
    tables["daily_reports"] = [report(0)]
    assert causes(tmp_path, tables) == {"time-lag": 500}


def test_payments_after_the_cut_off_are_time_lag_whatever_they_are(tmp_path: Path) -> None:
    tables = received(1000)
    tables["payments"] = [
        {
            "payment_id": "P1",
            "indicator_id": "I1",
            "division_code": COUNTY,
            "amount": 700,
            "payee_kind": "special_account",
            "pay_date": date(2017, 6, 20),
        }
    ]
    tables["daily_reports"] = [report(0, "expenditure", cut_off_date=date(2017, 6, 10))]
    assert causes(tmp_path, tables, "expenditure") == {"time-lag": 700}


def test_money_paid_outside_the_treasury_is_a_bound_and_no_cause(tmp_path: Path) -> None:
    tables = received(1000, agency_code="410122000001")
    tables["indicators"] += [
        {"indicator_id": "I8", "division_code": COUNTY, "amount": 300, "origin": "own"},
        {"indicator_id": "I9", "division_code": COUNTY, "amount": 400, "poverty": False, "agency_code": "410122000001"},
    ]
    tables["payments"] = [{"payment_id": "P1", "indicator_id": "I1", "division_code": COUNTY, "amount": 100}]
    tables["daily_reports"] = [report(1500, "expenditure"), report(1300)]
    ledger = ledger_of(tmp_path, tables)
    spent, scale = reconcile(ledger, date(2017, 7, 1)).differences
    assert (spent.unexplained_fen, spent.outside_treasury_at_most_fen) == (-1400_00, 900_00)
    assert (scale.unexplained_fen, scale.outside_treasury_at_most_fen, scale.rounding_at_most_fen) == (0, 0, 0)


def test_a_report_of_last_year_is_none_of_this_year(tmp_path: Path) -> None:
    tables = received(1000)
    tables["daily_reports"] = [report(1000, report_date=date(2016, 12, 31))]
    assert reconcile(ledger_of(tmp_path, tables), date(2017, 7, 1)).differences == ()


def test_a_reports_resolution_is_its_unit_and_decimals(tmp_path: Path) -> None:
    """In 万元 with two decimals a report says nothing of less than 100 yuan; to the fen it is exact."""
    for name, heading, amounts, rounding in (
        ("coarse", "金额（万元）", ("1.23", "4"), 100_00),
        ("yuan", "金额", ("12300", "40000"), 1_00),
        ("exact", "金额（元）", ("12300.00", "40000"), 0),
    ):
        bundle = tmp_path / name
        bundle.mkdir()
        rows = [f"{code},2017-06-30,scale,all,{amount}" for code, amount in zip((COUNTY, DIRECT), amounts, strict=True)]
        (bundle / "daily_reports.csv").write_text(
            "\n".join([f"division_code,report_date,measure,tier,{heading}", *rows]) + "\n", encoding="utf-8"
        )
        loaders.load(tmp_path / f"{name}-ledger", [bundle])
        ledger = lineage.open(tmp_path / f"{name}-ledger")
        found = reconcile(ledger, date(2017, 7, 1)).differences
        assert [one.rounding_at_most_fen for one in found] == [rounding, rounding]


def test_what_is_missing_at_a_booking_out_of_scope_is_not_poverty_money(tmp_path: Path) -> None:
    """A superior indicator out of scope without any source: its missing money is other money and explains nothing."""
    tables = received(1000)
    tables["indicators"].append(
        {"indicator_id": "I9", "division_code": COUNTY, "amount": 600, "poverty": False, "function_code": "2050204"}
    )
    tables["daily_reports"] = [report(1000)]
    [one] = reconcile(ledger_of(tmp_path, tables), date(2017, 7, 1)).differences
    assert (one.unexplained_fen, one.causes) == (0, ())


def test_a_report_of_an_unknown_division_is_named(tmp_path: Path) -> None:
    tables = received(10)
    tables["daily_reports"] = [report(10) | {"division_code": "419999000"}]
    answer = reconcile(ledger_of(tmp_path, tables), date(2017, 7, 1))
    assert answer.unknown_divisions == ("419999000",)
    assert answer.differences[0].unexplained_fen == -10_00


def test_the_bridge_between_two_days_adds_up(faults: Ledger) -> None:
    later = reconcile(faults, since=date(2017, 5, 1))
    assert later.earlier is not None
    for change in bridge(later.earlier, later):
        moved = sum(cause.amount_fen for cause in change.causes) + change.unexplained_fen
        assert (change.later_fen or 0) - (change.earlier_fen or 0) == moved
    for day in (date(2018, 1, 1), later.date):
        with pytest.raises(Misuse, match="not before"):
            reconcile(faults, since=day)


def test_a_ledger_without_a_day_has_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="no dated record"):
        reconcile(ledger_of(tmp_path, {"divisions": [{"division_code": COUNTY, "name": "中牟县", "level": "county"}]}))


def test_the_bridge_names_what_moved(tmp_path: Path) -> None:
    tables = received(500, date=date(2017, 6, 20))
    tables["transfers"][0]["issue_date"] = date(2017, 6, 18)
    tables["daily_reports"] = [
        report(0, report_date=date(2017, 6, 10)),
        report(0, cut_off_date=date(2017, 6, 10), report_date=date(2017, 6, 25)),
    ]
    later = reconcile(ledger_of(tmp_path, tables), date(2017, 7, 1), since=date(2017, 6, 15))
    [change] = later.to_json()["changes"]
    assert (change["earlier"], change["later"]) == ("0.00", "500.00")
    assert change["causes"] == [{"cause": "time-lag", "amount": "500.00", "records": {"indicator:I1": "500.00"}}]


def test_the_bridge_from_a_day_without_a_report_begins_with_none(tmp_path: Path) -> None:
    tables = received(500)
    tables["daily_reports"] = [
        report(400, report_date=date(2017, 6, 10)),
        report(350, report_date=date(2017, 6, 25)),
        report(80, "expenditure", report_date=date(2017, 6, 25)),
    ]
    later = reconcile(ledger_of(tmp_path, tables), date(2017, 7, 1), since=date(2017, 6, 15))
    spent, scale = later.to_json()["changes"]
    assert (scale["earlier"], scale["later"], scale["unexplained"]) == ("100.00", "150.00", "50.00")
    assert (spent["earlier"], spent["later"], spent["unexplained"]) == (None, "-80.00", "-80.00")


def test_the_bridge_names_what_went(tmp_path: Path) -> None:
    tables = received(500, date=date(2017, 6, 20))
    tables["daily_reports"] = [report(500, report_date=date(2017, 6, 10)), report(500, report_date=date(2017, 6, 25))]
    later = reconcile(ledger_of(tmp_path, tables), date(2017, 7, 1), since=date(2017, 6, 15))
    [change] = later.to_json()["changes"]
    assert (change["earlier"], change["later"], change["unexplained"]) == ("-500.00", "0.00", "0.00")
    assert change["causes"] == [{"cause": "unreceived", "amount": "500.00", "records": {"transfer:T1": "500.00"}}]


def test_an_explanation_stands_beside_what_is_unexplained(tmp_path: Path) -> None:
    tables = received(500)
    tables["daily_reports"] = [report(400)]
    ledger = ledger_of(tmp_path, tables)
    said = Said(f"{COUNTY}:scale", "日报漏报一笔", 100_00)
    explain_difference(ledger, said, "王某", datetime(2017, 7, 2, 9, 0))
    [one] = reconcile(lineage.open(ledger.path), date(2017, 7, 1)).differences
    assert one.unexplained_fen == 100_00
    assert one.to_json()["explanations"] == [
        {"amount": "100.00", "why": "日报漏报一笔", "by": "王某", "at": "2017-07-02T09:00:00"}
    ]
    with pytest.raises(Misuse, match="expected DIVISION:scale"):
        explain_difference(ledger, Said(f"{COUNTY}:size", "x"), "王某", datetime(2017, 7, 2))
    with pytest.raises(Misuse, match="without a reason"):
        explain_difference(ledger, Said(f"{COUNTY}:scale", " "), "王某", datetime(2017, 7, 2))


def test_the_workbook_says_what_to_do_and_whose_task(faults: Ledger, found: Reconciliation, tmp_path: Path) -> None:
    write_workbook(faults, found, tmp_path / "all.xlsx", Style("en", "元"))
    book = openpyxl.load_workbook(tmp_path / "all.xlsx", read_only=True)
    rows = list(book["causes"].iter_rows(values_only=True))
    assert rows[0][4:] == ("cause", "amount (元)", "what to do", "whose task")
    assert {row[7] for row in rows[1:]} >= {"budget office", "special account office"}
    book.close()


def test_a_cause_that_comes_to_nothing_in_sum_is_in_no_workbook(tmp_path: Path) -> None:
    late = {"indicator_id": "I1", "division_code": COUNTY}
    tables = received(1000)
    tables["payments"] = [
        {"payment_id": "P1", "amount": 70, "pay_date": date(2017, 6, 20), **late},
        {"payment_id": "P2", "amount": -70, "pay_date": date(2017, 6, 21), "reverses": "P1", **late},
    ]
    tables["daily_reports"] = [report(0, "expenditure", cut_off_date=date(2017, 6, 10))]
    ledger = ledger_of(tmp_path, tables)
    found = reconcile(ledger, date(2017, 7, 1))
    assert [(cause.name, cause.amount_fen) for cause in found.differences[0].causes] == [("time-lag", 0)]
    write_workbook(ledger, found, tmp_path / "nothing.xlsx", Style("en", "元"))
    book = openpyxl.load_workbook(tmp_path / "nothing.xlsx", read_only=True)
    assert len(list(book["causes"].iter_rows(values_only=True))) == 1, "the heading alone"
    book.close()


def test_one_workbook_a_division_in_ten_thousands(faults: Ledger, found: Reconciliation, tmp_path: Path) -> None:
    written = write_each(faults, reconcile(faults, division="410302000"), tmp_path / "far" / "out", Style())
    assert [path.name for path in written] == ["410302000.xlsx"]
    book = openpyxl.load_workbook(written[0], read_only=True)
    rows = list(book["记录"].iter_rows(values_only=True))
    book.close()
    assert rows[0][6] == "金额（万元）"
    mine = [one for one in found.differences if one.division_code == "410302000"]
    fen = sorted(record.amount_fen for one in mine for cause in one.causes for record in cause.records)
    assert sorted(round(row[6] * 10**6) for row in rows[1:]) == fen
