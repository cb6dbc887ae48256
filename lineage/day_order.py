"""Whether the order within a day mattered: what a draw would have taken first or last of its day's draws.

Records of one day have no order of their own; the rule that names decide it is a convention. So an amount that hangs
on it is weaker evidence, and answers say by how much. Each pool is judged alone, what comes into it being given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, groupby

from lineage.attribution.interval import INTERVAL_POLICIES, IntervalPool
from lineage.attribution.mixture import Lot
from lineage.attribution.policies import policy_named
from lineage.attribution.pool import Deposit, Draw, IsPoverty
from lineage.books import draws_of, named_by_deposit
from lineage.graph import Graph

TRIED = 8
"""Places of a draw on its day, and turns of a day's deposits."""
SMALL = 2_000
"""Deposits and draws up to which a pool is replayed for all of them."""


def swing(graph: Graph, edge: int, policy: str, deposits: Sequence[Deposit], is_poverty: IsPoverty) -> int:
    """By how many fen of one source at most a draw changes when its day's draws, and deposits, come in other orders.

    Tried are: the draw first, last and at up to six places between on its day, with each day's recorded deposits in
    order, reversed, and each of up to eight first. So a nought is no proof for orders not tried; fen found are real.
    Cost: under pro-rata and fifo parts of the pool's line; else replays of the pool, at most four where it is large.
    """
    if len({key for deposit in deposits for key in deposit.lot}) <= 1:
        return 0
    lots = list(_alternatives(graph, edge, policy, deposits, is_poverty))
    keys = {key for lot in lots for key in lot}
    return max((max(lot.get(key, 0) for lot in lots) - min(lot.get(key, 0) for lot in lots) for key in keys), default=0)


def _alternatives(
    graph: Graph, edge: int, policy: str, deposits: Sequence[Deposit], is_poverty: IsPoverty
) -> Iterator[Lot]:
    node = int(graph.edges.source[edge])
    draws = draws_of(graph, node)
    place = next(position for position, draw in enumerate(draws) if draw.edge == edge)
    named = named_by_deposit(graph, node)
    on_line = policy in INTERVAL_POLICIES and not named
    few = len(deposits) + len(draws) <= SMALL
    for order in _orders(deposits, TRIED if few or on_line else 0):
        if on_line:
            yield from _intervals(draws, place, IntervalPool(order, {}, policy))
            continue
        for moved in _moved(draws, place, TRIED if few else 2):
            drawn = policy_named(policy)(order, moved, is_poverty)
            yield next(lot for lot, draw in zip(drawn.draws, moved, strict=True) if draw.edge == edge)


def _intervals(draws: Sequence[Draw], place: int, pool: IntervalPool) -> Iterator[Lot]:
    amount, date = draws[place].amount, draws[place].date
    earliest = sum(draw.amount for draw in draws if draw.date < date)
    others = [draw.amount for position, draw in enumerate(draws) if draw.date == date and position != place]
    before = [0, *accumulate(others)]
    for count in _spread(len(others), TRIED):
        start = earliest + before[count]
        yield pool.take(start, start + amount)


def _moved(draws: Sequence[Draw], place: int, tried: int) -> Iterator[list[Draw]]:
    """The draws with one of them first, last, and between others of its day."""
    date = draws[place].date
    others = [draw for position, draw in enumerate(draws) if draw.date == date and position != place]
    earlier, later = ([draw for draw in draws if draw.date < date], [draw for draw in draws if draw.date > date])
    for count in _spread(len(others), tried):
        yield [*earlier, *others[:count], draws[place], *others[count:], *later]


def _spread(last: int, tried: int) -> list[int]:
    """Up to `tried` whole numbers of 0 … last, both ends among them, evenly spread."""
    return sorted({step * last // (tried - 1) for step in range(tried)})


def _orders(deposits: Sequence[Deposit], tried: int) -> Iterator[Sequence[Deposit]]:
    """The deposits as they are, with each day's recorded ones reversed, and turned by up to `tried` places.

    What arises in the pool keeps its place after them.
    """
    days = [list(of_day) for _, of_day in groupby(deposits, key=lambda deposit: (deposit.date, deposit.edge >= 0))]
    yield deposits
    yield list(chain.from_iterable(day[::-1] for day in days))
    widest = max(map(len, days), default=0)
    for turn in range(1, min(widest, tried)):
        yield list(chain.from_iterable(day[turn % len(day) :] + day[: turn % len(day)] for day in days))
