"""Poverty first (seniority): of what lies in the pool, poverty money is taken before any other."""

from __future__ import annotations

from collections.abc import Sequence

from lineage.attribution.blend import Ranked
from lineage.attribution.pool import Deposit, Draw, Drawn, IsPoverty
from lineage.attribution.replay import replay


def poverty_first(deposits: Sequence[Deposit], draws: Sequence[Draw], is_poverty: IsPoverty) -> Drawn:
    """Attribute a pool with poverty money spent first."""
    return replay(deposits, draws, Ranked(is_poverty))
