"""The budget side of a made province: grant lines, the bureaus that receive them, the agencies that spend.

The shape only: who hands to whom, and when. Amounts come from below, in `flows`: payments are made first
and every sum above is exact by construction. A `Bureau` row is the indicator a finance bureau holds, a
`Spender` row the indicator of an agency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.province.places import AGENCIES_EACH, Places
from loaders.province.size import Fund, Size, days

Ints = NDArray[np.integer[Any]]
MATCHED = 0.3
"""Part of the cities that add own money to a poverty line on its way to the counties."""
CARRIED = 0.6
"""Part of last year's agency indicators whose balance is carried over."""
PROVINCE_LINES = (Fund.POVERTY, Fund.INTEGRATED, Fund.RELOCATION, Fund.OTHER, Fund.LAST_YEAR)


@dataclass(frozen=True, slots=True)
class Lines:
    """Grant lines: kind, the place that arranges the money, the year, the day of the decision."""

    fund: Ints
    owner: Ints
    year: Ints
    day: Ints


@dataclass(frozen=True, slots=True)
class Bureaus:
    """Bureau indicators. `parent`: the bureau that issues to it, -1 where the allocation itself does.
    `match`: the city's own bureau row that adds to it, -1 where none does. Parents stand before children."""

    line: Ints
    place: Ints
    parent: Ints
    match: Ints
    is_match: NDArray[np.bool_]
    issued: Ints
    received: Ints


@dataclass(frozen=True, slots=True)
class Spenders:
    """Agency indicators. `bureau` is -1 for the province's own and for carried-over ones; `previous` is the
    position of last year's indicator that a carried-over one goes on from, else -1."""

    line: Ints
    place: Ints
    bureau: Ints
    agency: Ints
    previous: Ints
    day: Ints
    year: Ints


@dataclass(frozen=True, slots=True)
class Budget:
    """The whole shape."""

    lines: Lines
    bureaus: Bureaus
    spenders: Spenders


def draw_budget(size: Size, places: Places, rng: np.random.Generator) -> Budget:
    """The shape of all chains, drawn from `rng`."""
    lines, leaf_line, leaf_place = _draw_lines(size, places, rng)
    own = lines.fund[leaf_line] == Fund.PROVINCE_OWN
    bureaus, holders = _bureaus(lines, (leaf_line[~own], leaf_place[~own]), places, rng)
    spenders = _spenders(lines, bureaus, holders, leaf_line[own], rng)
    return Budget(lines, bureaus, _with_carried(spenders, lines, size, rng))


def _draw_lines(size: Size, places: Places, rng: np.random.Generator) -> tuple[Lines, Ints, Ints]:
    """The lines, and one (line, place) pair for every division in which a line is spent."""
    funds = np.repeat(list(Fund), [size.lines(fund) for fund in Fund]).astype(np.int32)
    cities = np.flatnonzero(places.is_city)
    counties = np.flatnonzero(places.is_county)
    owner = np.zeros(len(funds), np.int32)
    # every city and county comes up once before any comes up twice
    with_counties = cities[np.isin(cities, places.parent)]
    owner[funds == Fund.CITY_OWN] = np.resize(rng.permutation(with_counties), size.lines(Fund.CITY_OWN))
    owner[funds == Fund.COUNTY_OWN] = np.resize(rng.permutation(counties), size.lines(Fund.COUNTY_OWN))
    year = np.where(funds == Fund.LAST_YEAR, size.year - 1, size.year).astype(np.int32)
    spring = np.where(funds == Fund.LAST_YEAR, days(size.year - 1, 1, 12), days(size.year, 1, 12))
    day = (spring + rng.integers(0, 108, len(funds))).astype(np.int32)
    pairs = [
        _leaves(size.reach(Fund(fund)), Fund(fund), int(owner[at]), places, rng)
        for at, fund in enumerate(funds.tolist())
    ]
    leaf_line = np.repeat(np.arange(len(funds)), [len(pair) for pair in pairs]).astype(np.int32)
    return Lines(funds, owner, year, day), leaf_line, np.concatenate(pairs).astype(np.int32)


def _leaves(reach: int, fund: Fund, owner: int, places: Places, rng: np.random.Generator) -> Ints:
    """The places in which one line is spent: poverty counties three times as often as others."""
    if fund in (Fund.COUNTY_OWN, Fund.PROVINCE_OWN):
        return np.array([owner], np.int32)
    weight = np.where(places.is_city, 0.7, np.where(np.array(places.poverty), 3.0, 1.0))
    weight[0] = 0.0
    if fund is Fund.CITY_OWN:
        inside = places.parent == owner
        inside[owner] = True
        weight = weight * inside
    possible = np.flatnonzero(weight)
    keys = rng.exponential(size=len(possible)) / weight[possible]
    return np.sort(possible[np.argsort(keys, kind="stable")[:reach]]).astype(np.int32)


