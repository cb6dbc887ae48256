"""A part of a mixture: the fen of a pool handed out one after another by Sainte-Laguë's divisor method.

Each fen goes to the source with the greatest amount / (2 × given so far + 1), ties to the lesser key. F(n) is
what each source has after n fen; a draw of fen start..stop takes F(stop) - F(start). Being a divisor method it
is free of paradox, never negative, and exact at the end. Sources are ints whose order is the order of ties: the
numbers of records by name, unsourced poverty and unsourced other money after all of them.
Source: A. Sainte-Laguë, 1910; M. Balinski and H. P. Young, Fair Representation, 1982.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heapify, heapreplace

Lot = dict[int, int]
"""Fen by source."""


def share(mixture: Mapping[int, int], start: int, stop: int) -> Lot:
    """What fen start..stop of a mixture are of each source, none of them nothing. Cost: n log n in the sources."""
    if start >= stop:
        return {}
    if len(mixture) == 1:
        return dict.fromkeys(mixture, stop - start)
    after = first_fen(mixture, stop)
    if start == 0:
        return {key: amount for key, amount in after.items() if amount}
    before = first_fen(mixture, start)
    return {key: amount - before[key] for key, amount in after.items() if amount > before[key]}


def first_fen(mixture: Mapping[int, int], count: int) -> Lot:
    """F(count) for each source, 0 included: rounded quotas, then the few fen too few or too many, exactly.

    Rounding every quota half up is itself F of some count: it hands out all fen whose quotient reaches
    total / (2 × count). So adding the next fen, or taking back the latest, leads exactly to F(count).
    """
    total = sum(mixture.values())
    assert 0 <= count <= total, f"{count} fen of a mixture of {total}"
    if count == total:
        return dict(mixture)
    given = {key: (2 * count * amount + total) // (2 * total) for key, amount in mixture.items()}
    surplus = sum(given.values()) - count
    if surplus < 0:
        _hand_out(mixture, given, -surplus)
    elif surplus > 0:
        _take_back(mixture, given, surplus)
    return given


def _precision(given: Lot, steps: int) -> int:
    """Bits by which amounts are shifted so that different quotients amount / (2g + 1) have different whole parts.

    Two of them differ by at least 1 / ((2g + 1)(2h + 1)).
    """
    return 2 * (2 * (max(given.values()) + steps) + 1).bit_length()


def _hand_out(mixture: Mapping[int, int], given: Lot, steps: int) -> None:
    bits = _precision(given, steps)
    turns = [(-((amount << bits) // (2 * given[key] + 1)), key) for key, amount in mixture.items()]
    heapify(turns)
    for _ in range(steps):
        key = turns[0][1]
        given[key] += 1
        heapreplace(turns, (-((mixture[key] << bits) // (2 * given[key] + 1)), key))


def _take_back(mixture: Mapping[int, int], given: Lot, steps: int) -> None:
    bits = _precision(given, steps)
    never = sum(mixture.values()) << bits + 1
    turns = [_latest(amount << bits, given[key], key, never) for key, amount in mixture.items()]
    heapify(turns)
    for _ in range(steps):
        key = -turns[0][1]
        given[key] -= 1
        heapreplace(turns, _latest(mixture[key] << bits, given[key], key, never))


def _latest(amount: int, given: int, key: int, never: int) -> tuple[int, int]:
    """The quotient by which a source got its latest fen; of equal ones the greater key got it later."""
    return (amount // (2 * given - 1) if given else never), -key


def add(total: Lot, lot: Mapping[int, int]) -> None:
    """Add a lot's fen to a total, source by source."""
    for key, amount in lot.items():
        total[key] = total.get(key, 0) + amount
