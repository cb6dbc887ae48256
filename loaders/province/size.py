"""How large a made province is in every part, from the number of its payments alone.

Few indicators pay often in a large province, and seldom in a small one: 5 payments an indicator at 200
payments, 100 from 400,000 up. The year's calendar stands here too, for every date hangs on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from lineage.errors import Misuse

PAYMENTS_LEAST, PAYMENTS_MOST = 200, 10_000_000
BRANCHES_A_BUREAU = 1.6


class Fund(IntEnum):
    """Kinds of grant lines."""

    POVERTY = 0
    INTEGRATED = 1
    RELOCATION = 2
    OTHER = 3
    CITY_OWN = 4
    COUNTY_OWN = 5
    LAST_YEAR = 6
    PROVINCE_OWN = 7


SHARES = {
    Fund.POVERTY: 0.50,
    Fund.INTEGRATED: 0.12,
    Fund.RELOCATION: 0.05,
    Fund.OTHER: 0.15,
    Fund.CITY_OWN: 0.04,
    Fund.COUNTY_OWN: 0.07,
    Fund.LAST_YEAR: 0.05,
    Fund.PROVINCE_OWN: 0.02,
}
"""Part of the receiving bureaus that a kind of line has: chosen, not measured; poverty money is the most."""


def days(year: int, month: int, day: int) -> int:
    """The day's number since 1970-01-01."""
    return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Size:
    """Numbers of payments, receiving bureaus, and divisions a line reaches."""

    payments: int
    bureaus: int
    width: int
    year: int

    @property
    def last_day(self) -> int:
        """The latest business date: the 20th of December, so that a year-end rush can be seen."""
        return days(self.year, 12, 20)

    def lines(self, fund: Fund) -> int:
        """Number of grant lines of that kind, at least one."""
        return max(1, round(SHARES[fund] * self.bureaus / self.reach(fund)))

    def reach(self, fund: Fund) -> int:
        """Number of divisions one line of that kind is spent in."""
        if fund in (Fund.COUNTY_OWN, Fund.PROVINCE_OWN):
            return 1
        return min(self.width, 4) if fund is Fund.CITY_OWN else self.width


def size_of(payments: int, year: int) -> Size:
    """The sizes for so many payments. Raises Misuse outside 200 … 10,000,000."""
    if not PAYMENTS_LEAST <= payments <= PAYMENTS_MOST:
        raise Misuse(f"payments: found {payments:,}, expected {PAYMENTS_LEAST:,} to {PAYMENTS_MOST:,}")
    each = min(100.0, 5.0 * (payments / PAYMENTS_LEAST) ** 0.4)
    bureaus = max(20, round(payments / each / BRANCHES_A_BUREAU))
    return Size(payments, bureaus, max(3, min(150, round(bureaus**0.5 / 2))), year)
