"""Last in, first out: of what lies in the pool, the newest deposit's fen first.

Inside a deposit its mixture, from where the last draw on it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.attribution.mixture import Lot, add
from lineage.attribution.pool import Deposit, Draw, Drawn, IsPoverty, Line
from lineage.attribution.replay import replay


class _Stack:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.amount = 0

    def put(self, line: Line) -> None:
        self.lines.append(line)
        self.amount += line.left

    def take(self, amount: int) -> Lot:
        taken: Lot = {}
        self.amount -= amount
        while amount:
            line = self.lines[-1]
            part = min(amount, line.left)
            add(taken, line.take(part))
            amount -= part
            if not line.left:
                self.lines.pop()
        return taken

    def rest(self) -> Lot:
        rest: Lot = {}
        for line in self.lines:
            add(rest, line.take(line.left))
        return rest


def lifo(deposits: Sequence[Deposit], draws: Sequence[Draw], is_poverty: IsPoverty) -> Drawn:
    """Attribute a pool last in, first out."""
    return replay(deposits, draws, _Stack())
