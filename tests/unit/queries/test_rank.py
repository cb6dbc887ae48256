"""Ranking: scores that can be counted again, ties, who is not assessed, sealed periods, shifts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage
from lineage.errors import Misuse, NotFound
from lineage.ledger import Ledger
from queries import Actor, Event, Ranking, check, rank, rank_records, rank_terms, record_event
from queries.check import finding_id
from queries.rank import Part, ranks, score
from queries.rank_parts import RANKED_POLICIES, Measured
from queries.rank_shift import seal, sealed, shifts, since
from queries.rank_weights import COUNTED, PARTS, Weights, read_weights
from tests.bookings import ledger_of

COUNTY, DIRECT, CITY = "410122000", "410181000", "410100000"
LENIENT = {"rules": {"parts_needed": 1, "stale_days": 3660}}


@pytest.fixture(scope="module")
def faults(example_ledger: Callable[[str], Path]) -> Ledger:
    """The ledger of the example `faults`."""
    return lineage.open(example_ledger("faults"))


@pytest.fixture(scope="module")
def found(faults: Ledger) -> Ranking:
    """Its ranking."""
    return rank(faults)


def test_every_part_is_the_sum_of_its_records(faults: Ledger, found: Ranking) -> None:
    worst = found.divisions[-1]
    for part in worst.parts:
        records = rank_records(faults, rank_terms(), worst.division_code, part.name)
        assert sum(row["numerator"] for row in records) == part.measured.numerator
        assert sum(row["denominator"] for row in records) == part.measured.denominator


def test_the_ranking_is_of_counties_and_cities_with_payments(faults: Ledger, found: Ranking) -> None:
    codes = [one.division_code for one in found.divisions]
    left = {one.division_code for one in found.not_assessed}
    assert "410000000" not in {*codes, *left}, "the province is not ranked"
    assert len(codes) + len(left) == 175
    assert not left & set(codes)
    paid = {row["division_code"] for row in faults.rows("SELECT DISTINCT division_code FROM payments")}
    assert set(codes) <= paid
    assert all(0 <= one.hundredths <= 10_000 for one in found.divisions)
    assert [one.hundredths for one in found.divisions] == sorted(one.hundredths for one in found.divisions)[::-1]


def test_the_answer_has_the_words_of_the_interface(found: Ranking) -> None:
    answer = found.to_json()
    assert set(answer) >= {"policy", "weights", "divisions"}
    one = answer["divisions"][0]
    assert set(one) >= {"rank", "division_code", "name", "score", "parts"}
    assert {part["part"] for part in one["parts"]} == set(PARTS)
    assert set(one["parts"][0]) == {"part", "score", "numerator", "denominator"}


def test_ranks_of_peers_run_by_themselves(found: Ranking) -> None:
    direct = [one.groups["direct-counties"] for one in found.divisions if "direct-counties" in one.groups]
    assert direct[0] == 1
    assert direct == sorted(direct)


def county(code: str, amount: int, paid: int, **issue: Any) -> dict[str, list[dict[str, Any]]]:
    """One division with own money, a payment, and an issue that may not be received."""
    return {
        "allocations": [{"allocation_id": f"A{code}", "amount": amount}],
        "transfers": [
            {"transfer_id": f"T{code}", "source_id": f"allocation:A{code}", "to_division_code": code, "amount": amount}
            | issue
        ],
        "indicators": [{"indicator_id": f"I{code}", "division_code": code, "amount": amount}],
        "payments": [{"payment_id": f"P{code}", "indicator_id": f"I{code}", "division_code": code, "amount": paid}],
    }


def together(*ledgers: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Several divisions in one ledger."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for one in ledgers:
        for name, rows in one.items():
            tables.setdefault(name, []).extend(rows)
    return tables


def test_equal_scores_share_a_rank_and_worse_ones_come_after(tmp_path: Path) -> None:
    tables = together(
        county(CITY, 10_000, 5000, target_id=f"I{CITY}"),
        county(DIRECT, 10_000, 5000, target_id=f"I{DIRECT}"),
        county(COUNTY, 10_000, 1000),
    )
    answer = rank(ledger_of(tmp_path, tables), LENIENT)
    assert [(one.rank, one.division_code) for one in answer.divisions] == [(1, CITY), (1, DIRECT), (3, COUNTY)]
    parts = {part.name: part for part in answer.divisions[-1].parts}
    assert (parts["linkage-amount"].hundredths, parts["chain"].hundredths) == (0, 0)
    assert parts["one-card"].hundredths is None


def test_a_new_transfer_need_not_have_been_received_yet(tmp_path: Path) -> None:
    tables = county(COUNTY, 1000, 500, issue_date=date(2017, 2, 25))
    parts = {part.name: part for part in rank(ledger_of(tmp_path, tables), LENIENT).divisions[0].parts}
    assert parts["linkage-count"].measured == Measured(0, 0)


def parts_of(ledger: Ledger, code: str = COUNTY) -> dict[str, Measured]:
    """What the parts of one division measure."""
    [one] = [one for one in rank(ledger, LENIENT).divisions if one.division_code == code]
    return {part.name: part.measured for part in one.parts}


@pytest.mark.parametrize(("issued", "counts"), [(date(2017, 2, 22), 0), (date(2017, 2, 21), 1)])
def test_an_issue_counts_as_missed_from_the_day_its_rule_accuses_it(tmp_path: Path, issued: date, counts: int) -> None:
    ledger = ledger_of(tmp_path, county(COUNTY, 1000, 500, issue_date=issued))
    accused = [one.subject for one in check(ledger, {"chain/unreceived-transfer"}).findings]
    assert len(accused) == counts
    assert parts_of(ledger)["linkage-count"] == Measured(0, counts)


def test_received_is_what_the_ledger_books_whatever_the_source(tmp_path: Path) -> None:
    tables = county(COUNTY, 1000, 500, target_id=f"I{COUNTY}")
    issue = {"to_division_code": COUNTY, "amount": 70, "poverty": True}
    tables["transfers"] += [
        {"transfer_id": "T1", "source_id": "allocation:LOST", "target_id": f"I{COUNTY}"} | issue,
        {"transfer_id": "T2", "source_id": f"allocation:A{COUNTY}", "target_id": "LOST"} | issue,
        {"transfer_id": "T3", "source_id": f"indicator:I{COUNTY}", "target_id": f"I{COUNTY}"} | issue,
    ]
    parts = parts_of(ledger_of(tmp_path, tables))
    assert parts["linkage-count"] == Measured(2, 3), "a target that is not in the ledger is no receipt; T3 never left"
    assert parts["linkage-amount"] == Measured(1070_00, 1140_00)


def test_money_with_the_bureau_is_judged_from_its_receipt_as_its_rule_has_it(tmp_path: Path) -> None:
    tables = county(COUNTY, 1000, 500, target_id=f"I{COUNTY}", receive_date=date(2017, 1, 29))
    tables["indicators"][0]["date"] = date(2017, 2, 25)
    assert parts_of(ledger_of(tmp_path / "late", tables))["promptness"] == Measured(500_00, 1000_00)
    tables["transfers"][0]["receive_date"] = date(2017, 1, 30)  # 30 days before 1 March: not more than 30
    assert parts_of(ledger_of(tmp_path / "just", tables))["promptness"] == Measured(0, 0)


def test_a_ranking_as_of_a_day_asks_the_rules_as_of_that_day(tmp_path: Path) -> None:
    tables = county(COUNTY, 1000, 500, target_id=f"I{COUNTY}")
    tables["indicators"][0]["date"] = date(2017, 1, 2)
    tables["payments"].append(
        {"payment_id": "P2", "indicator_id": f"I{COUNTY}", "division_code": COUNTY, "amount": 500}
        | {"pay_date": date(2017, 3, 20)}
    )
    whole = ledger_of(tmp_path, tables)
    assert parts_of(whole)["promptness"] == Measured(1000_00, 1000_00)
    before = lineage.open(whole.path, as_of=date(2017, 3, 10))
    assert parts_of(before)["promptness"] == Measured(500_00, 1000_00), "500 yuan were late on that day"
    late = finding_id("pace/late-issue", f"indicator:I{COUNTY}")
    assert late in {row["record"] for row in rank_records(before, rank_terms(), COUNTY, "rectified")}
    assert late not in {row["record"] for row in rank_records(whole, rank_terms(), COUNTY, "rectified")}


def test_a_finding_of_later_days_is_not_rectified_in_a_ranking_before_them(tmp_path: Path) -> None:
    tables = county(COUNTY, 1000, 500, target_id=f"I{COUNTY}")
    tables["payments"].append({"payment_id": "P2", "division_code": COUNTY, "amount": 5, "pay_date": date(2017, 3, 20)})
    whole = ledger_of(tmp_path, tables)
    lost = finding_id("chain/payment-without-indicator", "payment:P2")
    record_event(whole, lost, Event("review", "", ""), Actor("省厅"), datetime(2017, 4, 1, 9, 0))
    before = lineage.open(whole.path, as_of=date(2017, 3, 2))
    assert lost not in {row["record"] for row in rank_records(before, rank_terms(), COUNTY, "rectified")}
    after = rank_records(lineage.open(whole.path), rank_terms(), COUNTY, "rectified")
    assert {"record": lost, "numerator": 0, "denominator": 1} in after


def test_divisions_that_cannot_be_judged_are_named_with_the_reason(tmp_path: Path) -> None:
    tables = together(county(COUNTY, 1000, 500, target_id=f"I{COUNTY}"), county(DIRECT, 1000, 10))
    tables["payments"][1]["pay_date"] = date(2017, 11, 1)
    tables["indicators"].append({"indicator_id": "I9", "division_code": CITY, "amount": 5, "origin": "own"})
    answer = rank(ledger_of(tmp_path, tables))
    why = {one.division_code: (one.why, one.detail) for one in answer.not_assessed}
    assert why[CITY][0] == "no-payments"
    assert why[COUNTY] == ("stale", "2017-03-01")


def test_a_sealed_period_stays_and_shows_what_moved(fresh_ledger: Callable[[str], Path]) -> None:
    path = fresh_ledger("faults")
    ledger = lineage.open(path)
    answer = rank(ledger)
    seal(ledger, answer, "2017Q3", "李某", datetime(2017, 10, 8, 9, 0))
    later = lineage.open(path)
    [kept] = sealed(later)
    assert (kept.period, kept.version, kept.as_of) == ("2017Q3", ledger.version, "2017-09-30")
    assert {code: place.rank for code, place in kept.places.items()} == {
        one.division_code: one.rank for one in answer.divisions
    }
    moved = since(later, rank(later, {"weights": {"progress": 900}}), "2017Q3")
    assert any(one.rank != one.others["2017Q3"].rank for one in moved)
    with pytest.raises(Misuse, match="2017Q3 is sealed already"):
        seal(later, answer, "2017Q3", "李某", datetime(2017, 10, 8, 9, 0))
    with pytest.raises(NotFound, match="no period 2018 is sealed; sealed: 2017Q3"):
        since(later, answer, "2018")


@pytest.mark.slow
def test_ranks_under_other_policies_and_weights_are_shown(faults: Ledger, found: Ranking) -> None:
    base, moved = shifts(faults, rank_terms())
    assert base == found
    assert set(moved[0].others) >= {*RANKED_POLICIES} - {"pro-rata"} | {"equal weights", "without chain"}
    for one in moved:
        assert one.span is not None
        assert one.rank is None or one.span[0] <= one.rank <= one.span[1]


@given(
    st.lists(
        st.tuples(st.integers(-(10**15), 10**15), st.integers(1, 10**15), st.integers(0, 1000)),
        min_size=1,
        max_size=len(PARTS),
    )
)
def test_a_score_is_between_0_and_100_and_never_leaves_its_parts(numbers: list[tuple[int, int, int]]) -> None:
    weights = Weights(dict.fromkeys(PARTS, 0) | {PARTS[place]: one[2] for place, one in enumerate(numbers)}, {})
    parts = [
        Part(PARTS[place], min(max(10_000 * over // under, 0), 10_000), Measured(over, under))
        for place, (over, under, _) in enumerate(numbers)
    ]
    counted = [part.hundredths or 0 for part in parts if weights.weights[part.name]]
    found = score(parts, weights)
    assert 0 <= found <= 10_000
    assert not counted or min(counted) <= found <= max(counted) + 1


@given(st.lists(st.integers(0, 5), max_size=12))
def test_ranks_are_one_more_than_the_better_ones(scores: list[int]) -> None:
    ordered = sorted(scores, reverse=True)
    assert ranks(ordered) == [sum(other > one for other in ordered) + 1 for one in ordered]


@pytest.mark.parametrize(
    ("given_weights", "said"),
    [
        ({"weights": {"beauty": 3}}, "weights: there is no beauty; expected one of linkage-amount"),
        ({"weights": {"chain": -1}}, "weights: chain: found -1; expected a whole number 0 to 1000"),
        ({"rules": {"stale_days": 0}}, "rules: stale_days: found 0; expected a whole number 1 to 3660"),
        ({"weights": dict.fromkeys(PARTS, 0)}, "every part has weight 0"),
        ({"points": {}}, r"found \[points\]"),
    ],
)
def test_weights_out_of_range_are_refused(given_weights: dict[str, Any], said: str) -> None:
    with pytest.raises(Misuse, match=said):
        read_weights(given_weights)


def test_weights_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[weights]\nchain = 99\n")
    assert read_weights(file).weights["chain"] == 99
    assert read_weights(file).weights["labels"] == read_weights().weights["labels"]
    file.write_text("[weights\n")
    with pytest.raises(Misuse, match="expected TOML"):
        read_weights(file)
    with pytest.raises(NotFound, match="there is no file"):
        read_weights(tmp_path / "none.toml")
    with pytest.raises(Misuse, match='found policy "poison"'):
        rank_terms(policy="poison")
    assert set(PARTS) > COUNTED
