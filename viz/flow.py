"""A year's money as a flow picture (Sankey): plain SVG, made here.

A flow picture needs an acyclic graph: nodes on a common cycle are folded into one, and the page says so and
says how much went round. Columns with many nodes keep the largest, the rest is one node "others"; both keep
every sum. Invariant: the ribbons of the picture and the amount that went round add up to the rows given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viz.flow_picture import draw
from viz.layers import columns_of, strong_sets
from viz.legend import Entry, glyph
from viz.natures import NATURES
from viz.offline import asset, fill, program, script_json, written
from viz.tables import Column, Table, yuan
from viz.words import Words

_COLUMN_MOST = 18


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Money from one node to another in the picture."""

    source: int
    target: int
    amount_fen: int
    nature: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes (labels, columns), ribbons, and what was folded to get there."""

    labels: tuple[str, ...]
    columns: tuple[int, ...]
    ribbons: tuple[Ribbon, ...]
    round_fen: int
    rings: tuple[str, ...]
    others: int


def flow_view(
    rows: Iterable[Sequence[Any]], path: str | Path | None = None, lang: str = "zh", *, heading: str = ""
) -> str:
    """The flow page of rows (from, to, amount in fen[, nature]); written to `path` as UTF-8 when given.

    Natures are those of `viz.natures`. Rows of 0 or less are left out, and the page says how many.
    Raises Misuse for an unknown language.
    """
    words = Words(lang)
    picture, notices, table = flow_parts(rows, words)
    html = fill(
        "flow.html",
        scripts=(program("money.js", "tables.js", "flow.js"),),
        style=asset("page.css"),
        words=words,
        heading=heading or words["flow_title"],
        notices=notices,
        svg=draw(picture, words),
        table=table,
        legend=_legend(picture, words),
        total=entering(picture),
        yuan=yuan,
        data=script_json({"lang": words.lang, "words": words.everything(), "name": "flows"}),
    )
    return written(html, path)


def flow_parts(rows: Iterable[Sequence[Any]], words: Words) -> tuple[Picture, list[str], Table]:
    """The picture of rows, what the reader must know of it, and the rows as a table, greatest first."""
    flows = [(str(row[0]), str(row[1]), int(row[2]), str(row[3]) if len(row) > 3 else "unknown") for row in rows]
    kept = [flow for flow in flows if flow[2] > 0]
    picture = plan(kept, words)
    notices = []
    if picture.rings:
        amount = yuan(picture.round_fen)
        notices.append(words.say("flow_rings", rings="; ".join(picture.rings), amount=amount))
    if picture.others:
        notices.append(words.say("flow_others", n=picture.others))
    if len(kept) < len(flows):
        notices.append(words.say("flow_left_out", n=len(flows) - len(kept)))
    columns = (
        Column("from", words["from"]),
        Column("to", words["to"]),
        Column("amount", words["amount"], "money"),
        Column("nature", words["nature"]),
    )
    falling = sorted(kept, key=lambda flow: (-flow[2], flow))
    cells = tuple((source, target, amount, words.of("nature", nature)) for source, target, amount, nature in falling)
    table = Table("flows", words["flows"], columns, cells)
    return picture, notices, table


def plan(flows: Sequence[tuple[str, str, int, str]], words: Words) -> Picture:
    """The picture of flows (from, to, fen > 0, nature): cycles folded, columns given, small nodes gathered."""
    names = sorted({name for flow in flows for name in flow[:2]})
    index = {name: number for number, name in enumerate(names)}
    sets = strong_sets(len(names), [(index[source], index[target]) for source, target, *_ in flows])
    labels, rings = _labels(names, sets, words)
    sums: dict[tuple[int, int, str], int] = {}
    round_fen = 0
    for source, target, amount, nature in flows:
        start, end = sets[index[source]], sets[index[target]]
        if start == end:
            round_fen += amount
        else:
            sums[start, end, nature] = sums.get((start, end, nature), 0) + amount
    columns, _ = columns_of([0] * len(labels), sorted({key[:2] for key in sums}))
    return _gathered(Picture(tuple(labels), tuple(columns), _ribbons(sums), round_fen, rings, 0), words)


def entering(picture: Picture) -> int:
    """Fen that enter the picture: what leaves nodes that nothing comes to."""
    fed = {ribbon.target for ribbon in picture.ribbons}
    return sum(ribbon.amount_fen for ribbon in picture.ribbons if ribbon.source not in fed)


def _legend(picture: Picture, words: Words) -> list[Entry]:
    """The natures that occur."""
    occurring = {ribbon.nature for ribbon in picture.ribbons}
    names = [name for name in NATURES if name in occurring]
    return [Entry(glyph(NATURES[name], words[f"nature_{name}"]), words[f"nature_{name}"], None) for name in names]


def _labels(names: Sequence[str], sets: Sequence[int], words: Words) -> tuple[list[str], tuple[str, ...]]:
    """One label a set; sets of several nodes are rings and are named by their members."""
    members: dict[int, list[str]] = {}
    for name, number in zip(names, sets, strict=True):
        members.setdefault(number, []).append(name)
    labels, rings = [], []
    for number in sorted(members):
        if len(members[number]) == 1:
            labels.append(members[number][0])
        else:
            labels.append(words.say("flow_ring", first=members[number][0], n=len(members[number])))
            rings.append(", ".join(members[number]))
    return labels, tuple(rings)


def _ribbons(sums: Mapping[tuple[int, int, str], int]) -> tuple[Ribbon, ...]:
    return tuple(Ribbon(source, target, amount, nature) for (source, target, nature), amount in sorted(sums.items()))


def _gathered(picture: Picture, words: Words) -> Picture:
    """The same picture with at most `_COLUMN_MOST` nodes a column: the smallest are one node, their sums kept."""
    value = throughput(len(picture.labels), picture.ribbons)
    stands_for = list(range(len(picture.labels)))
    labels, columns, gathered = list(picture.labels), list(picture.columns), 0
    for column in set(picture.columns):
        members = sorted(
            (node for node, other in enumerate(picture.columns) if other == column),
            key=lambda node: (-value[node], node),
        )
        small = members[_COLUMN_MOST - 1 :] if len(members) > _COLUMN_MOST else []
        for node in small:
            stands_for[node] = len(labels)
        if small:
            labels.append(words.say("flow_other", n=len(small)))
            columns.append(column)
            gathered += len(small)
    sums: dict[tuple[int, int, str], int] = {}
    for ribbon in picture.ribbons:
        key = (stands_for[ribbon.source], stands_for[ribbon.target], ribbon.nature)
        sums[key] = sums.get(key, 0) + ribbon.amount_fen
    return Picture(tuple(labels), tuple(columns), _ribbons(sums), picture.round_fen, picture.rings, gathered)


def throughput(count: int, ribbons: Iterable[Ribbon]) -> list[int]:
    """Fen through each node: the greater of what comes and what goes."""
    came, went = [0] * count, [0] * count
    for ribbon in ribbons:
        went[ribbon.source] += ribbon.amount_fen
        came[ribbon.target] += ribbon.amount_fen
    return [max(pair) for pair in zip(came, went, strict=True)]
