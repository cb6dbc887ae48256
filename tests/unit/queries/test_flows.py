"""A division's year of flows: what comes into a group goes out of it or stays; what enters is what its records say."""

from __future__ import annotations

from collections import Counter

import pytest

import lineage
from queries.flows import flows

XINHUA = "410402000"


def test_every_group_gives_what_it_got_or_keeps_it(example_ledger):
    ledger = lineage.open(example_ledger("sound"))
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    for flow in flows(ledger, XINHUA, 2017, "en"):
        went[flow.source] += flow.amount_fen
        came[flow.target] += flow.amount_fen
    held = [group for group in went if group in came]
    assert "新华区 budget" in held
    for group in held:
        if not group.startswith("Paid to"):
            assert came[group] == went[group], group


def test_what_enters_is_the_money_of_the_divisions_budget_by_tier(example_ledger):
    ledger = lineage.open(example_ledger("sound"))
    found = flows(ledger, XINHUA, 2017, "en")
    entering = [(flow.source, flow.amount_fen, flow.nature) for flow in found if flow.target == "新华区 budget"]
    expected = ledger.rows(
        "SELECT sum(amount_fen)::BIGINT AS fen FROM indicators WHERE division_code = ? AND agency_code IS NULL",
        [XINHUA],
    )
    assert entering == [("Province", expected[0]["fen"], "poverty")]


def test_another_year_and_an_unknown_division_have_no_flows(example_ledger):
    ledger = lineage.open(example_ledger("sound"))
    assert flows(ledger, XINHUA, 2009) == ()
    assert flows(ledger, "999999999", 2017) == ()


@pytest.mark.parametrize("example", ["faults", "tangled"])
def test_in_every_division_of_bad_data_amounts_are_positive_and_classes_known(example_ledger, example):
    ledger = lineage.open(example_ledger(example))
    seen = set()
    for row in ledger.rows("SELECT DISTINCT division_code FROM nodes ORDER BY 1 LIMIT 12"):
        for flow in flows(ledger, row["division_code"], 2017):
            assert flow.amount_fen > 0
            seen.add(flow.nature)
    assert {"poverty", "unsourced"} <= seen <= {"poverty", "other", "unsourced", "declared", "unknown"}
