"""What the system says of every division, and so what its daily report says in a sound province.

Scale goes by the tiers of the sources (`design`: received + own, gross, as a report states it), expenditure
by calibre 2017. All figures are of the province's year, cumulative up to its last day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loaders.province.paytables import Made
from loaders.province.size import Fund
from loaders.province.spending import Fen, Status

TIERS = ("province", "city", "county", "relocation")
UNKNOWN = "unknown"
"""Received money whose source the chain does not show: in no tier of a report, but in its `all`."""
Figure = tuple[str, str]
"""Measure and tier: ("scale", "city"), ("expenditure", "all")."""
EXPENDITURE: Figure = ("expenditure", "all")


@dataclass(slots=True)
class Tally:
    """A mutable sheet: fen by place and figure; tier `all` of the scale is the sum of the others and not kept."""

    fen: dict[int, dict[Figure, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, place: int, figure: Figure, fen: int) -> None:
        """Adds `fen` to the figure of a place."""
        self.fen[place][figure] += fen

    def of(self, place: int, figure: Figure) -> int:
        """The figure of a place; 0 where nothing was added."""
        figures = self.fen.get(place, {})
        if figure == ("scale", "all"):
            return sum(figures.get(("scale", tier), 0) for tier in (*TIERS, UNKNOWN))
        return figures.get(figure, 0)


def system_tally(made: Made) -> Tally:
    """The system's figures of the divisions below the province."""
    tally, lines, bureaus = Tally(), made.budget.lines, made.budget.bureaus
    fund, amounts = lines.fund[bureaus.line], made.flows.amounts
    counts = ~np.isin(fund, (Fund.OTHER, Fund.LAST_YEAR))
    own = bureaus.is_match | (lines.owner[bureaus.line] == bureaus.place)
    level = np.array([TIERS.index(word) for word in made.places.level])[bureaus.place]
    tier = np.where(
        own,
        level,
        np.select(
            [fund == Fund.RELOCATION, fund == Fund.CITY_OWN],
            [TIERS.index("relocation"), TIERS.index("city")],
            TIERS.index("province"),
        ),
    )
    _add_each(tally, bureaus.place[counts], tier[counts], (amounts.bureau - amounts.matched)[counts])
    helped = counts & (bureaus.match >= 0)
    _add_each(tally, bureaus.place[helped], np.full(int(helped.sum()), 1), amounts.matched[helped])
    spenders = made.budget.spenders
    paid = _is_counted(made) & (spenders.place > 0)
    total = np.zeros(len(made.places), np.int64)
    np.add.at(total, spenders.place[paid], amounts.paid_net[paid])
    for place in np.flatnonzero(total).tolist():
        tally.add(place, EXPENDITURE, int(total[place]))
    return tally


def expenditure_rows(made: Made, place: int) -> tuple[Fen, Fen]:
    """Days and fen of what counts as the division's expenditure of the year, reversals at their own day."""
    payments, spenders = made.payments, made.budget.spenders
    counts = _is_counted(made) & (spenders.place == place)
    mine = counts[payments.spender] & (payments.status == Status.VALID)
    back = counts[payments.spender[payments.reversed]]
    return (
        np.concatenate((payments.day[mine], payments.taken_day[back])).astype(np.int64),
        np.concatenate((payments.fen[mine], -payments.taken_fen[back])),
    )


def _is_counted(made: Made) -> NDArray[np.bool_]:
    """Agency indicators whose payments count: in scope, of the year, not carried over."""
    fund = made.budget.lines.fund[made.budget.spenders.line]
    return ~np.isin(fund, (Fund.OTHER, Fund.LAST_YEAR))


def _add_each(tally: Tally, place: np.ndarray, tier: np.ndarray, fen: np.ndarray) -> None:
    total = np.zeros((int(place.max(initial=0)) + 1, len(TIERS)), np.int64)
    np.add.at(total, (place, tier), fen)
    for at, which in zip(*np.nonzero(total), strict=True):
        tally.add(int(at), ("scale", TIERS[which]), int(total[at, which]))
