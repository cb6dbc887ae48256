"""The day-by-day policies: a pool's history played through, one draw after the other.

A draw takes what lies in the pool; what it still wants waits (预拨), and the next deposits fill waiting draws, oldest
first, as if each deposit were the whole pool. While a draw waits the pool is empty and every later draw waits behind
it, so draws can be served one by one: each calls in the deposits of days up to its own, then as many more as it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lineage.attribution.mixture import Lot, add
from lineage.attribution.named import advances, named_lots, named_parts
from lineage.attribution.pool import Deposit, Draw, Drawn, Line


class Holdings(Protocol):
    """What lies in a pool on a day; a policy is the choice of what is taken first."""

    @property
    def amount(self) -> int:
        """Fen that are there."""
        ...

    def put(self, line: Line) -> None:
        """Take in what is left of a deposit."""
        ...

    def take(self, amount: int) -> Lot:
        """Give `amount` fen, at most what is there, never a source with nothing."""
        ...

    def rest(self) -> Lot:
        """Everything that is there."""
        ...


def replay(deposits: Sequence[Deposit], draws: Sequence[Draw], holdings: Holdings) -> Drawn:
    """Play a pool's days through. Cost: draws × sources of a mixture."""
    named = named_parts(deposits, draws)
    taken = named_lots(deposits, named)
    lines = [Line(deposit.lot, deposit.amount, used) for deposit, used in zip(deposits, named.used, strict=True)]
    following = 0
    for lot, draw, part in zip(taken, draws, named.part, strict=True):
        while following < len(lines) and deposits[following].date <= draw.date:
            holdings.put(lines[following])
            following += 1
        wanted = draw.amount - part
        while wanted:
            if not holdings.amount:
                assert following < len(lines), "a pool whose draws are more than its deposits"
                holdings.put(lines[following])
                following += 1
            now = min(wanted, holdings.amount)
            add(lot, holdings.take(now))
            wanted -= now
    for line in lines[following:]:
        holdings.put(line)
    return Drawn(taken, holdings.rest(), advances(deposits, draws, named))
