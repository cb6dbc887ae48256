"""The day-by-day policies: a pool's history played through, one deposit or draw after the other.

A draw takes what lies in the pool; what it still wants waits (预拨), and the next deposits fill waiting draws,
oldest first, as if each deposit were the whole pool: while a draw waits the pool is empty.
"""

from __future__ import annotations

from collections import deque
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
    wanted = [draw.amount - part for draw, part in zip(draws, named.part, strict=True)]
    waiting: deque[int] = deque()
    following = 0
    for place, draw in enumerate(draws):
        while following < len(deposits) and deposits[following].date <= draw.date:
            holdings.put(lines[following])
            following += 1
            _fill(waiting, wanted, taken, holdings)
        waiting.append(place)
        _fill(waiting, wanted, taken, holdings)
    for line in lines[following:]:
        holdings.put(line)
        _fill(waiting, wanted, taken, holdings)
    assert not waiting, "a pool whose draws are more than its deposits"
    return Drawn(taken, holdings.rest(), advances(deposits, draws, named))


def _fill(waiting: deque[int], wanted: list[int], taken: Sequence[Lot], holdings: Holdings) -> None:
    """Give waiting draws, oldest first, what is there."""
    while waiting:
        place = waiting[0]
        part = min(wanted[place], holdings.amount)
        if part:
            add(taken[place], holdings.take(part))
            wanted[place] -= part
        if wanted[place]:
            return
        waiting.popleft()
