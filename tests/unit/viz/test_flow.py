"""A year's flows: sums are kept through folding and gathering, cycles are said, names stay text."""

from __future__ import annotations

import re
from html import unescape

import networkx
from hypothesis import given
from hypothesis import strategies as st

import viz
from viz.flow import entering, plan
from viz.flow_picture import draw
from viz.layers import strong_sets
from viz.words import Words

WORDS = Words("zh")

flows = st.lists(
    st.tuples(
        st.sampled_from("abcdefghij"),
        st.sampled_from("abcdefghij"),
        st.integers(1, 10**13),
        st.sampled_from(["poverty", "other", "unknown"]),
    ),
    max_size=40,
)


@given(flows)
def test_ribbons_and_what_goes_round_are_all_the_money(rows):
    picture = plan(rows, WORDS)
    assert sum(ribbon.amount_fen for ribbon in picture.ribbons) + picture.round_fen == sum(row[2] for row in rows)
    for ribbon in picture.ribbons:
        assert picture.columns[ribbon.source] < picture.columns[ribbon.target]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_strong_sets_are_those_of_networkx(edges):
    sets = strong_sets(10, edges)
    graph = networkx.DiGraph(edges)
    graph.add_nodes_from(range(10))
    expected = {frozenset(members) for members in networkx.strongly_connected_components(graph)}
    assert {frozenset(node for node in range(10) if sets[node] == number) for number in set(sets)} == expected


def test_a_wide_column_gathers_its_smallest_and_keeps_their_sum():
    rows = [("省级", f"县 {number:03d}", number + 1, "poverty") for number in range(120)]
    picture = plan(rows, WORDS)
    assert picture.others == 103
    assert sum(ribbon.amount_fen for ribbon in picture.ribbons) == sum(range(1, 121))
    gathered = next(r for r in picture.ribbons if picture.labels[r.target] == "其他 103 项")
    assert gathered.amount_fen == sum(range(1, 104))


def test_money_that_enters_is_counted_once():
    rows = [("a", "b", 70, "poverty"), ("x", "b", 30, "other"), ("b", "c", 90, "mixed")]
    assert entering(plan(rows, WORDS)) == 100


def test_the_page_says_what_was_folded_and_left_out():
    page = viz.flow_view([("a", "b", 10_00), ("b", "a", 5_00), ("b", "c", 3_00), ("c", "d", 0)])
    assert "已折叠：a, b；循环金额 15.00 元未画出" in page
    assert "1 行金额为零或负数" in page
    assert "Folded cycles: a, b" in viz.flow_view([("a", "b", 1), ("b", "a", 1)], lang="en")


def test_no_name_becomes_markup():
    attack = '</title><script>alert(1)</script><img src=x onerror=alert(1)>" onload="alert(1)'
    svg = draw(plan([(attack, "b", 100, "poverty")], WORDS), WORDS)
    assert set(re.findall(r"<(\w+)", svg)) == {"svg", "path", "title", "g", "rect", "text"}
    assert "onload" not in re.sub(r">[^<]*<", "><", svg)
    assert attack in unescape(svg)


def test_an_empty_year_is_a_page_too():
    assert "资金流向图" in viz.flow_view([])
