"""Least and most on networks small enough to see, and on one of the size that must take under a second."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import networkx

from lineage.attribution.bounds import Bounds, Capacity, bounds

RECORD = 100
HUGE = 2**45


def test_one_source_is_proved_to_the_fen() -> None:
    assert bounds([Capacity(1, RECORD, 70)], [Capacity(-1, 1, 90)], RECORD, 70) == {-1: Bounds(70, 70)}


def test_two_sources_in_one_pool_give_a_range() -> None:
    found = bounds([Capacity(1, RECORD, 120)], [Capacity(-1, 1, 100), Capacity(-2, 1, 80)], RECORD, 120)
    assert found == {-1: Bounds(40, 100), -2: Bounds(20, 80)}


def test_a_narrow_movement_on_the_way_caps_what_a_source_can_have() -> None:
    movements = [Capacity(1, 3, 10), Capacity(2, 3, HUGE), Capacity(3, RECORD, HUGE)]
    found = bounds(movements, [Capacity(-1, 1, HUGE), Capacity(-2, 2, HUGE - 5)], RECORD, HUGE)
    assert found == {-1: Bounds(5, 10), -2: Bounds(HUGE - 10, HUGE - 5)}


def test_a_source_that_arises_at_two_records_is_one() -> None:
    movements = [Capacity(1, RECORD, 30), Capacity(2, RECORD, 40)]
    found = bounds(movements, [Capacity(-1, 1, 30), Capacity(-1, 2, 20), Capacity(-2, 2, 20)], RECORD, 70)
    assert found == {-1: Bounds(50, 50), -2: Bounds(20, 20)}


def test_money_that_arises_at_the_record_itself_counts() -> None:
    found = bounds([Capacity(1, RECORD, 30)], [Capacity(-1, 1, 30), Capacity(-2, RECORD, 12)], RECORD, 42)
    assert found == {-1: Bounds(30, 30), -2: Bounds(12, 12)}


def _layers(chosen: random.Random) -> tuple[list[Capacity], list[Capacity]]:
    """Eight layers of forty records, 2,000 movements; two hundred sources in the first two layers."""
    layers = [list(range(1000 * layer, 1000 * layer + 40)) for layer in range(1, 9)]
    movements = [
        Capacity(near, far, chosen.randint(1, HUGE))
        for layer, after in pairwise(layers) for near in layer for far in chosen.sample(after, 7)
    ]
    movements += [Capacity(near, RECORD, chosen.randint(1, HUGE)) for near in layers[-1]]
    early = layers[0] + layers[1]
    births = [Capacity(-1 - place, chosen.choice(early), chosen.randint(1, HUGE)) for place in range(200)]
    return movements, births


def test_two_thousand_movements_with_amounts_past_2_to_the_31_equal_networkx() -> None:
    chosen = random.Random(7)
    movements, births = _layers(chosen)
    pool = _flow(movements, births)
    found = bounds(movements, births, RECORD, pool)
    assert len(movements) == 2_000
    for source in chosen.sample(sorted(found), 6):
        mine = [birth for birth in births if birth.source == source]
        others = [birth for birth in births if birth.source != source]
        assert found[source] == Bounds(pool - _flow(movements, others), _flow(movements, mine))


def _flow(movements: Sequence[Capacity], births: Sequence[Capacity]) -> int:
    graph = networkx.DiGraph()
    for movement in movements:
        graph.add_edge(movement.source, movement.target, capacity=movement.amount)
    for place, birth in enumerate(births):
        graph.add_edge("all", ("birth", place), capacity=birth.amount)
        graph.add_edge(("birth", place), birth.target, capacity=birth.amount)
    return int(networkx.maximum_flow_value(graph, "all", RECORD))
