"""A part of a mixture is handed out as Sainte-Laguë says, fen by fen, but computed directly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.attribution.mixture import first_fen, share
from tests.oracle.attribution import first_fen as fen_by_fen
from tests.oracle.attribution import quota_fen

AMOUNTS = st.one_of(st.integers(0, 30), st.integers(0, 2**50), st.just(2**49))
MIXTURES = st.dictionaries(st.integers(0, 40), AMOUNTS, min_size=1, max_size=12)


def keyed(mixture: dict[int, int]) -> dict[tuple[int, int | str], int]:
    return {(0, key): amount for key, amount in mixture.items()}


def test_fifteen_fen_of_80_8_12_are_12_1_2() -> None:
    assert share({1: 80, 2: 8, 3: 12}, 0, 15) == {1: 12, 2: 1, 3: 2}


def test_ties_go_to_the_lesser_name() -> None:
    assert share({7: 5, 3: 5, 9: 5}, 0, 2) == {3: 1, 7: 1}
    assert share({7: 5, 3: 5, 9: 5}, 2, 3) == {9: 1}


def test_quotas_that_all_round_up_are_taken_back_from_the_greatest_name_first() -> None:
    assert share(dict.fromkeys(range(10), 1), 0, 5) == dict.fromkeys(range(5), 1)


def test_a_lot_never_names_a_source_with_nothing() -> None:
    assert share({1: 1_000, 2: 1}, 0, 3) == {1: 3}
    assert share({1: 4, 2: 0}, 1, 4) == {1: 3}
    assert share({1: 4}, 2, 2) == {}


def test_quotients_that_are_nearly_equal_are_told_apart() -> None:
    """Of 3, 2, 2, 2, 2 the first five fen go one each, the sixth to 3/3 before 2/3; a third one (3/5) comes after them.
    Of 7, 6, 1 the last of all fen is 7/13, for 6/11 is more.
    """
    assert first_fen({1: 3, 2: 2, 3: 2, 4: 2, 5: 2}, 8) == {1: 2, 2: 2, 3: 2, 4: 1, 5: 1}
    assert first_fen({1: 7, 2: 6, 3: 1}, 13) == {1: 6, 2: 6, 3: 1}


@pytest.mark.parametrize("small", [49, 51])
def test_a_great_source_beside_many_small_ones_gets_several_of_the_last_fen(small: int) -> None:
    """Fifty quotas of 0.49 (0.51) all round down (up), and so one source makes up for nearly all of it."""
    mixture = {0: 1_000_000 - 50 * small, **dict.fromkeys(range(1, 51), small)}
    for count in (10_000, 5_000, 10_100):
        assert keyed(first_fen(mixture, count)) == quota_fen(keyed(mixture), count)
    given = first_fen(mixture, 10_000)
    assert abs(given[0] - round(mixture[0] / 100)) > 20


@given(MIXTURES, st.data())
def test_it_equals_handing_out_fen_by_fen(mixture: dict[int, int], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, min(sum(mixture.values()), 60)))
    assert keyed(first_fen(mixture, count)) == fen_by_fen(keyed(mixture), count)


@given(MIXTURES, st.data())
def test_it_equals_its_definition_by_a_divisor_past_32_bits(mixture: dict[int, int], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, sum(mixture.values())))
    assert keyed(first_fen(mixture, count)) == quota_fen(keyed(mixture), count)


@given(MIXTURES, st.data())
def test_parts_laid_end_to_end_are_the_whole(mixture: dict[int, int], data: st.DataObject) -> None:
    total = sum(mixture.values())
    cuts = sorted(data.draw(st.lists(st.integers(0, total), max_size=5)))
    found = dict.fromkeys(mixture, 0)
    for start, stop in zip([0, *cuts], [*cuts, total], strict=True):
        part = share(mixture, start, stop)
        assert sum(part.values()) == stop - start
        for key, amount in part.items():
            assert amount > 0
            found[key] += amount
    assert found == mixture
