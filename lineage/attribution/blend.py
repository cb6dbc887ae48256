"""Money that lies in a pool as mixtures, taken by F of what is there on the day."""

from __future__ import annotations

from collections.abc import Callable

from lineage.attribution.mixture import Lot, add, share
from lineage.attribution.pool import Line


class Blend:
    """One mixture. Each taking is F(amount) of what is there; what is left is a new mixture."""

    def __init__(self) -> None:
        self.lot: Lot = {}
        self.amount = 0

    def put(self, line: Line) -> None:
        """Take in what is left of a deposit."""
        self.pour(line.take(line.left))

    def pour(self, lot: Lot) -> None:
        """Take in a lot."""
        add(self.lot, lot)
        self.amount += sum(lot.values())

    def take(self, amount: int) -> Lot:
        """F(amount) of the mixture."""
        taken = share(self.lot, 0, amount)
        for key, part in taken.items():
            self.lot[key] -= part
            if not self.lot[key]:
                del self.lot[key]
        self.amount -= amount
        return taken

    def rest(self) -> Lot:
        """Everything that is there."""
        return dict(self.lot)


class Ranked:
    """Two mixtures; the one of sources with `comes_first` is taken, down to nothing, before the other is touched."""

    def __init__(self, comes_first: Callable[[int], bool]) -> None:
        self._comes_first = comes_first
        self._first, self._last = Blend(), Blend()

    @property
    def amount(self) -> int:
        """Fen that are there."""
        return self._first.amount + self._last.amount

    def put(self, line: Line) -> None:
        """Take in what is left of a deposit, each source to its mixture."""
        for key, amount in line.take(line.left).items():
            (self._first if self._comes_first(key) else self._last).pour({key: amount})

    def take(self, amount: int) -> Lot:
        """From the first mixture what it has, the rest from the other."""
        early = min(amount, self._first.amount)
        taken = self._first.take(early)
        add(taken, self._last.take(amount - early))
        return taken

    def rest(self) -> Lot:
        """Everything that is there."""
        return self._first.rest() | self._last.rest()
