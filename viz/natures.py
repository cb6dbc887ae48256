"""What kind of money a node holds, and how each kind looks: colour AND shape AND line, never colour alone.

Colours are the eight of Okabe and Ito, told apart under the common colour-vision deficiencies
(M. Okabe, K. Ito, "Color Universal Design", 2008); each also has its own glyph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from viz.drawing import BREAK_IN, BREAK_OUT, Drawing, Node


@dataclass(frozen=True, slots=True)
class Look:
    """How a nature is drawn: `shape` is a vis-network shape name, `fill` and `line` CSS colours."""

    shape: str
    fill: str
    line: str
    tint: str


NATURES: Mapping[str, Look] = MappingProxyType(
    {
        "poverty": Look("dot", "#0072B2", "#004B76", "#E6F1F8"),
        "other": Look("square", "#E69F00", "#8A5F00", "#FDF3DE"),
        "mixed": Look("hexagon", "#CC79A7", "#8A3D69", "#FAEEF5"),
        "declared": Look("diamond", "#009E73", "#00614A", "#E3F4EF"),
        "unsourced": Look("triangleDown", "#D55E00", "#8F3F00", "#FBEADF"),
        "unknown": Look("ellipse", "#8D949C", "#555C64", "#F2F3F5"),
        "proposed": Look("triangle", "#56B4E9", "#1F6E9E", "#EAF5FC"),
        "lost": Look("star", "#3B3F45", "#1D2024", "#ECEDEF"),
    }
)

# dashes in canvas pixels: line, gap, …; empty is a solid line
EVIDENCES: Mapping[str, tuple[str, tuple[int, ...]]] = MappingProxyType(
    {
        "recorded": ("#7A8794", ()),
        "document": ("#009E73", (14, 5)),
        "asserted": ("#7B4FA3", (14, 5, 3, 5)),
        "proposed": ("#56B4E9", (3, 6)),
        "unsourced": ("#D55E00", (8, 6)),
        "lost": ("#3B3F45", (8, 6)),
    }
)

_POVERTY, _OTHER, _UNSOURCED, _UNKNOWN = 1, 2, 4, 8


def line_look(evidence: str) -> tuple[str, tuple[int, ...]]:
    """Colour and dashes of a flow; evidence of a kind not known here looks recorded and bears its own name."""
    return EVIDENCES.get(evidence, EVIDENCES["recorded"])


def natures(drawing: Drawing) -> tuple[str, ...]:
    """The nature of each node, in node order: whose money can be in it at all (no amounts are split here).

    What a record holds follows from the sources upstream of it inside the drawing. Allocations that are no
    source of the record asked, and the record asked of a downstream trace, go by the answer's own mark. Cost: linear.
    """
    held = [0] * len(drawing.nodes)
    declared = set()
    marked = {item["record"]: item.get("poverty") for item in drawing.trail["nodes"]}
    origins = {source["record"]: source for source in drawing.trail.get("sources") or ()}
    downward = drawing.direction == "down"
    for node in drawing.nodes:
        is_start = downward and node.index == drawing.root
        held[node.index] = _own(node, origins.get(node.record), marked.get(node.record), is_start)
        if node.record in origins and node.kind == "indicator":
            declared.add(node.index)
    _spread(drawing, held)
    return tuple(_name(node, held[node.index], node.index in declared) for node in drawing.nodes)


def _own(node: Node, origin: Mapping[str, Any] | None, mark: bool | None, is_start: bool) -> int:
    if node.kind == BREAK_IN:
        return _UNSOURCED
    if origin is not None:
        return _POVERTY if origin.get("poverty") else _OTHER
    if node.kind == "allocation" or is_start:
        return _UNKNOWN if mark is None else _POVERTY if mark else _OTHER
    return 0


def _spread(drawing: Drawing, held: list[int]) -> None:
    """Carries what each node holds down the flows, until nothing changes (four bits: at most four visits a node)."""
    onward: list[list[int]] = [[] for _ in drawing.nodes]
    for edge in drawing.edges:
        if edge.evidence != "proposed":
            onward[edge.source].append(edge.target)
    waiting = [index for index, bits in enumerate(held) if bits]
    while waiting:
        index = waiting.pop()
        for target in onward[index]:
            if held[target] | held[index] != held[target]:
                held[target] |= held[index]
                waiting.append(target)


def _name(node: Node, bits: int, is_declared: bool) -> str:
    if node.kind == BREAK_IN:
        return "unsourced"
    if node.kind == BREAK_OUT:
        return "lost"
    if node.is_proposed:
        return "proposed"
    if is_declared:
        return "declared"
    known = bits & (_POVERTY | _OTHER)
    if known == _POVERTY | _OTHER:
        return "mixed"
    if known:
        return "poverty" if known == _POVERTY else "other"
    return "unsourced" if bits == _UNSOURCED else "unknown"
