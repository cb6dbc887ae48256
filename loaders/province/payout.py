"""What lies beyond the payment: one-card batches with their persons, special accounts with their entries.

A person is one made number; the same persons are paid month after month. Within a division and month no
person comes twice (`card/duplicate-person` keeps quiet), and every batch is paid out as it was paid in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.province.budget import Budget, Ints
from loaders.province.size import Size
from loaders.province.spending import Payee, Payments, Status

PROGRAMMES = ("产业补贴", "教育补助", "雨露计划", "危房改造补助", "公益性岗位补贴", "到户增收补贴")
RETURNED = 0.01
Fen = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batches:
    """One row a batch: the payment row that pays it in (or -1, and then the entry), its division and money."""

    payment: NDArray[np.int64]
    place: Ints
    day: Ints
    fen: Fen
    persons: Ints
    programme: Ints
    serial: Fen


@dataclass(frozen=True, slots=True)
class Accounts:
    """Special accounts, and for each payment row into one its account."""

    place: Ints
    kept: NDArray[np.bool_]
    payment: NDArray[np.int64]
    account: Ints


@dataclass(frozen=True, slots=True)
class Entries:
    """Account entries: of payment row `payment`, a receipt where `is_receipt`, else an expenditure."""

    account: Ints
    payment: NDArray[np.int64]
    is_receipt: NDArray[np.bool_]
    day: Ints
    fen: Fen


def draw_batches(budget: Budget, payments: Payments, rng: np.random.Generator) -> Batches:
    """A batch for each valid payment to persons or households; three persons on average."""
    paid = np.flatnonzero((payments.kind <= Payee.HOUSEHOLD) & (payments.status == Status.VALID))
    place = budget.spenders.place[payments.spender[paid]]
    day = payments.day[paid]
    persons = rng.geometric(0.34, len(paid)).astype(np.int32)
    # a village pays at most forty at once; serial numbers run through a division's month
    persons = np.minimum(persons, 40)
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    group = place.astype(np.int64) * 1_000 + month % 1_000
    order = np.argsort(group, kind="stable")
    before = np.cumsum(persons[order]) - persons[order]
    start = np.concatenate(([True], np.diff(group[order]) != 0))
    serial = np.empty(len(paid), np.int64)
    serial[order] = before - np.maximum.accumulate(np.where(start, before, 0))
    return Batches(paid, place, day, payments.fen[paid], persons, (paid % len(PROGRAMMES)).astype(np.int32), serial)


def draw_accounts(budget: Budget, payments: Payments) -> Accounts:
    """One account in each division that pays into one, and a second without bookkeeping in every third."""
    paid = np.flatnonzero(payments.kind == Payee.ACCOUNT)
    place = budget.spenders.place[payments.spender[paid]]
    second = (place % 3 == 0) & (np.arange(len(paid)) % 2 == 1)
    keys, at = np.unique(place.astype(np.int64) * 2 + second, return_inverse=True)
    return Accounts((keys // 2).astype(np.int32), keys % 2 == 0, paid, at.astype(np.int32))


def draw_entries(size: Size, payments: Payments, accounts: Accounts, rng: np.random.Generator) -> Entries:
    """Where bookkeeping is on, a receipt for every valid payment and two expenditures from most of them."""
    booked = np.flatnonzero(accounts.kept[accounts.account] & (payments.status[accounts.payment] == Status.VALID))
    rows, account = accounts.payment[booked], accounts.account[booked]
    spends = rng.random(len(rows)) < 0.8
    fen, day = payments.fen[rows], payments.day[rows]
    part = (fen * rng.uniform(0.1, 0.5, len(rows))).astype(np.int64) + 1
    later = np.minimum(day + rng.integers(1, 30, len(rows)), size.last_day)
    pick = np.flatnonzero(spends)
    return Entries(
        np.concatenate((account, account[pick], account[pick])).astype(np.int32),
        np.concatenate((rows, rows[pick], rows[pick])),
        np.concatenate((np.ones(len(rows), np.bool_), np.zeros(2 * len(pick), np.bool_))),
        np.concatenate((day, later[pick], np.minimum(later[pick] + 7, size.last_day))).astype(np.int32),
        np.concatenate((fen, part[pick], fen[pick] // 3)),
    )
