"""Groups of records of one division and kind: what "collapse" folds together, and what very large trails start as.

Invariant: a group's amount is the sum of its members' own amounts, and every record is in at most one
group. The record asked is never folded away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viz.drawing import Drawing, Node

LIMIT = 1500
# What a page past the limit is folded to: few enough to be read.
_AIM = 250
# Lengths of division code that name county, city, province; the coarser ones only when the finer do not suffice.
_LEVELS = (9, 4, 2, 0)


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one division (or, past the limit, city or province: a shorter code) and one kind."""

    index: int
    division_code: str
    kind: str
    members: tuple[int, ...]
    amount_fen: int
    stage: int
    nature: str
    broken: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """All groups; `folded` are those to start collapsed. `level`: digits of the division code that make a group."""

    groups: tuple[Group, ...]
    folded: tuple[int, ...]
    level: int


def group(drawing: Drawing, natures: Sequence[str], limit: int = LIMIT) -> Grouping:
    """Groups of a drawing's records; past `limit` nodes the largest are folded until the page can be read."""
    aim = min(_AIM, limit) if len(drawing.nodes) > limit else len(drawing.nodes)
    for length in _LEVELS:
        groups = _groups(drawing, natures, length)
        folded, shown = [], len(drawing.nodes)
        for found in sorted(groups, key=lambda item: (-len(item.members), item.index)):
            if shown <= aim:
                break
            folded.append(found.index)
            shown -= len(found.members) - 1
        if shown <= limit:
            break
    return Grouping(groups, tuple(sorted(folded)), length)


def shown_as(count: int, grouping: Grouping, folded: Sequence[int] | None = None) -> list[int]:
    """For each record the node that stands for it: itself, or `count` + the index of its folded group."""
    stands_for = list(range(count))
    for index in grouping.folded if folded is None else folded:
        for member in grouping.groups[index].members:
            stands_for[member] = count + index
    return stands_for


def _groups(drawing: Drawing, natures: Sequence[str], length: int) -> tuple[Group, ...]:
    members: dict[tuple[str, str], list[Node]] = {}
    for node in drawing.nodes:
        if node.index != drawing.root and not node.is_proposed:
            members.setdefault((node.division_code[:length], node.kind), []).append(node)
    found = [(key, nodes) for key, nodes in sorted(members.items()) if len(nodes) > 1]
    return tuple(
        Group(
            index=index,
            division_code=division,
            kind=kind,
            members=tuple(node.index for node in nodes),
            amount_fen=sum(node.amount_fen for node in nodes),
            stage=max(node.stage for node in nodes),
            nature=_shared({natures[node.index] for node in nodes}),
            broken=sum(1 for node in nodes if node.breaks),
        )
        for index, ((division, kind), nodes) in enumerate(found)
    )


def _shared(natures: set[str]) -> str:
    """One nature for all: their own where they agree, "mixed" where poverty and other meet, else unknown."""
    known = natures - {"unknown", "unsourced", "declared"}
    if len(natures) == 1:
        return natures.pop()
    if len(known) == 1:
        return known.pop()
    return "mixed" if known else "unknown"