def _bureaus(lines: Lines, leaves: tuple[Ints, Ints], places: Places, rng: np.random.Generator) -> tuple[Bureaus, Ints]:
    """The bureau indicators, and the positions of those whose money is spent in their own division."""
    count = len(places)
    leaf_line, leaf_place = leaves
    leaf_key = leaf_line.astype(np.int64) * count + leaf_place
    leaf_parent = np.where(lines.owner[leaf_line] == leaf_place, -1, places.parent[leaf_place])
    below = leaf_parent > 0
    upper = np.unique(
        np.concatenate((leaf_line[below].astype(np.int64) * count + leaf_parent[below], leaf_key[~below]))
    )
    lower = np.sort(leaf_key[below])
    parent = np.searchsorted(upper, lower // count * count + places.parent[lower % count]).astype(np.int32)
    adds = (rng.random(len(upper)) < MATCHED) & (lines.fund[upper // count] == Fund.POVERTY)
    adds &= np.isin(np.arange(len(upper)), parent)
    match = np.where(adds, len(upper) + np.cumsum(adds) - 1, -1).astype(np.int32)[parent]
    keys = np.concatenate((upper, upper[adds], lower))
    heads = len(keys) - len(lower)
    none = np.full(heads, -1, np.int32)
    line = (keys // count).astype(np.int32)
    issued, received = _bureau_days(lines.day[line[:heads]], parent, match, rng)
    bureaus = Bureaus(
        line,
        (keys % count).astype(np.int32),
        np.concatenate((none, parent)),
        np.concatenate((none, match)).astype(np.int32),
        (np.arange(len(keys)) >= len(upper)) & (np.arange(len(keys)) < heads),
        issued,
        received,
    )
    at_upper = np.searchsorted(upper, leaf_key[~below])
    at_lower = heads + np.searchsorted(lower, leaf_key[below])
    return bureaus, np.sort(np.concatenate((at_upper, at_lower))).astype(np.int32)


def _bureau_days(decided: Ints, parent: Ints, match: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Issue and receipt: below a city only once every bureau that feeds the child has its own money."""
    issued = decided + rng.integers(1, 6, len(decided))
    received = issued + rng.integers(1, 6, len(decided))
    ready = np.maximum(received[parent], np.where(match >= 0, received[match], 0))
    issued_below = ready + rng.integers(2, 20, len(parent))
    received_below = issued_below + rng.integers(1, 6, len(parent))
    return (
        np.concatenate((issued, issued_below)).astype(np.int32),
        np.concatenate((received, received_below)).astype(np.int32),
    )


def _spenders(lines: Lines, bureaus: Bureaus, holders: Ints, own: Ints, rng: np.random.Generator) -> Spenders:
    each = 1 + (rng.random(len(holders)) < 0.45) + (rng.random(len(holders)) < 0.15)
    bureau = np.repeat(holders, each).astype(np.int32)
    ordinal = np.arange(len(bureau)) - np.repeat(np.cumsum(each) - each, each)
    agency = np.repeat(rng.integers(0, AGENCIES_EACH, len(holders)), each) + ordinal
    line = np.concatenate((bureaus.line[bureau], own)).astype(np.int32)
    ready = np.concatenate((bureaus.received[bureau], lines.day[own]))
    return Spenders(
        line,
        np.concatenate((bureaus.place[bureau], np.zeros(len(own), np.int32))),
        np.concatenate((bureau, np.full(len(own), -1, np.int32))),
        np.concatenate((agency % AGENCIES_EACH, rng.integers(0, AGENCIES_EACH, len(own)))).astype(np.int32),
        np.full(len(line), -1, np.int32),
        (ready + rng.integers(2, 15, len(line))).astype(np.int32),
        lines.year[line],
    )


def _with_carried(base: Spenders, lines: Lines, size: Size, rng: np.random.Generator) -> Spenders:
    """Adds this year's indicators that last year's unspent balances are carried over to."""
    old = np.flatnonzero(lines.fund[base.line] == Fund.LAST_YEAR).astype(np.int32)
    keep = rng.random(len(old)) < CARRIED
    keep[:1] = True
    old = old[keep]
    january = days(size.year, 1, 4) + rng.integers(0, 20, len(old))
    return Spenders(
        np.concatenate((base.line, base.line[old])),
        np.concatenate((base.place, base.place[old])),
        np.concatenate((base.bureau, np.full(len(old), -1, np.int32))),
        np.concatenate((base.agency, base.agency[old])),
        np.concatenate((base.previous, old)),
        np.concatenate((base.day, january)).astype(np.int32),
        np.concatenate((base.year, np.full(len(old), size.year, np.int32))),
    )
