"""Specific identification: draws that name their deposit take from it first, before all draws that name none.

They take the deposit's own fen in draw order up to what it holds, under every policy and whatever the dates. What
such a draw still wants, and what is left of all deposits, then goes by the policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.attribution.mixture import Lot, share
from lineage.attribution.pool import Deposit, Draw


@dataclass(frozen=True, slots=True)
class Named:
    """What named draws take, in fen: of each deposit in all, and for each draw how much, from where on its deposit.

    `deposit` is the position of the deposit that a draw takes from, -1 where it takes from none.
    """

    used: tuple[int, ...]
    deposit: tuple[int, ...]
    start: tuple[int, ...]
    part: tuple[int, ...]


def named_parts(deposits: Sequence[Deposit], draws: Sequence[Draw]) -> Named:
    """Which part of its deposit each draw that names one takes. Cost: linear."""
    place_of = {deposit.edge: place for place, deposit in enumerate(deposits) if deposit.edge >= 0}
    used = [0] * len(deposits)
    rows = []
    for draw in draws:
        place = place_of.get(draw.named, -1)
        start = used[place] if place >= 0 else 0
        part = min(draw.amount, deposits[place].amount - start) if place >= 0 else 0
        if part:
            used[place] += part
        rows.append((place if part else -1, start, part))
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    deposit, starts, parts = (tuple(column) for column in columns)
    return Named(tuple(used), deposit, starts, parts)


def named_lots(deposits: Sequence[Deposit], named: Named) -> tuple[Lot, ...]:
    """Whose money the named parts are, a new lot for each draw, empty where it took none."""
    return tuple(
        share(deposits[place].lot, start, start + part) if part else {}
        for place, start, part in zip(named.deposit, named.start, named.part, strict=True)
    )


def advances(deposits: Sequence[Deposit], draws: Sequence[Draw], named: Named) -> frozenset[int]:
    """Positions of draws that came before their money (预拨): they want more than was there on their day.

    A day's deposits are there before its draws. A named draw is one, too, where its deposit comes on a later day.
    """
    early = set()
    there, drawn, following = 0, 0, 0
    for place, draw in enumerate(draws):
        while following < len(deposits) and deposits[following].date <= draw.date:
            there += deposits[following].amount - named.used[following]
            following += 1
        wanted = draw.amount - named.part[place]
        drawn += wanted
        late = named.part[place] > 0 and deposits[named.deposit[place]].date > draw.date
        if late or (wanted and drawn > there):
            early.add(place)
    return frozenset(early)
