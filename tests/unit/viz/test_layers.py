"""Positions: money runs rightward, nothing overlaps, crossings get fewer, the same input gives the same picture."""

from __future__ import annotations

import random
from itertools import pairwise

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.layers import ROW_PITCH, apart, back_edges, crossings, layout

graphs = st.integers(1, 30).flatmap(
    lambda count: st.tuples(
        st.lists(st.integers(0, 5), min_size=count, max_size=count),
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=60),
    )
)


@given(graphs)
def test_edges_run_right_and_nodes_keep_their_distance(graph):
    stages, edges = graph
    placed = layout(stages, edges)
    for number, (source, target) in enumerate(edges):
        if number not in placed.folded:
            assert placed.columns[source] < placed.columns[target]
            assert placed.x[source] < placed.x[target]
    spots = sorted(zip(placed.x, placed.y, strict=True))
    for (x, y), (other_x, other_y) in pairwise(spots):
        assert x != other_x or other_y - y >= ROW_PITCH - 1  # a pixel of rounding


@given(graphs)
def test_without_the_folded_edges_no_cycle_is_left(graph):
    stages, edges = graph
    folded = back_edges(len(stages), edges)
    kept = networkx.DiGraph([edge for number, edge in enumerate(edges) if number not in folded])
    assert networkx.is_directed_acyclic_graph(kept)
    if networkx.is_directed_acyclic_graph(networkx.DiGraph(edges)):
        assert not folded


@given(st.lists(st.floats(-100, 100), max_size=30).map(sorted))
def test_apart_keeps_order_and_distance_and_moves_nothing_that_fits(wishes):
    heights = apart(wishes)
    assert all(below - above >= 1 - 1e-9 for above, below in pairwise(heights))
    if all(below - above >= 1 for above, below in pairwise(wishes)):
        assert heights == pytest.approx(wishes)
    if wishes:
        assert sum(heights) == pytest.approx(sum(wishes), abs=1e-6)


def test_barycentres_take_crossings_out():
    shuffled = random.Random(7).sample(range(20, 40), 20)
    edges = [(number, target) for number, target in enumerate(shuffled)]
    placed = layout([0] * 20 + [1] * 20, edges)
    assert crossings(placed.columns, placed.y, edges) == 0
    assert crossings([0] * 20 + [1] * 20, list(range(40)), edges) > 50


def test_stages_stand_in_bands_side_by_side():
    placed = layout([0, 1, 1, 3], [(0, 1), (1, 2), (2, 3)])
    assert [band.stage for band in placed.bands] == [0, 1, 3]
    assert all(left.right <= right.left for left, right in pairwise(placed.bands))


def test_a_source_stands_beside_what_it_feeds():
    placed = layout([2, 2, 2, 2], [(0, 1), (1, 2), (3, 2)])
    assert placed.columns == (0, 1, 2, 1)


def test_the_same_graph_gives_the_same_picture():
    graph = ([0, 1, 1, 2, 2, 2], [(0, 1), (0, 2), (1, 3), (2, 4), (2, 5), (1, 5)])
    assert layout(*graph) == layout(*graph)


def test_a_long_edge_passes_beside_the_cards_of_the_columns_between():
    """0 → 3 skips the column of 2, which feeds 3 too: 2 must not stand on the line, or 0 → 2 would be read."""
    placed = layout([0, 0, 0, 0], [(0, 1), (1, 3), (0, 3), (2, 3)])
    assert placed.columns == (0, 1, 1, 2)
    for between in (1, 2):
        line = (placed.y[0] + placed.y[3]) / 2
        assert abs(placed.y[between] - line) > 34, "half the height of a card"


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 3), st.floats(0.5, 30)), max_size=20).map(sorted))
def test_apart_keeps_half_of_both_thicknesses_between_neighbours(items):
    heights = apart(*zip(*items, strict=True)) if items else apart([])
    for (above, (_, thick, _)), (below, (_, other, _)) in pairwise(zip(heights, items, strict=True)):
        assert below - above >= (thick + other) / 2 - 1e-9


def test_an_empty_drawing_is_placed_too():
    assert layout([], []).x == ()
