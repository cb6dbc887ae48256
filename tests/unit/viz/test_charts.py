"""Chart pieces: lengths say the amounts, labels stay text, a picture that would lie is refused."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.charts import (
    SHADES,
    Series,
    Step,
    Tile,
    Value,
    bar_chart,
    line_chart,
    nice_ticks,
    tile_map,
    tiles_of,
    waterfall,
)

ATTACK = '"><script>alert(1)</script><img src=x onerror="alert(1)">'
SVG = "{http://www.w3.org/2000/svg}"


def rects(svg: str) -> list[dict[str, str]]:
    return [dict(item.attrib) for item in ElementTree.fromstring(svg).iter(f"{SVG}rect")]


def test_bars_are_as_long_as_their_amounts_from_a_common_zero():
    drawn = rects(bar_chart("x", [Value("a", 400), Value("b", 100), Value("c", -200)]))
    long = [float(item["width"]) for item in drawn]
    assert long[0] == pytest.approx(4 * long[1], abs=0.3)
    assert long[2] == pytest.approx(2 * long[1], abs=0.3)
    assert float(drawn[0]["x"]) == pytest.approx(float(drawn[2]["x"]) + long[2], abs=0.3)


def test_a_waterfall_hangs_each_step_where_the_last_ended():
    steps = [Step("系统", 1000, True), Step("在途", -300), Step("口径", 100), Step("报表", 800, True)]
    drawn = rects(waterfall("x", steps))
    top = [float(item["y"]) for item in drawn]
    bottom = [float(item["y"]) + float(item["height"]) for item in drawn]
    assert top[1] == pytest.approx(top[0], abs=0.2)
    assert bottom[2] == pytest.approx(bottom[1], abs=0.2)
    assert top[3] == pytest.approx(top[2], abs=0.2)
    assert bottom[3] == pytest.approx(bottom[0], abs=0.2)


def test_a_waterfall_whose_total_is_not_its_sum_is_refused():
    with pytest.raises(ValueError, match="found 900, expected 700"):
        waterfall("x", [Step("系统", 1000, True), Step("在途", -300), Step("报表", 900, True)])


def test_a_line_breaks_where_there_is_no_value():
    svg = line_chart("x", ["1", "2", "3", "4"], [Series("a", (1, None, 3, 4))])
    path = ElementTree.fromstring(svg).find(f".//{SVG}path")
    assert path is not None
    assert re.sub(r"[^ML]", "", path.attrib["d"]) == "MML"
    assert svg.count("<circle") == 3


def test_no_data_is_hatched_and_zero_is_not():
    svg = tile_map("x", [Tile("a", 0, 0, None), Tile("b", 1, 0, 0), Tile("c", 2, 0, 500)])
    fills = [item["fill"] for item in rects(svg)[:3]]
    assert fills[0] == "url(#hatch)"
    assert fills[1] in SHADES
    assert SHADES.index(fills[1]) < SHADES.index(fills[2])


def test_every_division_has_a_tile_of_its_own_under_its_parent():
    divisions = [("410200000", "开封市", "410000000")] + [
        (f"4102{n:02d}000", f"县{n}", "410200000") for n in range(1, 30)
    ]
    tiles = tiles_of(divisions, {"410205000": 7})
    assert len({(tile.column, tile.row) for tile in tiles}) == len(tiles) == 30 + 2
    assert [tile.label for tile in tiles if tile.is_heading] == ["410000000", "开封市"]
    assert [tile.amount for tile in tiles if tile.key == "410205000"] == [7]


@given(st.integers(-(10**16), 10**16), st.integers(0, 10**16))
def test_ticks_are_round_and_hold_both_ends(least, span):
    ticks = nice_ticks(least, least + span)
    assert ticks[0] <= least
    assert ticks[-1] >= least + span
    assert 2 <= len(ticks) <= 12
    step = ticks[1] - ticks[0]
    assert str(step).rstrip("0") in ("1", "2", "5")


@pytest.mark.parametrize(
    "svg",
    [
        bar_chart(ATTACK, [Value(ATTACK, 1, ATTACK, ATTACK)]),
        line_chart(ATTACK, [ATTACK], [Series(ATTACK, (1,))]),
        waterfall(ATTACK, [Step(ATTACK, 1, True, ATTACK, ATTACK)]),
        tile_map(ATTACK, [Tile(ATTACK, 0, 0, 1, ATTACK)]),
    ],
)
def test_no_label_becomes_markup(svg):
    tags = {item.tag.removeprefix(SVG) for item in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "g", "rect", "text", "title", "line", "path", "circle", "defs", "pattern"}
    assert all("on" not in item.attrib for item in ElementTree.fromstring(svg).iter())
    assert ATTACK in unescape(svg)


@pytest.mark.parametrize("svg", [bar_chart("x", []), line_chart("x", [], []), waterfall("x", []), tile_map("x", [])])
def test_a_chart_of_nothing_is_still_a_picture(svg):
    assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
