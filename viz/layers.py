"""Where nodes stand: columns in the direction of the money, few crossings, no overlap, no physics.

The steps are those of Sugiyama, Tagawa and Toda ("Methods for visual understanding of hierarchical system
structures", 1981): break cycles, give columns, order by barycentre, place. Ordering and placing are one step
here: a column's nodes wish for the mean height of their neighbours, are sorted by that wish, and get the
nearest heights that keep their distance (pool adjacent violators). Integers out, the same input gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isqrt

COLUMN_PITCH = 236
ROW_PITCH = 84
_SUBCOLUMN_PITCH = 200
_SWEEPS = 6
_ROWS_LEAST = 10


@dataclass(frozen=True, slots=True)
class Band:
    """A stage's stretch of the page, in canvas pixels."""

    stage: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions by node; `folded` are the edges (positions in the list given) that run against the columns."""

    x: tuple[int, ...]
    y: tuple[int, ...]
    columns: tuple[int, ...]
    bands: tuple[Band, ...]
    folded: frozenset[int]


def layout(stages: Sequence[int], edges: Sequence[tuple[int, int]]) -> Layout:
    """Places nodes 0…n-1 of the given stages (bands, left to right) joined by `edges` (source, target).

    An edge never runs left except where the input has a cycle. Cost: sweeps × (n log n + edges).
    """
    folded = back_edges(len(stages), edges)
    kept = [edge for number, edge in enumerate(edges) if number not in folded and edge[0] != edge[1]]
    columns, stage_of_column = columns_of(stages, kept)
    members: list[list[int]] = [[] for _ in stage_of_column]
    for node, column in enumerate(columns):
        members[column].append(node)
    rows_most = max(_ROWS_LEAST, isqrt(len(stages)))
    widths = [max(1, ceil(len(column) / rows_most)) for column in members]
    y = _heights(members, widths, kept, len(stages))
    x, bands = _across(members, widths, stage_of_column, y)
    return Layout(tuple(x), tuple(y), tuple(columns), bands, folded)


def back_edges(count: int, edges: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Positions in `edges` of the edges that close a cycle in a depth-first walk from the lowest nodes."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    entered = [0] * count
    for number, (source, target) in enumerate(edges):
        if source != target:
            out[source].append((target, number))
            entered[target] += 1
    found = {number for number, (source, target) in enumerate(edges) if source == target}
    state = bytearray(count)
    for start in sorted(range(count), key=lambda node: (entered[node] > 0, node)):
        if state[start]:
            continue
        state[start] = 1
        path = [(start, iter(out[start]))]
        while path:
            node, onward = path[-1]
            step = next(onward, None)
            if step is None:
                state[node] = 2
                path.pop()
            elif state[step[0]] == 0:
                state[step[0]] = 1
                path.append((step[0], iter(out[step[0]])))
            elif state[step[0]] == 1:
                found.add(step[1])
    return frozenset(found)


def strong_sets(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Number of the strongly connected set of each node, sets numbered by their least node (R. Tarjan, 1972)."""
    out: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        out[source].append(target)
    reached, lowest, found = [0] * count, [0] * count, [-1] * count
    stack: list[int] = []
    clock = 0
    for start in range(count):
        path = [] if reached[start] else [(start, iter(out[start]))]
        while path:
            node, onward = path[-1]
            if not reached[node]:
                clock += 1
                reached[node] = lowest[node] = clock
                stack.append(node)
            for target in onward:
                if not reached[target]:
                    path.append((target, iter(out[target])))
                    break
                if found[target] < 0:
                    lowest[node] = min(lowest[node], lowest[target])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == reached[node]:
                    members = [stack.pop()]
                    while members[-1] != node:
                        members.append(stack.pop())
                    for member in members:
                        found[member] = min(members)
    place = {least: number for number, least in enumerate(sorted(set(found)))}
    return [place[least] for least in found]


def crossings(columns: Sequence[int], y: Sequence[int], edges: Sequence[tuple[int, int]]) -> int:
    """How many pairs of edges between the same two columns cross. Cost: quadratic in such edges; for tests."""
    between: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for source, target in edges:
        between.setdefault((columns[source], columns[target]), []).append((y[source], y[target]))
    total = 0
    for lines in between.values():
        for number, (left, right) in enumerate(lines):
            total += sum(1 for other, far in lines[number + 1 :] if (left - other) * (right - far) < 0)
    return total


