"""Bounded subset sum: which 2 to 8 of up to 60 amounts make a total, and in how many ways.

Every subset is cut into its first half and the rest by position; sums of halves of up to four amounts are
sorted once and met in the middle, so 60 candidates cost some 10^6 sums, not 60 choose 8. Source: E. Horowitz and
S. Sahni, Computing partitions with applications to the knapsack problem, 1974.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_CANDIDATES = 60
MOST_MEMBERS = 8
COUNTED = 100
_HALF = MOST_MEMBERS // 2


@dataclass(frozen=True, slots=True)
class Solutions:
    """`first`: positions of the smallest solution, ties to the earliest positions, () without one.

    `count` of solutions goes to COUNTED + 1, which means "over 100"; `searched` says how many candidates took part.
    """

    first: tuple[int, ...]
    count: int
    searched: int


@dataclass(frozen=True, slots=True)
class _Halves:
    """All subsets of one size: positions (s, size), ascending in each row, and their sums (s,), rows in sum order."""

    members: NDArray[np.int8]
    sums: NDArray[np.int64]


def subsets_making(total_fen: int, amounts_fen: Sequence[int]) -> Solutions:
    """Subsets of 2 to 8 amounts (fen, all > 0) that make the total. Candidates past the 60th fitting one are left out.

    Deterministic: the order of `amounts_fen` breaks all ties.
    """
    fitting = [place for place, fen in enumerate(amounts_fen) if 0 < fen < total_fen]
    places = fitting[:MOST_CANDIDATES]
    amounts = np.array([amounts_fen[place] for place in places], np.int64)
    halves = {size: _subsets(amounts, size) for size in range(1, min(_HALF, len(places)) + 1)}
    first: tuple[int, ...] = ()
    count = 0
    for size in range(2, min(MOST_MEMBERS, len(places)) + 1):
        left, right = size // 2, size - size // 2
        if right not in halves:
            break
        found = []
        for solution in _met(halves[left], halves[right], total_fen):
            found.append(solution)
            count += 1
            if count > COUNTED and first:
                return Solutions(first, COUNTED + 1, len(places))
            if len(found) > 20 * COUNTED:
                break
        if found and not first:
            first = tuple(places[place] for place in min(found))
        if count > COUNTED:
            return Solutions(first, COUNTED + 1, len(places))
    return Solutions(first, count, len(places))


def _subsets(amounts: NDArray[np.int64], size: int) -> _Halves:
    """All subsets of a size, built one member at a time, sorted by sum, ties by position."""
    members = np.zeros((1, 0), np.int8)
    last = np.full(1, -1, np.int64)
    for _ in range(size):
        follow = len(amounts) - 1 - last
        rows = np.repeat(np.arange(len(members)), follow)
        offset = np.arange(len(rows)) - np.repeat(np.cumsum(follow) - follow, follow)
        last = last[rows] + 1 + offset
        members = np.column_stack([members[rows], last.astype(np.int8)])
    sums = amounts[members].sum(axis=1)
    order = np.argsort(sums, kind="stable")
    return _Halves(members[order], sums[order])


def _met(left: _Halves, right: _Halves, total: int) -> Iterator[tuple[int, ...]]:
    """Pairs of halves that make the total, every member of the left before every one of the right."""
    low = np.searchsorted(right.sums, total - left.sums, side="left")
    high = np.searchsorted(right.sums, total - left.sums, side="right")
    for row in np.flatnonzero(low < high):
        ends = int(left.members[row, -1])
        for other in range(int(low[row]), int(high[row])):
            if right.members[other, 0] > ends:
                yield tuple(int(place) for place in (*left.members[row], *right.members[other]))


