"""A trail is read once: amounts in fen, breaks as nodes, stages by tier, natures by what is upstream."""

from __future__ import annotations

import pytest

from lineage.errors import Misuse
from tests.unit.viz.trails import answer, answers, flow, small
from viz.drawing import BREAK_IN, BREAK_OUT, fen, read, tier_of
from viz.natures import natures


def test_yuan_become_fen_exactly():
    assert fen("36478111.73") == 3647811173
    assert fen("-0.01") == -1
    assert fen("") == fen(None) == 0
    with pytest.raises(ValueError, match=r'found "1.005"'):
        fen("1.005")


def test_the_tier_of_a_division_is_in_its_code():
    assert [tier_of(code) for code in ("410000000", "410400000", "410402000", "", "x")] == [
        "province", "city", "county", "", "",
    ]  # fmt: skip


def test_a_break_is_drawn_as_a_node_that_feeds_its_record():
    drawing = read(small())
    broken = [node for node in drawing.nodes if node.is_break]
    assert [(node.kind, node.amount_fen, node.title) for node in broken] == [(BREAK_IN, 1000, "overdrawn")]
    feeding = [edge for edge in drawing.edges if edge.source == broken[0].index]
    assert [drawing.nodes[edge.target].record for edge in feeding] == ["indicator:I"]
    assert feeding[0].evidence == "unsourced"


def test_money_that_leaves_sight_is_drawn_leaving():
    drawing = read(answer("tangled", "down", "allocation:A0"))
    lost = [edge for edge in drawing.edges if edge.evidence == "lost"]
    assert {drawing.nodes[edge.target].title for edge in lost} == {"unreceived", "account-not-kept"}
    assert all(drawing.nodes[edge.target].kind == BREAK_OUT for edge in lost)


def test_natures_follow_from_what_is_upstream():
    drawing = read(small())
    by_record = dict(zip([node.record for node in drawing.nodes], natures(drawing), strict=True))
    assert by_record["allocation:A"] == "poverty"
    assert by_record["allocation:B"] == "other"
    assert by_record["indicator:I"] == by_record["payment:P"] == "mixed"
    assert by_record[""] == "unsourced"


def test_an_indicator_that_is_a_source_is_declared_and_its_money_keeps_its_class():
    trail = small(
        sources=[{"record": "indicator:I", "tier": "county", "poverty": True, "division_code": "", "amount": "90.00"}]
    )
    drawing = read(trail)
    found = natures(drawing)
    assert found[1] == "declared"
    assert found[0] == "poverty"


def test_an_allocation_of_unknown_class_is_never_called_unsourced():
    drawing = read(small(sources=[]))
    assert natures(drawing)[:4] == ("unknown", "unknown", "unknown", "unknown")


def test_proposed_links_carry_no_nature():
    trail = small(breaks=[])
    for edge in trail["edges"]:
        if edge["from"] == "allocation:B":
            edge["evidence"] = "proposed"
    assert natures(read(trail))[0] == "poverty"


def test_proposed_links_are_drawn_but_are_no_records_of_the_answer():
    link = flow("allocation:Z", "indicator:I", "10.00", evidence="proposed")
    drawing = read(small(proposed=[link]))
    far = next(node for node in drawing.nodes if node.record == "allocation:Z")
    assert not far.is_counted
    assert natures(drawing)[far.index] == "proposed"
    assert [node.record for node in drawing.nodes if node.is_counted] == [n["record"] for n in small()["nodes"]]


def test_downstream_the_record_asked_gives_its_own_class_to_what_it_reaches():
    trail = small(record="indicator:I", direction="down", breaks=[])
    trail["nodes"] = trail["nodes"][:2]
    trail["edges"] = trail["edges"][2:]
    del trail["sources"]
    trail["nodes"][1]["poverty"] = True
    assert natures(read(trail)) == ("poverty", "poverty")


@pytest.mark.parametrize("example", ["sound", "faults", "tangled"])
def test_every_example_keeps_all_records_and_flows(example: str):
    for name in ("traces", "down"):
        for item in answers(example, name):
            drawing = read(item)
            assert [node.record for node in drawing.nodes if not node.is_break] == [n["record"] for n in item["nodes"]]
            breaks_drawn = sum(1 for node in drawing.nodes if node.is_break)
            assert len(drawing.edges) == len(item["edges"]) + breaks_drawn
            assert len(natures(drawing)) == len(drawing.nodes)


def test_what_is_no_trail_is_refused():
    with pytest.raises(Misuse, match="expected a trail"):
        read([1, 2])
