"""A trail as a still picture: the same columns, marks and lines as the graph page, as escaped SVG without script."""

from __future__ import annotations

from collections.abc import Mapping

from viz.drawing import Edge, Node
from viz.legend import BROKEN_LINE, mark
from viz.natures import NATURES, line_look
from viz.network import width
from viz.scene import Scene
from viz.svg import element, fitted, picture, text, title
from viz.tables import division, yuan
from viz.words import Words

_WIDE, _TALL, _MARGIN = 184, 68, 16
_MOST = 400


def still(decided: Scene, names: Mapping[str, str], words: Words) -> str:
    """The picture of what the page would show first; "" when that is too much for a picture (past 400 nodes)."""
    if len(decided.place) > _MOST:
        return ""
    drawing, count = decided.drawing, len(decided.drawing.nodes)
    sums: dict[tuple[int, int, str], Edge] = {}
    for edge in drawing.edges:
        source, target = decided.stands_for[edge.source], decided.stands_for[edge.target]
        if source != target:
            known = sums.get((source, target, edge.evidence))
            amount = edge.amount_fen + (known.amount_fen if known else 0)
            sums[source, target, edge.evidence] = Edge(source, target, amount, edge.date, edge.evidence)
    most = max((edge.amount_fen for edge in sums.values()), default=0)
    parts = [_line(decided, edge, most) for edge in sums.values()]
    for node in decided.place:
        x, y = decided.spot(node)
        if node < count:
            card = _card(drawing.nodes[node], decided.natures[node], names, words)
        else:
            found = decided.grouping.groups[node - count]
            head = f"{words.of('kind', found.kind)} × {len(found.members)}"
            place = names.get(found.division_code, found.division_code)
            card = _drawn((head, yuan(found.amount_fen), place), found.nature, bool(found.broken))
        parts.append(element("g", card, transform=f"translate({x} {y})"))
    wide = max(decided.positions.x, default=0) + _WIDE + 2 * _MARGIN
    tall = max(decided.positions.y, default=0) + _TALL + 2 * _MARGIN
    shift = element("g", *parts, transform=f"translate({_WIDE // 2 + _MARGIN} {_TALL // 2 + _MARGIN})")
    return picture(wide, tall, words["graph_label"], shift, class_="still")


def _card(node: Node, nature: str, names: Mapping[str, str], words: Words) -> str:
    if node.is_break:
        head, below = words.of("reason", node.title), words.of("kind", node.kind)
    else:
        head = f"{words.of('kind', node.kind)} {node.record.partition(':')[2]}"
        below = " · ".join(filter(None, (names.get(node.division_code, node.division_code), node.title)))
    hover = title("\n".join((node.record, division(node.division_code, names), words[f"nature_{nature}"])))
    return hover + _drawn((head, yuan(node.amount_fen), below), nature, bool(node.breaks))


def _drawn(lines: tuple[str, str, str], nature: str, is_broken: bool) -> str:
    """A card around its own middle: mark, head, amount, place."""
    look = NATURES[nature]
    left, top = -_WIDE / 2, -_TALL / 2
    frame = {"stroke": BROKEN_LINE if is_broken else look.line, "stroke_width": 2.5 if is_broken else 1.2}
    if is_broken:
        frame["stroke_dasharray"] = "7 4"
    box = element("rect", x=left, y=top, width=_WIDE, height=_TALL, rx=7, fill=look.tint, **frame)
    glyph = element("g", mark(look, 18), transform=f"translate({left + 10} {top + 5})")
    head = text(fitted(lines[0], 24), x=left + 34, y=-15, font_size=12, fill="#52606D")
    amount = text(lines[1], x=left + 10, y=9, font_size=17, font_weight=600, fill="#16202B")
    place = text(fitted(lines[2], 26), x=left + 10, y=27, font_size=12, fill="#52606D")
    return box + glyph + head + amount + place


def _line(decided: Scene, edge: Edge, most: int) -> str:
    colour, dashes = line_look(edge.evidence)
    (x, y), (far_x, far_y) = decided.spot(edge.source), decided.spot(edge.target)
    near, far = x + _WIDE / 2, far_x - _WIDE / 2
    middle = (near + far) / 2
    return element(
        "path",
        title(f"{yuan(edge.amount_fen)}  {edge.date}"),
        d=f"M{near} {y}C{middle} {y} {middle} {far_y} {far} {far_y}",
        fill="none",
        stroke=colour,
        stroke_width=width(edge.amount_fen, most),
        stroke_opacity=0.75,
        stroke_dasharray=" ".join(str(dash) for dash in dashes) or None,
    )
