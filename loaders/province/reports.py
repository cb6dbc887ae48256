"""What the system says of every division, and so what its daily report says in a sound province.

Scale goes by the tiers of the sources (`design`: received + own, gross, as a report states it), expenditure
by calibre 2017. All figures are of the province's year, cumulative up to its last day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from loaders.province.paytables import Made
from loaders.province.places import Places
from loaders.province.size import Fund

TIERS = ("province", "city", "county", "relocation")
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
            return sum(figures.get(("scale", tier), 0) for tier in TIERS)
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
    paid = ~np.isin(lines.fund[spenders.line], (Fund.OTHER, Fund.LAST_YEAR)) & (spenders.place > 0)
    total = np.zeros(len(made.places), np.int64)
    np.add.at(total, spenders.place[paid], amounts.paid_net[paid])
    for place in np.flatnonzero(total).tolist():
        tally.add(place, EXPENDITURE, int(total[place]))
    return tally


def _add_each(tally: Tally, place: np.ndarray, tier: np.ndarray, fen: np.ndarray) -> None:
    total = np.zeros((int(place.max(initial=0)) + 1, len(TIERS)), np.int64)
    np.add.at(total, (place, tier), fen)
    for at, which in zip(*np.nonzero(total), strict=True):
        tally.add(int(at), ("scale", TIERS[which]), int(total[at, which]))


def report_rows(tally: Tally, places: Places, last_day: str) -> list[dict[str, str]]:
    """The daily reports of the last day that state exactly these figures."""
    figures = [*(("scale", tier) for tier in TIERS), ("scale", "all"), EXPENDITURE]
    return [
        {
            "division_code": places.code[place],
            "report_date": last_day,
            "measure": measure,
            "tier": tier,
            "amount": yuan_text(tally.of(place, (measure, tier))),
        }
        for place in sorted(tally.fen)
        for measure, tier in figures
    ]


def yuan_text(fen: int) -> str:
    """Fen as yuan with two decimals."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100}.{rest % 100:02d}"
