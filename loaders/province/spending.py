"""The payments of a made province, as columns; everything above them is summed up from here.

Invariants that keep a sound province sound, by construction and not by luck:
- the money of one indicator paid from October on is at most a fifth and one mean payment of its year's, and
  in December 6 % and one, for only payments up to the mean are dated there (`pace/year-end-rush` keeps quiet);
- a payee comes back to one indicator only after `PAYEES` other payees, and so on another day (`pay/duplicate`);
- a reversal takes back a half of a payment, never the whole, so that every payment has a chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from loaders.province.budget import Budget, Ints
from loaders.province.size import Fund, Size, days

PAYEES = 400
PAYMENTS_AN_INDICATOR_MOST = 20_000
REVERSED, VOID, PENDING = 0.004, 0.005, 0.002
LATE, DECEMBER, LATE_LEAST_PAYMENTS = 0.80, 0.94, 20
FEN_LEAST, FEN_MOST = 1_000, 800_000_000
"""10 yuan and 8 million yuan."""


Fen = NDArray[np.int64]


class Payee(IntEnum):
    """Payee kinds; PERSON and HOUSEHOLD are paid by one-card batch, OUTSIDER is a person paid without one."""

    PERSON = 0
    HOUSEHOLD = 1
    ENTERPRISE = 2
    VILLAGE = 3
    AGENCY = 4
    ACCOUNT = 5
    OUTSIDER = 6


class Status(IntEnum):
    """Payment states."""

    VALID = 0
    VOID = 1
    PENDING = 2


IN_SCOPE_MIX = (0.07, 0.03, 0.35, 0.40, 0.15, 0.0, 0.0)
OTHER_MIX = (0.03, 0.01, 0.40, 0.23, 0.26, 0.03, 0.04)


@dataclass(frozen=True, slots=True)
class Payments:
    """One row a payment; rows of one spender lie together, `first` being each spender's first row.
    The last `len(reversed)` rows of the table are reversals: of row `reversed`, `taken_fen`, on `taken_day`."""

    spender: Ints
    first: NDArray[np.int64]
    ordinal: Ints
    day: Ints
    fen: NDArray[np.int64]
    kind: NDArray[np.int8]
    status: NDArray[np.int8]
    moved: NDArray[np.bool_]
    reversed: NDArray[np.int64]
    taken_fen: NDArray[np.int64]
    taken_day: Ints

    @property
    def regular(self) -> int:
        """Rows that are no reversals."""
        return len(self.spender)


def draw_payments(size: Size, budget: Budget, rng: np.random.Generator) -> Payments:
    """All payments, drawn from `rng`. Cost linear in their number."""
    backs = max(1, round(size.payments * REVERSED))
    spenders = budget.spenders
    counts = _counts(size.payments - backs, len(spenders.line), rng)
    first = np.cumsum(counts) - counts
    spender = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    ordinal = (np.arange(len(spender)) - first[spender]).astype(np.int32)
    fund = budget.lines.fund[spenders.line]
    kind = _kinds(fund, spender, ordinal, rng)
    status = _statuses(ordinal, rng)
    fen = _amounts(spender, len(counts), rng)
    day, moved = _days(size, budget, (spender, ordinal, counts), (fen, status, first), rng)
    early = ~moved & (day < size.last_day - 12) & (fund != Fund.LAST_YEAR)[spender]
    chosen = _reversed(early, (fen, kind, status), backs, rng)
    return Payments(
        spender,
        first,
        ordinal,
        day,
        fen,
        kind,
        status,
        moved,
        chosen,
        fen[chosen] // 2,
        (day[chosen] + rng.integers(3, 11, len(chosen))).astype(np.int32),
    )


def _counts(rows: int, spenders: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Payments of each spender: at least one, log-normal, exactly `rows` together."""
    weight = rng.lognormal(0.0, 0.8, spenders)
    share = np.floor(weight / weight.sum() * (rows - spenders)).astype(np.int64)
    share[: rows - spenders - int(share.sum())] += 1
    assert share.max() < PAYMENTS_AN_INDICATOR_MOST, "payees would repeat on one day"
    counts: NDArray[np.int64] = share + 1
    return counts


