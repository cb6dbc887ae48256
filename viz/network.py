"""The network of a graph page, made by pyvis. The only module that imports pyvis.

Taken from pyvis: the network's JSON (nodes, edges, options) and the vis-network script that its package
ships. Not taken: its page, which fetches from a CDN and does not escape labels. Ids are our integers and
no node has a `title`, so no text of ours reaches vis-network as HTML: labels are drawn on the canvas.
pyvis imports IPython (0.2 s here, 2 s on a cold disk), therefore it is imported when a page is made, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import sqrt
from typing import Any

from viz.natures import NATURES, line_look

_WIDTH_LEAST, _WIDTH_MOST = 2.0, 9.0
_LABEL_MOST = 28
_SCRIPT = ("lib", "vis-9.1.2", "vis-network.min.js")


@dataclass(frozen=True, slots=True)
class Spot:
    """A node to draw: a record or a group of records, at its place."""

    index: int
    label: str
    nature: str
    x: int
    y: int
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An edge to draw."""

    index: int
    source: int
    target: int
    amount_fen: int
    evidence: str


def network(spots: Sequence[Spot], lines: Sequence[Line]) -> dict[str, Any]:
    """`{"nodes", "edges", "options"}` for vis-network: places fixed, physics off, width by the root of the amount."""
    from pyvis.network import Network

    made = Network(directed=True, cdn_resources="in_line")
    for spot in spots:
        look = NATURES[spot.nature]
        made.add_node(
            spot.index,
            label=spot.label if len(spot.label) <= _LABEL_MOST else spot.label[: _LABEL_MOST - 1] + "…",
            shape=look.shape,
            color={"background": look.fill, "border": look.line},
            x=spot.x,
            y=spot.y,
            borderWidth=4 if spot.is_broken else 1,
        )
    most = max((line.amount_fen for line in lines), default=0)
    for line in lines:
        colour, dashes = line_look(line.evidence)
        made.add_edge(
            line.source,
            line.target,
            id=line.index,
            width=width(line.amount_fen, most),
            color=colour,
            dashes=list(dashes) if dashes else False,
        )
    nodes, edges, *_ = made.get_network_data()
    return {"nodes": nodes, "edges": edges, "options": _options(len(edges))}


def width(amount_fen: int, most_fen: int) -> float:
    """Line width in pixels: by the square root of the amount, so that small money stays in sight."""
    part = sqrt(max(amount_fen, 0) / most_fen) if most_fen else 0.0
    return round(_WIDTH_LEAST + (_WIDTH_MOST - _WIDTH_LEAST) * part, 2)


@lru_cache(maxsize=1)
def script() -> str:
    """The vis-network script from pyvis's package, without its pointer to a source map."""
    source = files("pyvis").joinpath(*_SCRIPT).read_text(encoding="utf-8")
    code, _, _ = source.rpartition("//# sourceMappingURL=")
    assert "</script" not in code.lower(), "the script would close its own element"
    return code


def _options(edges: int) -> dict[str, Any]:
    return {
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False},
        "nodes": {"font": {"size": 13}},
        "edges": {
            "smooth": {"enabled": True, "type": "cubicBezier", "forceDirection": "horizontal", "roundness": 0.45},
            "arrows": {"to": {"enabled": True, "scaleFactor": 0.35}},
            "selectionWidth": 1.5,
            "hoverWidth": 1.2,
            "arrowStrikethrough": False,
        },
        "interaction": {
            "hover": True,
            "dragNodes": True,
            "multiselect": False,
            "tooltipDelay": 1000000,
            "hideEdgesOnDrag": edges > 800,
            "hideEdgesOnZoom": edges > 800,
        },
    }
