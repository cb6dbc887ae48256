"""Lowest intermediate balance: of what lies in the pool, money that is not for the poor is spent first.

Poverty money is touched only when the rest is gone, and later deposits of other money do not refill it.
Source: Re Hallett's Estate, 1880; James Roscoe (Bolton) v Winder, 1915.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.attribution.blend import Ranked
from lineage.attribution.pool import Deposit, Draw, Drawn, IsPoverty
from lineage.attribution.replay import replay


def libr(deposits: Sequence[Deposit], draws: Sequence[Draw], is_poverty: IsPoverty) -> Drawn:
    """Attribute a pool by the lowest intermediate balance rule, poverty money being the trust's."""
    return replay(deposits, draws, Ranked(lambda key: not is_poverty(key)))
