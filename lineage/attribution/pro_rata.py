"""Pro rata ("haircut"): a draw takes the next fen of the whole pool as one mixture.

All deposits are taken as there from the start.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.attribution.interval import draw_intervals
from lineage.attribution.pool import Deposit, Draw, Drawn, IsPoverty


def pro_rata(deposits: Sequence[Deposit], draws: Sequence[Draw], is_poverty: IsPoverty) -> Drawn:
    """Attribute a pool pro rata."""
    return draw_intervals(deposits, draws, "pro-rata")
