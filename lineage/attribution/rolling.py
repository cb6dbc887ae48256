"""Rolling pro rata: a draw takes F(amount) of what lies in the pool on that day, as one mixture.

Source: the North American rolling charge (Barlow Clowes v Vaughan, 1992; Law Society of Upper Canada v
Toronto-Dominion Bank, 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.attribution.blend import Blend
from lineage.attribution.pool import Deposit, Draw, Drawn, IsPoverty
from lineage.attribution.replay import replay


def rolling(deposits: Sequence[Deposit], draws: Sequence[Draw], is_poverty: IsPoverty) -> Drawn:
    """Attribute a pool by the rolling charge."""
    return replay(deposits, draws, Blend())
