"""Each policy on pools small enough to check by hand: before, draws, who got what, after."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from lineage.attribution.interval import IntervalPool
from lineage.attribution.policies import policy_named
from lineage.attribution.pool import Deposit, Draw, Drawn

EXAMPLES = Path(__file__).parents[2] / "data" / "tracing_examples"
OWN, TRUST = 1, 2


def pool(policy: str, steps: Sequence[tuple[str, int | str, int]]) -> Drawn:
    """Play steps ('in', source, amount) or ('out', '', amount), one a day; source 2 is poverty money."""
    deposits = [
        Deposit({int(who): amount}, amount, day, day) for day, (what, who, amount) in enumerate(steps) if what == "in"
    ]
    draws = [Draw(amount, day) for day, (what, _, amount) in enumerate(steps) if what == "out"]
    return policy_named(policy)(deposits, draws, lambda source: source == TRUST)


def test_libr_spends_the_trustees_own_money_first() -> None:
    drawn = pool("libr", [("in", OWN, 100), ("in", TRUST, 200), ("out", "", 150)])
    assert drawn.draws == ({OWN: 100, TRUST: 50},)
    assert drawn.balance == {TRUST: 150}


def test_libr_is_not_refilled_by_later_deposits_of_own_money() -> None:
    drawn = pool("libr", [("in", OWN, 100), ("in", TRUST, 200), ("out", "", 250), ("in", OWN, 80), ("out", "", 30)])
    assert drawn.draws == ({OWN: 100, TRUST: 150}, {OWN: 30})
    assert drawn.balance == {OWN: 50, TRUST: 50}


def test_poverty_first_spends_poverty_money_first() -> None:
    drawn = pool("poverty-first", [("in", OWN, 100), ("in", TRUST, 200), ("out", "", 250)])
    assert drawn.draws == ({TRUST: 200, OWN: 50},)


@pytest.mark.parametrize("policy", ["rolling", "lifo", "libr", "poverty-first"])
def test_a_draw_before_its_deposit_waits_and_is_flagged(policy: str) -> None:
    drawn = pool(policy, [("in", OWN, 10), ("out", "", 30), ("out", "", 5), ("in", TRUST, 40)])
    assert drawn.draws == ({OWN: 10, TRUST: 20}, {TRUST: 5})
    assert drawn.balance == {TRUST: 15}
    assert drawn.advances == {0, 1}


@pytest.mark.parametrize("policy", ["pro-rata", "fifo", "poison"])
def test_advances_are_flagged_under_the_other_policies_too(policy: str) -> None:
    assert pool(policy, [("in", OWN, 10), ("out", "", 10), ("out", "", 5), ("in", TRUST, 40)]).advances == {1}


@pytest.mark.parametrize("policy", ["pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first"])
def test_a_fen_too_much_is_an_advance_and_the_last_fen_is_none(policy: str) -> None:
    assert pool(policy, [("in", OWN, 10), ("out", "", 11), ("in", TRUST, 5)]).advances == {0}
    assert pool(policy, [("in", OWN, 10), ("out", "", 10), ("in", TRUST, 5)]).advances == frozenset()
    assert pool(policy, [("out", "", 1), ("in", TRUST, 5)]).advances == {0}
    assert pool(policy, [("in", OWN, 4), ("in", TRUST, 3), ("in", OWN, 3), ("out", "", 10)]).advances == frozenset()


@pytest.mark.parametrize("policy", ["pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first"])
def test_a_fen_that_names_a_later_deposit_is_an_advance(policy: str) -> None:
    deposits = [Deposit({1: 50}, 50, 0, 1), Deposit({2: 1}, 1, 9, 2)]
    drawn = policy_named(policy)(deposits, [Draw(20, 2, named=2), Draw(20, 3)], bool)
    assert drawn.advances == {0}


@pytest.mark.parametrize("policy", ["pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first"])
def test_the_very_first_edge_of_a_ledger_can_be_named(policy: str) -> None:
    deposits = [Deposit({1: 50}, 50, 0, 1), Deposit({2: 50}, 50, 1, 0)]
    drawn = policy_named(policy)(deposits, [Draw(20, 2, named=0), Draw(40, 3, named=0)], bool)
    assert drawn.draws[0] == {2: 20}
    assert drawn.draws[1] == {2: 30, 1: 10}


def test_the_deposits_of_a_day_are_there_before_its_draws() -> None:
    drawn = policy_named("rolling")([Deposit({1: 5}, 5, 7, 0)], [Draw(5, 7)], bool)
    assert drawn.advances == frozenset()


@pytest.mark.parametrize("policy", ["pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first"])
def test_a_draw_that_names_its_deposit_takes_from_it_first_and_then_like_the_others(policy: str) -> None:
    deposits = [Deposit({1: 60, 2: 40}, 100, 0, 10), Deposit({3: 50}, 50, 9, 11)]
    draws = [Draw(20, 1), Draw(60, 2, named=11)]
    drawn = policy_named(policy)(deposits, draws, lambda source: source == 2)
    assert drawn.draws[1][3] == 50
    assert sum(drawn.draws[1].values()) == 60
    assert 1 in drawn.advances
    assert 3 not in drawn.draws[0]


def test_inside_a_deposit_lifo_goes_on_where_the_last_draw_stopped() -> None:
    drawn = policy_named("lifo")([Deposit({1: 2, 2: 1}, 3, 0, 0)], [Draw(1, 1), Draw(1, 2), Draw(1, 3)], bool)
    assert drawn.draws == ({1: 1}, {2: 1}, {1: 1})


def test_rolling_begins_anew_with_what_is_left_where_pro_rata_goes_on() -> None:
    deposits = [Deposit({1: 3, 2: 1}, 4, 0, 0)]
    draws = [Draw(1, 1), Draw(1, 2), Draw(1, 3), Draw(1, 4)]
    assert policy_named("pro-rata")(deposits, draws, bool).draws == ({1: 1}, {1: 1}, {2: 1}, {1: 1})
    assert policy_named("rolling")(deposits, draws, bool).draws == ({1: 1}, {1: 1}, {1: 1}, {2: 1})


def test_poison_marks_every_source_that_could_be_in_a_draw() -> None:
    deposits = [Deposit({1: 1}, 10, 0, 5), Deposit({2: 1}, 3, 1, 6)]
    drawn = policy_named("poison")(deposits, [Draw(1, 2), Draw(3, 2, named=6)], bool)
    assert drawn.draws == ({1: 1}, {2: 1})
    assert drawn.balance == {1: 1}


@pytest.mark.parametrize("policy", ["rolling", "lifo", "libr", "poverty-first"])
def test_draws_of_more_than_was_deposited_are_a_fault_of_whoever_asks(policy: str) -> None:
    with pytest.raises(AssertionError, match="draws are more than its deposits"):
        pool(policy, [("in", OWN, 3), ("out", "", 2), ("out", "", 2)])


def test_one_draw_is_had_without_its_siblings() -> None:
    deposits = [Deposit({1: 60, 2: 40}, 100, 0, 10), Deposit({3: 50}, 50, 9, 11)]
    draws = [Draw(20, 1), Draw(60, 2, named=11), Draw(65, 3)]
    for policy in ("pro-rata", "fifo"):
        whole = policy_named(policy)(deposits, draws, bool)
        one = IntervalPool(deposits, {11: 50}, policy)
        assert one.amount == 100
        assert one.take(30, 95) == whole.draws[2]
        assert one.take_named(11, 0, 50) == {3: 50}


def _rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _cases() -> list[tuple[str, int, str, str, int]]:
    """Worked examples of the published page: case, step after which, policy, quantity, expected in hundredths."""
    policies = {"pari_passu": "pro-rata", "pro_rata": "pro-rata", "pro_rata_rolling": "rolling", "fifo": "fifo",
                "lifo": "lifo", "haircut": "pro-rata", "poison": "poison"}
    found = []
    for row in _rows("expected.csv"):
        if row["case_id"] in ("T1", "T2", "T3"):
            policy = policies[row["method"].split(" ")[0]]
            expected = round(float(row["expected"]) * 100)
            found.append((row["case_id"], int(row["after_step"]), policy, row["quantity"], expected))
    return found


@pytest.mark.parametrize(("case", "step", "policy", "quantity", "expected"), _cases())
def test_published_examples(case: str, step: int, policy: str, quantity: str, expected: int) -> None:
    rows = [row for row in _rows("steps.csv") if row["case_id"] == case]
    names = sorted({row["party"] for row in rows if row["party"]})
    shown = [row for row in rows if int(row["step"]) <= step]
    # pari passu is the one mixture of all who ever paid in: deposits after the step asked still count
    steps = rows if policy == "pro-rata" else shown
    deposits = [
        Deposit({names.index(row["party"]): int(row["amount"]) * 100}, int(row["amount"]) * 100, int(row["step"]))
        for row in steps if row["op"] == "deposit"
    ]
    draws = [Draw(int(row["amount"]) * 100, int(row["step"])) for row in shown if row["op"] == "withdraw"]
    drawn = policy_named(policy)(deposits, draws, bool)
    what, _, who = quantity.partition(" ")
    lot = drawn.balance if what == "balance" else drawn.draws[-1]
    asked = names if who in ("each", "from each") else [who.removeprefix("from ")]
    for name in asked:
        # pounds to two places on the page: a third of a pound is a fen more or less
        assert abs(lot.get(names.index(name), 0) - expected) <= (1 if expected % 10 else 0), (name, lot)


def test_stolen_coins_spent_first_in_first_out_are_the_first_three() -> None:
    coins = [Draw(1, 2) for _ in range(10)]
    mixed = [Deposit({1: 3}, 3, 0), Deposit({0: 7}, 7, 1)]
    assert [place for place, lot in enumerate(policy_named("fifo")(mixed, coins, bool).draws) if 1 in lot] == [0, 1, 2]
    assert all(1 in lot for lot in policy_named("poison")(mixed, coins, bool).draws)
    later = [Deposit({0: 2}, 2, 0), Deposit({1: 3}, 3, 1)]
    spent = policy_named("fifo")(later, coins[:5], bool).draws
    assert [place for place, lot in enumerate(spent) if 1 in lot] == [2, 3, 4]
    tenths = policy_named("pro-rata")([Deposit({1: 30}, 30, 0), Deposit({0: 70}, 70, 1)], [Draw(10, 2)] * 10, bool)
    assert [lot[1] for lot in tenths.draws] == [3] * 10
