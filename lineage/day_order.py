"""Whether the order within a day mattered: what a draw would have taken first or last of its day's draws.

Records of one day have no order of their own; the rule that names decide it is a convention. So an amount that hangs
on it is weaker evidence, and answers say by how much. Each pool is judged alone, what comes into it being given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from lineage.attribution.interval import INTERVAL_POLICIES, IntervalPool
from lineage.attribution.mixture import Lot
from lineage.attribution.policies import policy_named
from lineage.attribution.pool import Deposit, Draw, IsPoverty
from lineage.books import draws_of, named_by_deposit
from lineage.graph import Graph


def swing(graph: Graph, edge: int, policy: str, deposits: Sequence[Deposit], is_poverty: IsPoverty) -> int:
    """By how many fen of one source at most a draw changes when its day's draws, and deposits, come in other orders.

    Tried are: the draw first and last of its day, each with the day's recorded deposits in order and reversed.
    Cost: under pro-rata and fifo a few parts of the pool's line; else up to four replays of the pool.
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
    for order in (deposits, _reversed_days(deposits)):
        if policy in INTERVAL_POLICIES and not named:
            yield from _intervals(draws, place, IntervalPool(order, {}, policy))
        else:
            for moved in (_first_of_day(draws, place), _last_of_day(draws, place)):
                drawn = policy_named(policy)(order, moved, is_poverty)
                yield next(lot for lot, draw in zip(drawn.draws, moved, strict=True) if draw.edge == edge)


def _intervals(draws: Sequence[Draw], place: int, pool: IntervalPool) -> Iterator[Lot]:
    amount, date = draws[place].amount, draws[place].date
    earliest = sum(draw.amount for draw in draws if draw.date < date)
    latest = sum(draw.amount for draw in draws if draw.date <= date) - amount
    yield pool.take(earliest, earliest + amount)
    if latest > earliest:
        yield pool.take(latest, latest + amount)


def _first_of_day(draws: Sequence[Draw], place: int) -> list[Draw]:
    return sorted(draws, key=lambda draw: (draw.date, draw is not draws[place]))


def _last_of_day(draws: Sequence[Draw], place: int) -> list[Draw]:
    return sorted(draws, key=lambda draw: (draw.date, draw is draws[place]))


def _reversed_days(deposits: Sequence[Deposit]) -> list[Deposit]:
    """The recorded deposits of each day the other way round; what arises in the pool keeps its place after them."""
    result: list[Deposit] = []
    for _, of_day in groupby(deposits, key=lambda deposit: (deposit.date, deposit.edge >= 0)):
        result += reversed(list(of_day))
    return result
