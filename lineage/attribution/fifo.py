"""First in, first out: a draw takes the next fen of the deposits laid end to end, inside a deposit its mixture.

Source: Devaynes v Noble (Clayton's case), 1816.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.attribution.interval import draw_intervals
from lineage.attribution.pool import Deposit, Draw, Drawn, IsPoverty


def fifo(deposits: Sequence[Deposit], draws: Sequence[Draw], is_poverty: IsPoverty) -> Drawn:
    """Attribute a pool first in, first out."""
    return draw_intervals(deposits, draws, "fifo")
