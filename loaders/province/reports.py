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


@dataclass(frozen=True, slots=True)
class Lines:
    """What makes a figure: a record, its division, tier (position in TIERS; 0 where there are none), day and fen."""

    record: NDArray[np.int64]
    place: NDArray[np.int64]
    tier: NDArray[np.int64]
    day: NDArray[np.int64]
    fen: Fen

    def where(self, mask: NDArray[np.bool_]) -> Lines:
        """The lines that the mask keeps."""
        return Lines(self.record[mask], self.place[mask], self.tier[mask], self.day[mask], self.fen[mask])


def bookings(made: Made) -> Lines:
    """The first bookings in scope, by indicator position: what was received by the source's tier, own by level."""
    lines, bureaus, amounts = made.budget.lines, made.budget.bureaus, made.flows.amounts
    fund = lines.fund[bureaus.line]
    own = bureaus.is_match | (lines.owner[bureaus.line] == bureaus.place)
    level = np.array([TIERS.index(word) for word in made.places.level])[bureaus.place]
    received = np.select(
        [fund == Fund.RELOCATION, fund == Fund.CITY_OWN],
        [TIERS.index("relocation"), TIERS.index("city")],
        TIERS.index("province"),
    )
    counts = np.flatnonzero(~np.isin(fund, (Fund.OTHER, Fund.LAST_YEAR)))
    helped = counts[bureaus.match[counts] >= 0]
    row = np.concatenate((counts, helped))
    return Lines(
        row,
        bureaus.place[row].astype(np.int64),
        np.concatenate((np.where(own, level, received)[counts], np.full(len(helped), TIERS.index("city")))),
        np.where(own, bureaus.issued, bureaus.received)[row].astype(np.int64),
        np.concatenate(((amounts.bureau - amounts.matched)[counts], amounts.matched[helped])),
    )


def system_tally(made: Made) -> Tally:
    """The system's figures of the divisions below the province."""
    tally, booked = Tally(), bookings(made)
    scale = np.zeros((len(made.places), len(TIERS)), np.int64)
    np.add.at(scale, (booked.place, booked.tier), booked.fen)
    for place, tier in zip(*np.nonzero(scale), strict=True):
        tally.add(int(place), ("scale", TIERS[tier]), int(scale[place, tier]))
    spenders = made.budget.spenders
    paid = _is_counted(made) & (spenders.place > 0)
    total = np.zeros(len(made.places), np.int64)
    np.add.at(total, spenders.place[paid], made.flows.amounts.paid_net[paid])
    for place in np.flatnonzero(total).tolist():
        tally.add(place, EXPENDITURE, int(total[place]))
    return tally


def spending(made: Made, place: int) -> Lines:
    """What counts as the division's expenditure of the year, by payment position; reversals at their own day."""
    payments = made.payments
    counts = _is_counted(made) & (made.budget.spenders.place == place)
    mine = np.flatnonzero(counts[payments.spender] & (payments.status == Status.VALID))
    back = np.flatnonzero(counts[payments.spender[payments.reversed]])
    row = np.concatenate((mine, back + payments.regular))
    return Lines(
        row,
        np.full(len(row), place),
        np.zeros(len(row), np.int64),
        np.concatenate((payments.day[mine], payments.taken_day[back])).astype(np.int64),
        np.concatenate((payments.fen[mine], -payments.taken_fen[back])),
    )


def expenditure_by(made: Made, day: int) -> NDArray[np.int64]:
    """For each place the fen of its expenditure up to the day, that day included."""
    payments, counts, place = made.payments, _is_counted(made), made.budget.spenders.place
    rows = counts[payments.spender] & (payments.status == Status.VALID) & (payments.day <= day)
    total = np.zeros(len(made.places), np.int64)
    np.add.at(total, place[payments.spender[rows]], payments.fen[rows])
    back = counts[payments.spender[payments.reversed]] & (payments.taken_day <= day)
    np.subtract.at(total, place[payments.spender[payments.reversed[back]]], payments.taken_fen[back])
    return total


def spending_since(made: Made, day: int) -> NDArray[np.int64]:
    """For each place how many payments of its expenditure were made after the day."""
    payments = made.payments
    late = _is_counted(made)[payments.spender] & (payments.status == Status.VALID) & (payments.day > day)
    return np.bincount(made.budget.spenders.place[payments.spender[late]], minlength=len(made.places))


def _is_counted(made: Made) -> NDArray[np.bool_]:
    """Agency indicators whose payments count: in scope, of the year, not carried over."""
    fund = made.budget.lines.fund[made.budget.spenders.line]
    return ~np.isin(fund, (Fund.OTHER, Fund.LAST_YEAR))
