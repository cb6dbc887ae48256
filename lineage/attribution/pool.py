"""What a policy is given and what it answers: one pool's deposits and draws, and who got what.

The one order of a pool: date (empty first, as the least number), deposits before draws, then the far end's name.
Deposits and draws are handed over in that order. Invariant of every answer with amounts: for each source,
Σ over draws + balance = Σ over deposits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lineage.attribution.mixture import Lot, share

IsPoverty = Callable[[int], bool]
"""Whether a source is poverty money: the record where it arises is in scope."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """One homogeneous lot that enters a pool: Σ `lot` = `amount` fen. `edge` is its movement, -1 where it arises."""

    lot: Mapping[int, int]
    amount: int
    date: int
    edge: int = -1


@dataclass(frozen=True, slots=True)
class Draw:
    """A movement out of a pool. `named` is the `edge` of the deposit that it says it spends, -1 where it says none."""

    amount: int
    date: int
    edge: int = -1
    named: int = -1


@dataclass(frozen=True, slots=True)
class Drawn:
    """What each draw took, in the order of the draws, what is left, and which draws came before their money.

    `advances` are positions of draws. A lot never holds a source with nothing.
    """

    draws: tuple[Lot, ...]
    balance: Lot
    advances: frozenset[int]


Policy = Callable[[Sequence[Deposit], Sequence[Draw], IsPoverty], Drawn]
"""Whose money each draw of a pool takes. Asserts that the draws are not more than the deposits."""


@dataclass(slots=True)
class Line:
    """A lot's fen in a row, taken from the front: the same mixture, further on each time. Mutable: `taken` grows."""

    lot: Mapping[int, int]
    amount: int
    taken: int

    @property
    def left(self) -> int:
        """Fen not yet taken."""
        return self.amount - self.taken

    def take(self, amount: int) -> Lot:
        """The next fen of the line."""
        assert 0 <= amount <= self.left, f"{amount} fen of a line with {self.left} left"
        start = self.taken
        self.taken += amount
        return share(self.lot, start, self.taken)