def columns_of(stages: Sequence[int], edges: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Column of each node and stage of each column: by stage, inside a stage by longest way."""
    count = len(stages)
    out: list[list[int]] = [[] for _ in range(count)]
    into = [0] * count
    for source, target in edges:
        out[source].append(target)
        into[target] += 1
    is_start = [not entering for entering in into]
    order = [node for node in range(count) if is_start[node]]
    stage, inner = list(stages), [0] * count
    for node in order:  # grows while it runs: Kahn's order
        for target in out[node]:
            if stage[node] > stage[target]:
                stage[target], inner[target] = stage[node], 0
            if stage[node] == stage[target]:
                inner[target] = max(inner[target], inner[node] + 1)
            into[target] -= 1
            if not into[target]:
                order.append(target)
    assert len(order) == count, "a cycle was left after folding"
    depth = {number: 1 + max(inner[node] for node in order if stage[node] == number) for number in set(stage)}
    for node in order:  # a start stands beside what it feeds, not at the far left
        if is_start[node] and out[node]:
            near = [inner[target] for target in out[node] if stage[target] == stage[node]]
            inner[node] = (min(near) if near else depth[stage[node]]) - 1
    offset: dict[int, int] = {}
    stage_of_column: list[int] = []
    for number in sorted(depth):
        offset[number] = len(stage_of_column)
        stage_of_column += [number] * depth[number]
    return _squeezed([offset[stage[node]] + inner[node] for node in range(count)], stage_of_column)


def _squeezed(columns: list[int], stage_of_column: list[int]) -> tuple[list[int], list[int]]:
    """The same without empty columns."""
    used = sorted(set(columns))
    place = {column: number for number, column in enumerate(used)}
    return [place[column] for column in columns], [stage_of_column[column] for column in used]


def _heights(members: list[list[int]], widths: list[int], edges: Sequence[tuple[int, int]], count: int) -> list[int]:
    """Heights after sweeping right and left; sorts `members` in place."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
    y = [0.0] * count
    for column, width in zip(members, widths, strict=True):
        _put(column, width, [float(row // width) for row in range(len(column))], y)
    for sweep in range(_SWEEPS):
        beside = before if sweep % 2 == 0 else after
        if sweep == _SWEEPS - 1:
            beside = [left + right for left, right in zip(before, after, strict=True)]
        pairs = list(zip(members, widths, strict=True))
        for column, width in pairs if sweep % 2 == 0 else reversed(pairs):
            wish = {node: _mean([y[other] for other in beside[node]], y[node]) for node in column}
            column.sort(key=lambda node: wish[node])
            _put(column, width, [wish[node] for node in column], y)
    top = min(y, default=0.0)
    return [round((height - top) * ROW_PITCH) for height in y]


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _put(column: list[int], width: int, wishes: list[float], y: list[float]) -> None:
    """Gives the column's nodes (sorted by wish) rows a pitch apart, nearest to their wishes, `width` nodes a row."""
    rows = [wishes[start : start + width] for start in range(0, len(wishes), width)]
    heights = apart([sum(row) / len(row) for row in rows])
    for number, node in enumerate(column):
        y[node] = heights[number // width]


def apart(wishes: Sequence[float]) -> list[float]:
    """Rising heights at least 1 apart with the least squared distance to `wishes` (pool adjacent violators)."""
    blocks: list[tuple[float, int]] = []
    for number, wish in enumerate(wishes):
        mean, size = wish - number, 1
        while blocks and blocks[-1][0] > mean:
            other, count = blocks.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        blocks.append((mean, size))
    flat = [mean for mean, size in blocks for _ in range(size)]
    return [mean + number for number, mean in enumerate(flat)]


def _across(
    members: list[list[int]], widths: list[int], stage_of_column: list[int], y: list[int]
) -> tuple[list[int], tuple[Band, ...]]:
    """Horizontal positions and the bands; a tall column is folded into `width` columns side by side."""
    x = [0] * len(y)
    bands: list[Band] = []
    left = 0
    for column, width, stage in zip(members, widths, stage_of_column, strict=True):
        for number, node in enumerate(column):
            x[node] = left + (number % width) * _SUBCOLUMN_PITCH
        right = left + (width - 1) * _SUBCOLUMN_PITCH
        if bands and bands[-1].stage == stage:
            bands[-1] = Band(stage, bands[-1].left, right + COLUMN_PITCH // 2)
        else:
            bands.append(Band(stage, left - COLUMN_PITCH // 2, right + COLUMN_PITCH // 2))
        left = right + COLUMN_PITCH
    return x, tuple(bands)