def _kinds(fund: Ints, spender: Ints, ordinal: Ints, rng: np.random.Generator) -> NDArray[np.int8]:
    draw = rng.random(len(spender), dtype=np.float32)
    other = (fund == Fund.OTHER)[spender]
    kind = np.where(
        other,
        np.searchsorted(np.cumsum(OTHER_MIX), draw, "right"),
        np.searchsorted(np.cumsum(IN_SCOPE_MIX), draw, "right"),
    ).astype(np.int8)
    np.minimum(kind, np.where(other, np.int8(Payee.OUTSIDER), np.int8(Payee.AGENCY)), out=kind)
    # the smallest province has its special accounts and one-card batches too
    kind[other & (ordinal == 0) & (spender % 3 == 0)] = Payee.ACCOUNT
    kind[~other & (ordinal == 1) & (spender % 4 == 0)] = Payee.PERSON
    return kind


def _statuses(ordinal: Ints, rng: np.random.Generator) -> NDArray[np.int8]:
    draw = rng.random(len(ordinal), dtype=np.float32)
    status = np.where(
        draw < VOID,
        np.int8(Status.VOID),
        np.where(draw < VOID + PENDING, np.int8(Status.PENDING), np.int8(Status.VALID)),
    )
    status[ordinal == 0] = Status.VALID
    return status


def _amounts(spender: Ints, spenders: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Log-normal in fen: a third in whole hundreds of yuan, a third in whole yuan, the rest to the fen."""
    middle = rng.normal(np.log(900_000.0), 0.8, spenders)
    fen = np.exp(middle[spender] + 1.3 * rng.standard_normal(len(spender), dtype=np.float32)).astype(np.int64)
    grain = np.array((10_000, 100, 1))[rng.integers(0, 3, len(spender), dtype=np.int8)]
    fen = np.clip(fen, FEN_LEAST, FEN_MOST)
    rounded: NDArray[np.int64] = np.maximum(fen // grain * grain, np.where(grain == 10_000, 10_000, FEN_LEAST))
    return rounded


def _days(
    size: Size,
    budget: Budget,
    rows: tuple[Ints, Ints, NDArray[np.int64]],
    money: tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]],
    rng: np.random.Generator,
) -> tuple[Ints, NDArray[np.bool_]]:
    """The pay dates, rising along an indicator's rows, and which rows were moved out of the last months."""
    spender, ordinal, counts = rows
    fen, status, first = money
    phase = (ordinal + rng.random(len(spender), dtype=np.float32)) / counts[spender]
    valid_fen = np.where(status == Status.VALID, fen, 0)
    mean = np.add.reduceat(valid_fen, first) // counts
    few = (counts < LATE_LEAST_PAYMENTS)[spender]
    moved = (phase >= LATE) & (few | (fen > mean[spender]))
    phase = np.where(moved, (phase - np.float32(LATE)) * np.float32(LATE / (1 - LATE)) * np.float32(0.999), phase)
    year = budget.spenders.year
    corners = np.array(
        [[days(each, 10, 1), days(each, 12, 1), days(each, 12, 20)] for each in (size.year - 1, size.year)]
    )[(year == size.year).astype(np.int8)]
    start = budget.spenders.day + 2
    knots = np.stack((start, corners[:, 0], corners[:, 1], corners[:, 2]), axis=1).astype(np.int32)
    zone = (phase >= LATE).astype(np.int8) + (phase >= DECEMBER)
    low = np.array((0.0, LATE, DECEMBER), np.float32)[zone]
    width = np.array((LATE, DECEMBER - LATE, 1.0 - DECEMBER), np.float32)[zone]
    lower, upper = knots[spender, zone], knots[spender, zone + 1]
    step = np.clip((phase - low) / width, 0.0, 0.9999) * (upper - lower)
    return (lower + step.astype(np.int32)).astype(np.int32), moved


def _reversed(
    early: NDArray[np.bool_],
    columns: tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int8]],
    backs: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Rows that are partly taken back: small ordinary payments of this year's money."""
    fen, kind, status = columns
    fits = early & (status == Status.VALID) & (fen < 5_000_000)
    fits &= (kind >= Payee.ENTERPRISE) & (kind <= Payee.AGENCY)
    return np.sort(rng.choice(np.flatnonzero(fits), backs, replace=False))
