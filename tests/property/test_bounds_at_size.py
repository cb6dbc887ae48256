"""Bounds of networks of two thousand movements, for every source, by flow algorithms of another kind."""

from __future__ import annotations

import random

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.algorithms.flow import boykov_kolmogorov, preflow_push

from lineage.attribution.bounds import Bounds, Capacity, bounds

RECORD = -1
MODEST = 60
"""Examples of the profile that runs each time: one network then, some thirty in the long one."""


def network(dice: random.Random, movements: int, sources: int) -> tuple[list[Capacity], list[Capacity]]:
    """Movements among records of any depth, rings too, with amounts from a few fen to 2^50; sources anywhere."""
    most = dice.choice((9, 10**7, 2**33, 2**50))
    records = movements // 4
    found = [Capacity(dice.randrange(records), dice.randrange(records), dice.randint(1, most))
             for _ in range(movements - 30)]
    found += [Capacity(dice.randrange(records), RECORD, dice.randint(1, most)) for _ in range(30)]
    births = [Capacity(-2 - dice.randrange(sources), dice.randrange(records), dice.randint(1, most))
              for _ in range(2 * sources)]
    return [move for move in found if move.source != move.target], births


def flow(movements: list[Capacity], births: list[Capacity], wanted: set[int], by: object) -> int:
    graph = networkx.DiGraph()
    graph.add_nodes_from(("all", RECORD))
    for place, move in enumerate(movements):  # a record of its own on each way: two may join the same pair
        graph.add_edge(move.source, ("way", place), capacity=move.amount)
        graph.add_edge(("way", place), move.target, capacity=move.amount)
    for place, birth in enumerate(births):
        if birth.source in wanted:
            graph.add_edge("all", ("birth", place), capacity=birth.amount)
            graph.add_edge(("birth", place), birth.target, capacity=birth.amount)
    return int(networkx.maximum_flow_value(graph, "all", RECORD, flow_func=by))


@settings(max_examples=max(1, settings.default.max_examples // MODEST))
@given(st.integers(0, 10**9))
def test_least_and_most_of_every_source_are_those_of_other_algorithms(seed: int) -> None:
    dice = random.Random(seed)
    movements, births = network(dice, 2_000, 6)
    every = {birth.source for birth in births}
    pool = flow(movements, births, every, preflow_push)
    found = bounds(movements, births, RECORD, pool)
    for source in every:
        most = flow(movements, births, {source}, boykov_kolmogorov)
        least = pool - flow(movements, births, every - {source}, preflow_push)
        assert found[source] == Bounds(least, most)
