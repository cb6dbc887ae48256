"""Overview: the examples' figures, every figure equal to the sum of its records, and the definitions one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.errors import Misuse, NotFound
from lineage.ledger import Ledger
from queries import Figure, Page, overview, overview_records, subtree
from queries.overview_figures import FIGURES, ratio
from queries.overview_lines import SOURCE_TIERS
from tests.bookings import ledger_of

PROVINCE, CITY, COUNTY, DIRECT = "410000000", "410100000", "410122000", "410181000"


@pytest.mark.parametrize("calibre", ["2017", "next"])
@pytest.mark.parametrize("name", ["sound", "faults"])
def test_the_overview_of_an_example_is_as_expected(
    name: str, calibre: str, examples: Path, example_ledger: Callable[[str], Path]
) -> None:
    found = overview(lineage.open(example_ledger(name)), calibre=calibre).to_json()
    expected = json.loads((examples / name / "expected" / f"overview_{calibre}.json").read_text(encoding="utf-8"))
    divisions = {division["division_code"]: division for division in found.pop("divisions")}
    wanted = {division["division_code"]: division for division in expected.pop("divisions")}
    assert {key: found[key] for key in expected} == expected
    assert set(divisions) == set(wanted)
    for code, division in wanted.items():
        assert {key: divisions[code][key] for key in division} == division


@pytest.mark.parametrize("calibre", ["2017", "next"])
def test_every_figure_is_the_sum_of_its_records(calibre: str, example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("faults"))
    whole = overview(ledger, calibre=calibre)
    busy = max(whole.divisions, key=lambda division: len(division.figures.sums))
    for figure in FIGURES:
        opened = overview_records(ledger, figure, calibre=calibre)
        assert opened.total_fen == sum(row.amount_fen for row in opened.records) == whole.whole.fen(figure)
        assert opened.count == len(opened.records) == len({row.record for row in opened.records})
        one = overview_records(ledger, f"{figure}:{busy.code}", calibre=calibre)
        assert sum(row.amount_fen for row in one.records) == busy.figures.fen(figure)


@pytest.mark.parametrize("by", ["tier", "division", "agency", "project", "fund", "month"])
@pytest.mark.parametrize("name", ["faults", "tangled"])
def test_every_figure_of_a_group_is_the_sum_of_its_records(
    name: str, by: str, example_ledger: Callable[[str], Path]
) -> None:
    ledger = lineage.open(example_ledger(name))
    groups = overview(ledger, by=by).groups
    assert groups
    for group in (*groups[:2], *groups[-2:]):
        for figure in group.fen:
            opened = overview_records(ledger, Figure(figure, by=by, group=group.key))
            assert opened.total_fen == sum(row.amount_fen for row in opened.records) == group.fen[figure]


def test_a_figure_of_a_division_and_those_below_it(example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("faults"))
    inside = subtree(ledger, "411600000")
    part = overview(ledger, divisions=inside).whole
    for figure in ("expenditure", "received", "in_transit"):
        opened = overview_records(ledger, Figure(figure, divisions=inside))
        assert opened.total_fen == part.fen(figure)
    with pytest.raises(Misuse, match="groups have no figure"):
        overview_records(ledger, Figure("unplaced", by="month", group="2017-06"))


def test_a_tier_of_a_figure_opens_to_its_records(example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("faults"))
    whole = overview(ledger).whole
    for tier in SOURCE_TIERS:
        assert overview_records(ledger, f"received.{tier}").total_fen == whole.fen("received", tier)
    assert sum(whole.fen("received", tier) for tier in SOURCE_TIERS) == whole.fen("received")


@pytest.mark.parametrize("by", ["tier", "division", "agency", "project", "fund", "month"])
def test_groups_add_up_to_the_whole(by: str, example_ledger: Callable[[str], Path]) -> None:
    found = overview(lineage.open(example_ledger("faults")), by=by)
    for figure in ("received", "own", "passed_down", "expenditure"):
        assert sum(group.fen[figure] for group in found.groups) == found.whole.fen(figure)


def test_a_part_of_the_province_has_its_divisions_only(example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("faults"))
    inside = subtree(ledger, "410100000")
    part, whole = overview(ledger, divisions=inside), overview(ledger)
    assert {division.code for division in part.divisions} == inside
    kept = [division for division in whole.divisions if division.code in inside]
    assert [division.to_json() for division in part.divisions] == [division.to_json() for division in kept]
    assert part.whole.fen("expenditure") == sum(division.figures.fen("expenditure") for division in kept)
    assert part.to_json()["unplaced"] is None


def test_a_page_of_records_keeps_the_figure_whole(example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("faults"))
    every = overview_records(ledger, "expenditure")
    page = overview_records(ledger, "expenditure", page=Page(limit=5, offset=3))
    assert page.records == every.records[3:8]
    assert (page.total_fen, page.count) == (every.total_fen, every.count)


def test_misuse_says_what_was_found_and_what_is_expected(example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("sound"))
    with pytest.raises(Misuse, match='found figure "scales"; expected one of scale, expenditure'):
        overview_records(ledger, "scales")
    with pytest.raises(NotFound, match="no division 999999999"):
        overview_records(ledger, "scale:999999999")
    with pytest.raises(NotFound, match='found tier "town"'):
        overview_records(ledger, "received.town")
    with pytest.raises(Misuse, match='found by "colour"; expected one of tier, division'):
        overview(ledger, by="colour")
    with pytest.raises(Misuse, match='found calibre "2018"'):
        overview(ledger, calibre="2018")


def chain(amount: int, **payment: Any) -> dict[str, list[dict[str, Any]]]:
    """Province money to a county by way of one issue, split to an agency, and one payment of it."""
    return {
        "allocations": [{"allocation_id": "A1", "amount": amount}],
        "transfers": [
            {
                "transfer_id": "T1",
                "source_id": "allocation:A1",
                "target_id": "I1",
                "to_division_code": COUNTY,
                "amount": amount,
            },
            {
                "transfer_id": "T2",
                "kind": "breakdown",
                "source_id": "indicator:I1",
                "target_id": "I2",
                "to_division_code": COUNTY,
                "amount": amount,
            },
        ],
        "indicators": [
            {"indicator_id": "I1", "division_code": COUNTY, "amount": amount},
            {"indicator_id": "I2", "division_code": COUNTY, "amount": amount},
        ],
        "payments": [{"payment_id": "P1", "indicator_id": "I2", "division_code": COUNTY, "amount": amount} | payment],
    }


def division(ledger: Ledger, code: str, **asked: Any) -> Any:
    """The figures of one division."""
    return next(found.figures for found in overview(ledger, **asked).divisions if found.code == code)


def test_a_split_is_not_counted_again(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, chain(1000))
    figures = division(ledger, COUNTY)
    assert (figures.fen("received"), figures.fen("received", "province")) == (1000_00, 1000_00)
    assert overview(ledger).unplaced_fen == 0


def test_money_is_assigned_where_an_indicator_has_an_agency(tmp_path: Path) -> None:
    tables = chain(1000)
    assert division(ledger_of(tmp_path / "none", tables), COUNTY).fen("assigned") == 0
    tables["indicators"][1]["agency_code"] = "301"
    assert division(ledger_of(tmp_path / "one", tables), COUNTY).fen("assigned") == 1000_00


def test_a_reversal_counts_at_its_own_date_and_never_beyond_its_payment(tmp_path: Path) -> None:
    tables = chain(1000)
    tables["payments"] += [
        {"payment_id": "R1", "division_code": COUNTY, "amount": -300, "reverses": "P1", "pay_date": date(2017, 5, 2)},
        {"payment_id": "R2", "division_code": COUNTY, "amount": -900, "reverses": "P1", "pay_date": date(2017, 6, 2)},
    ]
    ledger = ledger_of(tmp_path, tables)
    months = {group.key: group.fen["expenditure"] for group in overview(ledger, by="month").groups}
    assert (months["2017-03"], months["2017-05"], months["2017-06"]) == (1000_00, -300_00, -700_00)
    assert overview(ledger).whole.fen("expenditure") == 0


def test_void_and_undated_payments_are_not_spent(tmp_path: Path) -> None:
    tables = chain(1000, status="void")
    tables["payments"].append(
        {"payment_id": "P2", "indicator_id": "I2", "division_code": COUNTY, "amount": 10, "pay_date": None}
    )
    assert overview(ledger_of(tmp_path, tables)).whole.fen("expenditure") == 0


def test_what_lies_in_a_special_account_is_spent_under_one_calibre_only(tmp_path: Path) -> None:
    tables = chain(1000, account_id="S1", payee_kind="special_account")
    tables["special_accounts"] = [{"account_id": "S1", "division_code": COUNTY}]
    tables["account_entries"] = [
        {"entry_id": "E1", "account_id": "S1", "amount": 250},
        {"entry_id": "E2", "account_id": "S1", "amount": 70, "poverty": False},
        {"entry_id": "E3", "account_id": "S1", "amount": 30, "poverty": True},
        {"entry_id": "E4", "account_id": "S1", "amount": -10, "reverses": "E3", "date": date(2017, 5, 1)},
    ]
    ledger = ledger_of(tmp_path, tables)
    assert overview(ledger).whole.fen("expenditure") == 1000_00
    after = overview(ledger, calibre="next").whole
    assert after.fen("expenditure") == 270_00
    assert after.fen("special_account_difference") == 730_00


def test_an_account_without_bookkeeping_spends_nothing_under_calibre_next(tmp_path: Path) -> None:
    tables = chain(1000, account_id="S1", payee_kind="special_account")
    tables["special_accounts"] = [{"account_id": "S1", "division_code": COUNTY, "accounting_enabled": False}]
    tables["account_entries"] = [{"entry_id": "E1", "account_id": "S1", "amount": 250}]
    assert overview(ledger_of(tmp_path, tables), calibre="next").whole.fen("expenditure") == 0


def test_carried_over_money_stands_beside(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        {
            "indicators": [
                {"indicator_id": "I0", "division_code": COUNTY, "amount": 500, "origin": "own", "fiscal_year": 2016},
                {
                    "indicator_id": "I1",
                    "division_code": COUNTY,
                    "amount": 400,
                    "origin": "carry_over",
                    "previous_id": "I0",
                },
            ],
            "payments": [{"payment_id": "P1", "indicator_id": "I1", "division_code": COUNTY, "amount": 90}],
        },
    )
    found = overview(ledger).to_json()
    assert found["carried_over"] == {"amount": "400.00", "expenditure": "90.00"}
    assert (found["scale"]["total"], found["expenditure"]["total"], found["progress"]) == ("0.00", "0.00", None)
    assert overview(ledger, 2016).whole.fen("scale") == 500_00


def test_direct_counties_spend_with_the_cities_but_their_own_money_is_county_money(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        {
            "indicators": [{"indicator_id": "I1", "division_code": DIRECT, "amount": 80, "origin": "own"}],
            "payments": [{"payment_id": "P1", "indicator_id": "I1", "division_code": DIRECT, "amount": 50}],
        },
    )
    found = overview(ledger).to_json()
    assert (found["scale"]["county"], found["expenditure"]["city"]) == ("80.00", "50.00")
    figures = division(ledger, DIRECT)
    assert (figures.fen("spent_of_own"), figures.fen("spent_of_received")) == (50_00, 0)


def test_more_came_than_is_booked_and_still_more_was_drawn(tmp_path: Path) -> None:
    """The county booked 100 of 60 province and 60 city money, and passed 150 on: F(100) of 60/60 is 50/50."""
    tables = {
        "allocations": [
            {"allocation_id": "A1", "amount": 60},
            {"allocation_id": "A2", "amount": 60, "division_code": CITY, "source": "city"},
        ],
        "transfers": [
            {
                "transfer_id": f"T{number}",
                "source_id": f"allocation:A{number}",
                "target_id": "I1",
                "to_division_code": COUNTY,
                "amount": 60,
            }
            for number in (1, 2)
        ],
        "indicators": [{"indicator_id": "I1", "division_code": COUNTY, "amount": 100}],
        "payments": [{"payment_id": "P1", "indicator_id": "I1", "division_code": COUNTY, "amount": 150}],
    }
    figures = division(ledger_of(tmp_path, tables), COUNTY)
    assert [figures.fen("received", tier) for tier in SOURCE_TIERS] == [50_00, 50_00, 0, 0, 0]


def test_what_came_from_nowhere_is_unknown(tmp_path: Path) -> None:
    tables = chain(1000)
    tables["indicators"][0]["amount"] = 1300
    figures = division(ledger_of(tmp_path, tables), COUNTY)
    assert (figures.fen("received", "province"), figures.fen("received", "unknown")) == (1000_00, 300_00)


def test_a_transfer_on_its_way_is_in_transit(tmp_path: Path) -> None:
    tables = chain(1000)
    tables["allocations"][0]["amount"] = 1200
    tables["transfers"].append(
        {"transfer_id": "T3", "source_id": "allocation:A1", "to_division_code": CITY, "amount": 200}
    )
    ledger = ledger_of(tmp_path, tables)
    found = overview(ledger)
    assert (found.whole.fen("in_transit"), found.unplaced_fen) == (200_00, 0)
    assert division(ledger, PROVINCE).fen("scale") == 0


def test_relocation_money_a_county_raised_itself_is_counted_once(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path,
        {
            "allocations": [
                {"allocation_id": "A1", "amount": 700, "division_code": COUNTY, "source": "relocation_financing"}
            ],
            "transfers": [
                {
                    "transfer_id": "T1",
                    "kind": "breakdown",
                    "source_id": "allocation:A1",
                    "target_id": "I1",
                    "to_division_code": COUNTY,
                    "amount": 700,
                }
            ],
            "indicators": [{"indicator_id": "I1", "division_code": COUNTY, "amount": 900, "origin": "own"}],
        },
    )
    found = overview(ledger)
    assert (found.whole.fen("scale", "relocation"), found.whole.fen("scale", "county")) == (700_00, 200_00)
    assert (division(ledger, COUNTY).fen("own"), found.unplaced_fen) == (900_00, 0)


def test_a_ratio_is_rounded_half_away_from_zero() -> None:
    assert [ratio(1, 8), ratio(1, 20_000), ratio(-1, 20_000), ratio(3, 0), ratio(0, 5), ratio(-1, 10**9)] == [
        "0.1250",
        "0.0001",
        "-0.0001",
        None,
        "0.0000",
        "0.0000",
    ]
