"""Bounded subset sum finds every way to make a total, and says so when there are more than it counts."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from lineage.links.subset import COUNTED, subsets_making


def brute(total: int, amounts: list[int]) -> list[tuple[int, ...]]:
    fitting = [place for place, fen in enumerate(amounts) if 0 < fen < total]
    return [
        places for size in range(2, 9) for places in combinations(fitting, size)
        if sum(amounts[place] for place in places) == total
    ]


@given(st.lists(st.integers(1, 30), max_size=11), st.integers(2, 120))
def test_equals_trying_every_subset(amounts: list[int], total: int) -> None:
    ways = brute(total, amounts)
    found = subsets_making(total, amounts)
    assert found.count == min(len(ways), COUNTED + 1)
    assert found.first == (min(ways, key=lambda places: (len(places), places)) if ways else ())


def test_one_bundle_among_sixty_candidates_of_like_size() -> None:
    amounts = [10_000_019 + 7_919 * place * place + 13 * place**3 for place in range(60)]
    chosen = (3, 11, 17, 29, 41, 47, 53, 59)
    found = subsets_making(sum(amounts[place] for place in chosen), amounts)
    assert found.count >= 1
    assert sum(amounts[place] for place in found.first) == sum(amounts[place] for place in chosen)


def test_many_equal_amounts_are_over_a_hundred_ways_and_never_called_sure() -> None:
    found = subsets_making(400, [100] * 60)
    assert found.count == COUNTED + 1
    assert found.first == (0, 1, 2, 3)


def test_a_single_amount_is_no_bundle() -> None:
    assert subsets_making(100, [100, 50]).count == 0


def test_equal_amounts_beside_one_other_take_no_longer() -> None:
    for amounts in ([300, *[10_000] * 59], [*[10_000] * 59, 300]):
        assert subsets_making(70_300, amounts).count == COUNTED + 1
        assert subsets_making(70_301, amounts) == subsets_making(70_302, amounts)
