"""Pools drawn on by place: under pro-rata and fifo a draw is an interval of the pool's line of fen.

Attributing one draw needs the pool's deposits and the sums before the draw, never a replay of its siblings.
Named draws take [x, x + amount) of their deposit's own line; what they leave of all deposits makes the pool's
line: one mixture under pro-rata, laid end to end under fifo.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Protocol

from lineage.attribution.mixture import Lot, add, share
from lineage.attribution.named import advances, named_lots, named_parts
from lineage.attribution.pool import Deposit, Draw, Drawn


class _PoolLine(Protocol):
    amount: int

    def take(self, start: int, stop: int) -> Lot: ...


class _Blended:
    """All deposits as one mixture, each from where the named draws stopped."""

    def __init__(self, deposits: Sequence[Deposit], named: Mapping[int, int]) -> None:
        self.lot: Lot = {}
        for deposit in deposits:
            add(self.lot, _left(deposit, named))
        self.amount = sum(self.lot.values())

    def take(self, start: int, stop: int) -> Lot:
        return share(self.lot, start, stop)


class _EndToEnd:
    """The deposits laid end to end in order, each from where the named draws stopped."""

    def __init__(self, deposits: Sequence[Deposit], named: Mapping[int, int]) -> None:
        self.deposits = deposits
        self.skipped = [named.get(deposit.edge, 0) for deposit in deposits]
        lengths = (deposit.amount - skipped for deposit, skipped in zip(deposits, self.skipped, strict=True))
        self.ends = list(accumulate(lengths))
        self.amount = self.ends[-1] if self.ends else 0

    def take(self, start: int, stop: int) -> Lot:
        assert 0 <= start <= stop <= self.amount, f"fen {start}..{stop} of a line of {self.amount}"
        taken: Lot = {}
        place = bisect_right(self.ends, start)
        while start < stop:
            deposit = self.deposits[place]
            until = min(stop, self.ends[place])
            further = deposit.amount - self.ends[place]
            add(taken, share(deposit.lot, start + further, until + further))
            start, place = until, place + 1
        return taken


INTERVAL_POLICIES: dict[str, type[_Blended] | type[_EndToEnd]] = {"pro-rata": _Blended, "fifo": _EndToEnd}


class IntervalPool:
    """One pool under pro-rata or fifo. `named` is how much of each deposit, by edge, named draws take in all."""

    def __init__(self, deposits: Sequence[Deposit], named: Mapping[int, int], policy: str) -> None:
        self._lots = {deposit.edge: deposit.lot for deposit in deposits if deposit.edge in named}
        self._line: _PoolLine = INTERVAL_POLICIES[policy](deposits, named)

    @property
    def amount(self) -> int:
        """Fen of the pool's line: all deposits less what named draws take of them."""
        return self._line.amount

    def take(self, start: int, stop: int) -> Lot:
        """What fen start..stop of the pool's line are."""
        return self._line.take(start, stop)

    def take_named(self, deposit_edge: int, start: int, stop: int) -> Lot:
        """What fen start..stop of one named deposit's own line are."""
        return share(self._lots[deposit_edge], start, stop)


def _left(deposit: Deposit, named: Mapping[int, int]) -> Mapping[int, int]:
    skipped = named.get(deposit.edge, 0)
    return share(deposit.lot, skipped, deposit.amount) if skipped else deposit.lot


def draw_intervals(deposits: Sequence[Deposit], draws: Sequence[Draw], policy: str) -> Drawn:
    """All draws of a pool, each from where the one before stopped."""
    named = named_parts(deposits, draws)
    used = {deposit.edge: amount for deposit, amount in zip(deposits, named.used, strict=True) if amount}
    pool = IntervalPool(deposits, used, policy)
    taken = named_lots(deposits, named)
    at = 0
    for lot, draw, part in zip(taken, draws, named.part, strict=True):
        add(lot, pool.take(at, at + draw.amount - part))
        at += draw.amount - part
    return Drawn(taken, pool.take(at, pool.amount), advances(deposits, draws, named))
