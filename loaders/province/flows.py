"""The amounts of a made province, summed from the payments up, and the rows that carry them.

Invariant: every bureau indicator passes on exactly what it received; every agency indicator receives
exactly its amount; an allocation is at least what leaves it. All in int64 fen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.province.budget import Budget, Ints
from loaders.province.size import Fund
from loaders.province.spending import Payments, Status

Fen = NDArray[np.int64]
HUNDRED_YUAN, TEN_THOUSAND_YUAN = 10_000, 1_000_000
TOPPED_UP = 0.03
"""Part of the agency indicators that were raised once (追加): two breakdowns and an adjustment."""
CUT_BACK = 0.01
"""Part of the first issues that were partly taken back (追减)."""
KINDS = ("issue", "breakdown", "carry_over", "integration")
NO_ROW = -1


@dataclass(frozen=True, slots=True)
class Amounts:
    """Fen of the bureaus, of the part a city's own money has in each, of the spenders, and what was paid."""

    bureau: Fen
    matched: Fen
    spender: Fen
    paid_net: Fen


@dataclass(frozen=True, slots=True)
class Allocations:
    """Allocation rows; `slot` tells the first money of a line (0) from the second (1)."""

    line: Ints
    place: Ints
    source: NDArray[np.str_]
    slot: Ints
    day: Ints
    fen: Fen


@dataclass(frozen=True, slots=True)
class Transfers:
    """Transfer rows. `source` is an allocation position where `from_allocation`, else an indicator position
    (bureaus first, then spenders); `target` an indicator position; `back` the row taken back or -1."""

    kind: Ints
    from_allocation: NDArray[np.bool_]
    source: Ints
    target: Ints
    issued: Ints
    received: Ints
    fen: Fen
    back: Ints


@dataclass(frozen=True, slots=True)
class Flows:
    """Everything above the payments. `first_breakdown` is each spender's transfer, -1 where there is none;
    `top_up` the fen of its second one; `by_previous`: carried over by `previous_id` alone, without a transfer."""

    amounts: Amounts
    allocations: Allocations
    transfers: Transfers
    first_breakdown: Ints
    top_up: Fen
    by_previous: NDArray[np.bool_]


