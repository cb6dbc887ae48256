"""A part of a mixture: the fen of a pool handed out one after another by Sainte-Laguë's divisor method.

Each fen goes to the source with the greatest amount / (2 × given so far + 1), ties to the lesser key. F(n) is
what each source has after n fen; a draw of fen start..stop takes F(stop) - F(start). Being a divisor method it
is free of paradox, never negative, and exact at the end. Source: A. Sainte-Laguë, 1910; Balinski and Young, 1982.
"""

from __future__ import annotations

from collections.abc import Mapping


def share(mixture: Mapping[int, int], start: int, stop: int) -> dict[int, int]:
    """What fen start..stop of a mixture are of each source. Cost: the number of sources, not of fen."""
    if len(mixture) <= 1 or start >= stop:
        return dict.fromkeys(mixture, stop - start) if stop > start else {}
    before, after = first_fen(mixture, start), first_fen(mixture, stop)
    return {key: after[key] - before[key] for key in mixture if after[key] > before[key]}


def first_fen(mixture: Mapping[int, int], count: int) -> dict[int, int]:
    """F(count): rounded quotas, then the few fen too many or too few, exactly."""
    total = sum(mixture.values())
    assert 0 <= count <= total, f"{count} fen of a mixture of {total}"
    if count in (0, total):
        return dict(mixture) if count else dict.fromkeys(mixture, 0)
    given = {key: (2 * count * amount + total) // (2 * total) for key, amount in mixture.items()}
    handed = sum(given.values())
    while handed < count:
        given[_next(mixture, given)] += 1
        handed += 1
    while handed > count:
        given[_latest(mixture, given)] -= 1
        handed -= 1
    return given


def _next(mixture: Mapping[int, int], given: Mapping[int, int]) -> int:
    """The source of the next fen."""
    best: int | None = None
    for key in sorted(mixture):
        if best is None or mixture[key] * (2 * given[best] + 1) > mixture[best] * (2 * given[key] + 1):
            best = key
    assert best is not None
    return best


def _latest(mixture: Mapping[int, int], given: Mapping[int, int]) -> int:
    """The source whose latest fen came last of all."""
    worst: int | None = None
    for key in sorted(mixture):
        if given[key] and (
            worst is None or mixture[key] * (2 * given[worst] - 1) <= mixture[worst] * (2 * given[key] - 1)
        ):
            worst = key
    assert worst is not None
    return worst
