"""Samples: the same for the same seed, by money in proportion, saved with a note."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage
from lineage.errors import Misuse, NotFound
from lineage.ledger import Ledger
from queries import Filter, Note, Plan, record_set, record_sets, sample, save_set
from queries.sample import _by_money


@pytest.fixture(scope="module")
def ledger(example_ledger: Callable[[str], Path]) -> Ledger:
    """The ledger of the example `faults`."""
    return lineage.open(example_ledger("faults"))


@pytest.mark.parametrize("method", ["random", "money"])
def test_a_seed_draws_the_same_sample_and_another_seed_another(ledger: Ledger, method: str) -> None:
    one = sample(ledger, Plan(20, method, seed=7))
    assert one == sample(ledger, Plan(20, method, seed=7))
    assert one.drawn != sample(ledger, Plan(20, method, seed=8)).drawn
    assert sum(drawn.hits for drawn in one.drawn) == 20


def test_a_random_sample_grows_by_adding(ledger: Ledger) -> None:
    small = {drawn.record for drawn in sample(ledger, Plan(10)).drawn}
    large = {drawn.record for drawn in sample(ledger, Plan(40)).drawn}
    assert len(small) == 10
    assert small < large


def test_the_population_is_what_was_asked_for(ledger: Ledger) -> None:
    answer = sample(ledger, Plan(1000), Filter(kind="indicator", division="410100000", year=2017))
    wanted = ledger.rows(
        "SELECT i.record FROM indicators i JOIN divisions d USING (division_code) WHERE fiscal_year = 2017 "
        "AND amount_fen > 0 AND (division_code = '410100000' OR d.fiscal_parent = '410100000') ORDER BY i.record"
    )
    assert [drawn.record for drawn in answer.drawn] == [row["record"] for row in wanted]
    assert answer.population == len(wanted) > 0


@given(st.lists(st.integers(1, 10**13), min_size=1, max_size=40), st.integers(1, 60), st.integers(0, 10**6))
def test_money_draws_each_record_in_proportion(amounts: list[int], size: int, seed: int) -> None:
    hits = _by_money(amounts, Plan(size, "money", seed))
    assert sum(hits.values()) == size
    for place, amount in enumerate(amounts):
        share = amount * size  # the expected hits, times the total
        least, most = share // sum(amounts), -(-share // sum(amounts))
        assert least - 1 <= hits.get(place, 0) <= most + 1
        if amount >= -(-sum(amounts) // size):
            assert place in hits, "a record as large as the interval, rounded up, is surely drawn"


def test_sets_are_saved_with_a_note_and_replaced_by_name(fresh_ledger: Callable[[str], Path]) -> None:
    path = fresh_ledger("sound")
    ledger = lineage.open(path)
    drawn = sample(ledger, Plan(5))
    at = datetime(2017, 10, 9, 9, 0)
    save_set(ledger, "抽查一", [one.record for one in drawn.drawn], Note("十月抽查", "审计员", at))
    save_set(ledger, "抽查二", [drawn.drawn[0].record.partition(":")[2]], Note("", "审计员", at))
    save_set(ledger, "抽查二", [drawn.drawn[1].record], Note("改一条", "审计员", at))
    later = lineage.open(path)
    assert [(one.name, len(one.records), one.note) for one in record_sets(later)] == [
        ("抽查一", 5, "十月抽查"),
        ("抽查二", 1, "改一条"),
    ]
    assert record_set(later, "抽查二").records == (drawn.drawn[1].record,)
    with pytest.raises(NotFound, match="there is no set 抽查三; saved: 抽查一, 抽查二"):
        record_set(later, "抽查三")
    with pytest.raises(NotFound, match="no record payment:NONE"):
        save_set(later, "抽查三", ["payment:NONE"], Note("", "审计员", at))


def test_what_cannot_be_drawn_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Misuse, match="found size 0; expected 1 to"):
        Plan(0)
    with pytest.raises(Misuse, match='found method "dice"'):
        Plan(5, "dice")
    with pytest.raises(Misuse, match='found kind "division"'):
        sample(ledger, Plan(5), Filter(kind="division"))
    with pytest.raises(Misuse, match="no payment to draw from"):
        sample(ledger, Plan(5), Filter(year=1999))