def sum_up(budget: Budget, payments: Payments, rng: np.random.Generator) -> Amounts:
    """The amounts of all indicators. A third of the agencies have spent all, the others 55 to 98 %."""
    spenders, bureaus = budget.spenders, budget.bureaus
    valid = np.where(payments.status == Status.VALID, payments.fen, 0)
    gross = np.add.reduceat(valid, payments.first)
    net = gross.copy()
    np.subtract.at(net, payments.spender[payments.reversed], payments.taken_fen)
    unspent = np.floor(gross * np.where(rng.random(len(gross)) < 0.33, 0.0, rng.uniform(0.02, 0.8, len(gross))))
    fund = budget.lines.fund[spenders.line]
    carried = spenders.previous >= 0
    rounded = -(-(gross + unspent.astype(np.int64)) // HUNDRED_YUAN) * HUNDRED_YUAN
    spender = np.where((unspent > 0) & ((fund != Fund.LAST_YEAR) | carried), rounded, gross)
    np.add.at(spender, spenders.previous[carried], spender[carried])
    bureau = np.zeros(len(bureaus.line), np.int64)
    held = spenders.bureau >= 0
    np.add.at(bureau, spenders.bureau[held], spender[held])
    matched = np.where(bureaus.match >= 0, bureau // 5, 0)
    below = bureaus.parent >= 0
    np.add.at(bureau, bureaus.parent[below], (bureau - matched)[below])
    np.add.at(bureau, bureaus.match[bureaus.match >= 0], matched[bureaus.match >= 0])
    return Amounts(bureau, matched, spender, net)


def draw_flows(budget: Budget, amounts: Amounts, rng: np.random.Generator) -> Flows:
    """All allocation and transfer rows."""
    heads = np.flatnonzero(budget.bureaus.parent < 0)
    allocations, hops = _first_hops(budget, amounts, heads, rng)
    below = _second_hops(budget, amounts)
    splits, top_up = _splits(budget, amounts, rng)
    carried, by_previous = _carry_overs(budget, amounts, rng)
    own = _province_hops(budget, amounts, allocations)
    held = budget.spenders.bureau >= 0
    first_breakdown = np.full(len(held), NO_ROW, np.int32)
    first_breakdown[held] = len(hops.kind) + len(below.kind) + np.arange(int(held.sum()))
    transfers = _with_cut_backs(_joined(hops, below, splits, own, carried), len(hops.kind), rng)
    return Flows(amounts, _funded(allocations, transfers), transfers, first_breakdown, top_up, by_previous)


def _rows(
    kind: str, ends: tuple[Ints, Ints], dates: tuple[Ints, Ints], fen: Fen, *, from_allocation: bool = False
) -> Transfers:
    count = len(fen)
    return Transfers(
        np.full(count, KINDS.index(kind), np.int32),
        np.full(count, from_allocation),
        ends[0].astype(np.int32),
        ends[1].astype(np.int32),
        dates[0].astype(np.int32),
        dates[1].astype(np.int32),
        fen.astype(np.int64),
        np.full(count, NO_ROW, np.int32),
    )


def _joined(*parts: Transfers) -> Transfers:
    return Transfers(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Transfers.__dataclass_fields__)
    )


def _first_hops(
    budget: Budget, amounts: Amounts, heads: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Allocations, Transfers]:
    """Allocations, and what leaves them: issues of the province's lines, breakdowns of a division's own money."""
    lines, bureaus = budget.lines, budget.bureaus
    line, place = bureaus.line[heads], bureaus.place[heads]
    is_own = bureaus.is_match[heads] | (lines.owner[line] == place)
    declared = is_own & ((lines.fund[line] == Fund.COUNTY_OWN) | bureaus.is_match[heads]) & ((line + place) % 2 == 1)
    allocations = _allocation_rows(budget, heads[is_own & ~declared])
    paired = np.isin(lines.fund, (Fund.POVERTY, Fund.INTEGRATED, Fund.OTHER, Fund.LAST_YEAR))
    share = rng.uniform(0.35, 0.8, len(lines.fund))
    at = _positions(allocations, len(lines.fund))
    issued = heads[~is_own]
    whole = amounts.bureau[issued]
    issued_line = bureaus.line[issued]
    two = paired[issued_line]
    part = np.where(two, np.maximum(1, (whole * share[issued_line]).astype(np.int64)), whole)
    dates = (bureaus.issued[issued], bureaus.received[issued])
    second = issued[two]
    own = heads[is_own & ~declared]
    own_at = np.arange(len(allocations.line) - len(own), len(allocations.line))
    return allocations, _joined(
        _rows("issue", (at[0][issued_line], issued), dates, part, from_allocation=True),
        _rows(
            "issue",
            (at[1][issued_line[two]], second),
            (dates[0][two], dates[1][two]),
            (whole - part)[two],
            from_allocation=True,
        ),
        _rows("breakdown", (own_at, own), (bureaus.issued[own],) * 2, amounts.bureau[own], from_allocation=True),
    )


def _positions(allocations: Allocations, lines: int) -> tuple[Ints, Ints]:
    """Row of each line's first and second allocation of the province."""
    at = np.full((2, lines), NO_ROW, np.int32)
    of_province = np.flatnonzero(allocations.place == 0)
    at[allocations.slot[of_province], allocations.line[of_province]] = of_province
    return at[0], at[1]


def _allocation_rows(budget: Budget, own: NDArray[np.int64]) -> Allocations:
    """The province's one or two allocations a line, then one for each own bureau row of `own`."""
    lines, bureaus = budget.lines, budget.bureaus
    everywhere = np.arange(len(lines.fund), dtype=np.int32)
    first = everywhere[lines.owner == 0]
    second = everywhere[np.isin(lines.fund, (Fund.POVERTY, Fund.INTEGRATED, Fund.OTHER, Fund.LAST_YEAR))]
    fund = lines.fund[first]
    first_source = np.where(
        fund == Fund.RELOCATION, "relocation_financing", np.where(fund == Fund.PROVINCE_OWN, "province", "central")
    )
    bond = (lines.fund[second] == Fund.INTEGRATED) & (second % 2 == 1)
    own_source = np.where(np.isin(lines.fund[bureaus.line[own]], (Fund.COUNTY_OWN,)), "county", "city")
    line = np.concatenate((first, second, bureaus.line[own]))
    return Allocations(
        line.astype(np.int32),
        np.concatenate((np.zeros(len(first) + len(second), np.int32), bureaus.place[own])),
        np.concatenate((first_source, np.where(bond, "bond", "province"), own_source)),
        np.concatenate((np.zeros(len(first), np.int32), np.ones(len(second), np.int32), np.zeros(len(own), np.int32))),
        lines.day[line],
        np.zeros(len(line), np.int64),
    )


def _second_hops(budget: Budget, amounts: Amounts) -> Transfers:
    """From a city to its counties: the received money, and beside it what the city adds of its own."""
    bureaus = budget.bureaus
    child = np.flatnonzero(bureaus.parent >= 0)
    helped = np.flatnonzero(bureaus.match >= 0)
    return _joined(
        _rows(
            "issue",
            (bureaus.parent[child], child),
            (bureaus.issued[child], bureaus.received[child]),
            (amounts.bureau - amounts.matched)[child],
        ),
        _rows(
            "issue",
            (bureaus.match[helped], helped),
            (bureaus.issued[helped], bureaus.received[helped]),
            amounts.matched[helped],
        ),
    )


def _splits(budget: Budget, amounts: Amounts, rng: np.random.Generator) -> tuple[Transfers, Fen]:
    """From the bureau to its agencies; integrated funds by integration; some raised once, a day later."""
    spenders, bureaus = budget.spenders, len(budget.bureaus.line)
    held = np.flatnonzero(spenders.bureau >= 0)
    integrated = budget.lines.fund[spenders.line[held]] == Fund.INTEGRATED
    raised = (rng.random(len(held)) < TOPPED_UP) & ~integrated & (amounts.spender[held] > HUNDRED_YUAN)
    raised[:1] = ~integrated[:1]
    top_up = np.zeros(len(spenders.line), np.int64)
    top_up[held[raised]] = amounts.spender[held[raised]] // 4
    day = spenders.day[held]
    first = _rows("breakdown", (spenders.bureau[held], held + bureaus), (day, day), (amounts.spender - top_up)[held])
    first.kind[integrated] = KINDS.index("integration")
    more = held[raised]
    later = spenders.day[more] + 1
    second = _rows("breakdown", (spenders.bureau[more], more + bureaus), (later, later), top_up[more])
    return _joined(first, second), top_up


def _province_hops(budget: Budget, amounts: Amounts, allocations: Allocations) -> Transfers:
    """From the province's own lines to its agencies."""
    spenders = budget.spenders
    own = np.flatnonzero(budget.lines.fund[spenders.line] == Fund.PROVINCE_OWN)
    at = _positions(allocations, len(budget.lines.fund))[0]
    return _rows(
        "breakdown",
        (at[spenders.line[own]], own + len(budget.bureaus.line)),
        (spenders.day[own],) * 2,
        amounts.spender[own],
        from_allocation=True,
    )


def _carry_overs(budget: Budget, amounts: Amounts, rng: np.random.Generator) -> tuple[Transfers, NDArray[np.bool_]]:
    """From last year's indicator to this year's: half by a transfer, half by `previous_id` alone."""
    spenders, bureaus = budget.spenders, len(budget.bureaus.line)
    new = np.flatnonzero(spenders.previous >= 0)
    alone = rng.random(len(new)) < 0.5
    by_previous = np.zeros(len(spenders.line), np.bool_)
    by_previous[new[alone]] = True
    told = new[~alone]
    return _rows(
        "carry_over",
        (spenders.previous[told] + bureaus, told + bureaus),
        (spenders.day[told],) * 2,
        amounts.spender[told],
    ), by_previous


def _with_cut_backs(transfers: Transfers, hops: int, rng: np.random.Generator) -> Transfers:
    """Some first issues were larger and partly taken back; their net amounts stay what they are."""
    issues = np.flatnonzero(transfers.kind[:hops] == KINDS.index("issue"))
    chosen = np.sort(rng.choice(issues, max(1, round(len(issues) * CUT_BACK)), replace=False))
    taken = np.maximum(1, transfers.fen[chosen] // 20)
    transfers.fen[chosen] += taken
    days_later = transfers.received[chosen] + rng.integers(5, 30, len(chosen))
    back = Transfers(
        transfers.kind[chosen],
        transfers.from_allocation[chosen],
        transfers.source[chosen],
        transfers.target[chosen],
        days_later.astype(np.int32),
        days_later.astype(np.int32),
        -taken,
        chosen.astype(np.int32),
    )
    return _joined(transfers, back)


def _funded(allocations: Allocations, transfers: Transfers) -> Allocations:
    """Allocations as large as what leaves them; the province keeps up to 10,000 yuan of each undistributed."""
    fen = np.zeros(len(allocations.line), np.int64)
    leaving = transfers.from_allocation
    np.add.at(fen, transfers.source[leaving], transfers.fen[leaving])
    whole = -(-fen // TEN_THOUSAND_YUAN) * TEN_THOUSAND_YUAN
    fen = np.where(allocations.place == 0, whole, fen)
    return Allocations(allocations.line, allocations.place, allocations.source, allocations.slot, allocations.day, fen)
