"""A drawing with everything decided: natures, groups, what starts folded, positions; and that as a page's data.

Invariant: positions are for what is shown at first; a record folded away has the place of its group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viz.drawing import Drawing, Node
from viz.grouping import LIMIT, Group, Grouping, group, shown_as
from viz.layers import COLUMN_PITCH, INNER_PITCH, ROW_PITCH, Layout, layout
from viz.natures import EVIDENCES, NATURES, natures
from viz.tables import division
from viz.words import Words


@dataclass(frozen=True, slots=True)
class Scene:
    """`stands_for`: for each record the node shown for it; `place`: where a shown node is in `positions`."""

    drawing: Drawing
    natures: tuple[str, ...]
    grouping: Grouping
    stands_for: tuple[int, ...]
    place: Mapping[int, int]
    positions: Layout

    def spot(self, node: int) -> tuple[int, int]:
        """Position of a shown node in canvas pixels."""
        at = self.place[node]
        return self.positions.x[at], self.positions.y[at]


def scene(drawing: Drawing) -> Scene:
    """Decides what a page shows and where. Cost: that of the layout, about 50 ms for 1,500 nodes."""
    kinds = natures(drawing)
    grouping = group(drawing, kinds)
    count = len(drawing.nodes)
    stands_for = shown_as(count, grouping)
    place = {node: position for position, node in enumerate(sorted(set(stands_for)))}
    stages = [drawing.nodes[node].stage if node < count else grouping.groups[node - count].stage for node in place]
    joined = {(place[stands_for[edge.source]], place[stands_for[edge.target]]) for edge in drawing.edges}
    positions = layout(stages, sorted((source, target) for source, target in joined if source != target))
    return Scene(drawing, kinds, grouping, tuple(stands_for), place, positions)


def page_data(decided: Scene, names: Mapping[str, str], words: Words) -> dict[str, Any]:
    """What the page's script works on. Amounts are fen as strings: a script number is a float."""
    drawing, grouping = decided.drawing, decided.grouping
    groups = [_group_data(found, names, words) for found in grouping.groups]
    for index in grouping.folded:
        node = len(drawing.nodes) + index
        groups[index]["x"], groups[index]["y"] = decided.spot(node)
        groups[index]["column"] = decided.positions.columns[decided.place[node]]
    return {
        "network": _network(decided),
        "records": [_record_data(decided, node, names, words) for node in drawing.nodes],
        "flows": [[edge.source, edge.target, str(edge.amount_fen), edge.date, edge.evidence] for edge in drawing.edges],
        "groups": groups,
        "folded": list(grouping.folded),
        "looks": {name: [look.shape, look.fill, look.line, look.tint] for name, look in NATURES.items()},
        "evidences": {name: [colour, list(dashes)] for name, (colour, dashes) in EVIDENCES.items()},
        "bands": [[words[f"stage_{band.stage}"], band.left, band.right] for band in decided.positions.bands],
        "columnBands": [words[f"stage_{stage}"] for stage in decided.positions.stages],
        "pitch": {"column": COLUMN_PITCH, "inner": INNER_PITCH, "row": ROW_PITCH},
        "root": drawing.root,
        "name": str(drawing.trail["record"]),
        "direction": drawing.direction,
        "limit": LIMIT,
        "cut": bool(drawing.trail.get("truncated")),
        "lang": words.lang,
        "words": words.everything(),
    }


def _record_data(decided: Scene, node: Node, names: Mapping[str, str], words: Words) -> dict[str, Any]:
    x, y = decided.spot(decided.stands_for[node.index])
    return {
        "record": node.record,
        "kind": words.of("kind", node.kind),
        "division": division(node.division_code, names),
        "place": names.get(node.division_code, node.division_code),
        "title": words.of("reason", node.title) if node.is_break else node.title,
        "amount": str(node.amount_fen),
        "attributed": None if node.attributed_fen is None else str(node.attributed_fen),
        "nature": decided.natures[node.index],
        "breaks": [words.of("reason", reason) for reason in node.breaks],
        "isBreak": node.is_break,
        "x": x,
        "y": y,
        "column": decided.positions.columns[decided.place[decided.stands_for[node.index]]],
    }


def _group_data(found: Group, names: Mapping[str, str], words: Words) -> dict[str, Any]:
    return {
        "division": division(found.division_code, names),
        "place": names.get(found.division_code, found.division_code),
        "kind": words.of("kind", found.kind),
        "members": list(found.members),
        "amount": str(found.amount_fen),
        "nature": found.nature,
        "broken": found.broken,
    }


def _network(decided: Scene) -> dict[str, Any]:
    """pyvis's network of what is shown at first."""
    from viz.network import Line, Spot, network

    drawing, count = decided.drawing, len(decided.drawing.nodes)
    spots = []
    for node in decided.place:
        x, y = decided.spot(node)
        if node < count:
            drawn = drawing.nodes[node]
            spots.append(Spot(node, drawn.record or drawn.title, decided.natures[node], x, y, bool(drawn.breaks)))
        else:
            found = decided.grouping.groups[node - count]
            label = f"{found.division_code} {found.kind} × {len(found.members)}"
            spots.append(Spot(node, label, found.nature, x, y, bool(found.broken)))
    sums: dict[tuple[int, int, str], int] = {}
    for edge in drawing.edges:
        source, target = decided.stands_for[edge.source], decided.stands_for[edge.target]
        if source != target:
            key = (source, target, edge.evidence)
            sums[key] = sums.get(key, 0) + edge.amount_fen
    lines = [
        Line(number, source, target, amount, evidence)
        for number, ((source, target, evidence), amount) in enumerate(sums.items())
    ]
    return network(spots, lines)
