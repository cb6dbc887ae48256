"""Poison: no amounts, only whether any of the money could be from a source.

A lot here marks each such source with 1. A draw that a named deposit serves wholly can hold that deposit's money only;
any other can hold the money of every deposit that the named draws have not used up. The days play no part.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.attribution.mixture import Lot
from lineage.attribution.named import advances, named_parts
from lineage.attribution.pool import Deposit, Draw, Drawn, IsPoverty


def poison(deposits: Sequence[Deposit], draws: Sequence[Draw], is_poverty: IsPoverty) -> Drawn:
    """Mark what each draw could hold."""
    named = named_parts(deposits, draws)
    pool: Lot = {}
    for deposit, used in zip(deposits, named.used, strict=True):
        if used < deposit.amount:
            pool |= dict.fromkeys(deposit.lot, 1)
    marked = []
    for draw, place, part in zip(draws, named.deposit, named.part, strict=True):
        own = dict.fromkeys(deposits[place].lot, 1) if part else {}
        marked.append(own | pool if part < draw.amount else own)
    left = sum(deposit.amount for deposit in deposits) - sum(draw.amount for draw in draws)
    return Drawn(tuple(marked), dict(pool) if left else {}, advances(deposits, draws, named))
