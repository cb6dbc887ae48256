"""A part of a mixture of classes, compiled: the twin of `mixture` for whole ledgers, held to it by a test.

Sainte-Laguë's divisor method (Webster) from rounded quotas and exact 128-bit comparisons. A lot is an int64 array of
fen by class. Kernels here write element by element and keep to one type an argument: assigning slices and growing
arrays inside would double what there is to compile.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lineage.attribution.wide import product_exceeds
from lineage.compiled import int64, kernel
from lineage.graph.arrays import CLASSES, Ints

CLASS_COUNT = len(CLASSES)
EMPTY, MIXED = -1, CLASS_COUNT
"""What a pool or movement holds: nothing, several classes; else the index of its one class."""


@kernel
def class_of(lot: Any) -> Any:
    """The one class of a lot, EMPTY where there is nothing, MIXED where there are several."""
    found = int64(EMPTY)
    for kind in range(CLASS_COUNT):
        if lot[kind] > 0:
            if found >= 0:
                return int64(MIXED)
            found = kind
    return found


@kernel
def _better(mixture: Any, given: Any, one: int, other: int) -> bool:
    """Whether class `one` gets the next fen before `other`: greater amount / (2 × given + 1), ties to the lesser."""
    left = mixture[one] / (2.0 * given[one] + 1.0)
    right = mixture[other] / (2.0 * given[other] + 1.0)
    if abs(left - right) > 1e-9 * (left + right):
        return bool(left > right)
    sign = product_exceeds(mixture[one], 2 * given[other] + 1, mixture[other], 2 * given[one] + 1)
    return sign > 0 or (sign == 0 and one < other)


@kernel
def _next_class(mixture: Any, given: Any) -> Any:
    best = int64(-1)
    for kind in range(CLASS_COUNT):
        if given[kind] < mixture[kind] and (best < 0 or _better(mixture, given, kind, best)):
            best = kind
    return best


@kernel
def _last_class(mixture: Any, given: Any) -> Any:
    """The class whose latest fen was handed out last of all: compared as of before that fen."""
    worst = int64(-1)
    for kind in range(CLASS_COUNT):
        if given[kind] > 0:
            given[kind] -= 1
            if worst >= 0:
                given[worst] -= 1
                later = _better(mixture, given, worst, kind)
                given[worst] += 1
            else:
                later = True
            given[kind] += 1
            if later:
                worst = kind
    return worst


@kernel
def first_fen(mixture: Any, count: int, given: Any) -> None:
    """F(count): what each class (10,) has after `count` fen of the mixture, written into `given`."""
    total = int64(0)
    for kind in range(CLASS_COUNT):
        total += mixture[kind]
    if count >= total:
        for kind in range(CLASS_COUNT):
            given[kind] = mixture[kind]
        return
    handed = int64(0)
    part = count / total
    certain = True
    for kind in range(CLASS_COUNT):
        given[kind] = 0
        if mixture[kind] > 0:
            quota = mixture[kind] * part
            below = np.floor(quota)
            # six roundings of 2^-53 each at most: outside that of a half, the quota is rounded as the exact one is
            certain = certain and abs(quota - below - 0.5) > 1e-15 * quota + 1e-15
            rounded = int64(np.floor(quota + 0.5))
            given[kind] = rounded if rounded < mixture[kind] else mixture[kind]
            handed += given[kind]
    while handed < count:
        given[_next_class(mixture, given)] += 1
        handed += 1
    while handed > count:
        given[_last_class(mixture, given)] -= 1
        handed -= 1
    while not certain and count > 0:
        gain, loss = _next_class(mixture, given), _last_class(mixture, given)
        if gain < 0 or gain == loss:
            break
        given[loss] -= 1
        earlier = _better(mixture, given, gain, loss)
        given[loss] += 1
        if not earlier:
            break
        given[loss] -= 1
        given[gain] += 1


@kernel
def _first_parts(mixtures: Any, amount: Any, result: Any) -> None:
    for row in range(len(amount)):
        first_fen(mixtures[row], amount[row], result[row])


def first_parts(split: Ints, amount: Ints) -> Ints:
    """F(amount) of each mixture: what a record's own amount (k,) carries out of its pool's classes (k, 10)."""
    rows = np.flatnonzero(split.sum(axis=1) != amount)
    mixtures = np.ascontiguousarray(split[rows])
    parts = np.empty_like(mixtures)
    _first_parts(mixtures, amount[rows], parts)
    result = split.copy(order="K")
    result[rows] = parts
    return result
