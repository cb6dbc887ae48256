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
INNER_PITCH = 200
_SWEEPS = 6
_ROWS_LEAST = 14
_PASSING_THICK, _PASSING_FIRM = 0.4, 20.0


@dataclass(frozen=True, slots=True)
class Band:
    """A stage's stretch of the page, in canvas pixels."""

    stage: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions and columns by node, stages by column.

    `folded` are the edges (positions in the list given) that run against the columns.
    """

    x: tuple[int, ...]
    y: tuple[int, ...]
    columns: tuple[int, ...]
    stages: tuple[int, ...]
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
    row = _passing(members, widths, kept, len(stages))
    y = _heights(row, len(stages))
    nodes = [[node for node in column if node < len(stages)] for column in row.members]
    x, bands = _across(nodes, widths, stage_of_column, y)
    return Layout(tuple(x), tuple(y), tuple(columns), tuple(stage_of_column), bands, folded)


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


@dataclass(frozen=True, slots=True)
class _Row:
    """What stands in columns: nodes, and past them (index >= count) the places where long edges pass by.

    `thick` is the room each takes in rows; `firm` how little it gives way to its neighbours: an edge that passes
    by stays straight, so that it is never drawn behind a card and seems to end there.
    """

    members: list[list[int]]
    widths: list[int]
    before: list[list[int]]
    after: list[list[int]]
    thick: list[float]
    firm: list[float]


def _passing(members: list[list[int]], widths: list[int], edges: Sequence[tuple[int, int]], count: int) -> _Row:
    """Adds one place a source and column that its long edges cross; tall columns have gaps enough without."""
    column_of = {node: number for number, column in enumerate(members) for node in column}
    row = _Row([list(column) for column in members], widths, [[] for _ in range(count)], [[] for _ in range(count)],
               [1.0] * count, [1.0] * count)  # fmt: skip
    places: dict[tuple[int, int], int] = {}
    for source, target in edges:
        last = source
        for column in range(column_of[source] + 1, column_of[target]):
            if widths[column] > 1 or (len(row.thick) >= 4 * count and (source, column) not in places):
                continue
            place = places.get((source, column))
            if place is None:
                place = places[source, column] = len(row.thick)
                row.members[column].append(place)
                row.thick.append(_PASSING_THICK)
                row.firm.append(_PASSING_FIRM)
                row.before.append([last])
                row.after.append([])
                row.after[last].append(place)
            last = place
        row.before[target].append(last)
        row.after[last].append(target)
    return row


def _heights(row: _Row, count: int) -> list[int]:
    """Heights of the nodes after sweeping right and left."""
    y = [0.0] * len(row.thick)
    for column, width in zip(row.members, row.widths, strict=True):
        _put(column, width, [float(number // width) for number in range(len(column))], y, row)
    for sweep in range(_SWEEPS):
        beside = row.before if sweep % 2 == 0 else row.after
        if sweep == _SWEEPS - 1:
            beside = [left + right for left, right in zip(row.before, row.after, strict=True)]
        pairs = list(zip(row.members, row.widths, strict=True))
        for column, width in pairs if sweep % 2 == 0 else reversed(pairs):
            wish = {node: _mean([y[other] for other in beside[node]], y[node]) for node in column}
            column.sort(key=lambda node, wish=wish: wish[node])  # type: ignore[misc]
            _put(column, width, [wish[node] for node in column], y, row)
    top = min(y[:count], default=0.0)
    return [round((height - top) * ROW_PITCH) for height in y[:count]]


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _put(column: list[int], width: int, wishes: list[float], y: list[float], row: _Row) -> None:
    """Gives the column's members (sorted by wish) heights nearest to their wishes, `width` nodes a line."""
    if width == 1:
        thick, firm = [row.thick[node] for node in column], [row.firm[node] for node in column]
        heights = apart(wishes, thick, firm)
    else:
        lines = [wishes[start : start + width] for start in range(0, len(wishes), width)]
        heights = apart([sum(line) / len(line) for line in lines])
    for number, node in enumerate(column):
        y[node] = heights[number // width]


def apart(wishes: Sequence[float], thick: Sequence[float] = (), firm: Sequence[float] = ()) -> list[float]:
    """Rising heights that keep half of both neighbours' thickness (1 by default) between them.

    They have the least squared distance to `wishes`, weighted by `firm` (pool adjacent violators).
    """
    offsets = [0.0] * len(wishes)
    for number in range(1, len(wishes)):
        offsets[number] = offsets[number - 1] + ((thick[number - 1] + thick[number]) / 2 if thick else 1.0)
    blocks: list[tuple[float, float, int]] = []
    for number, wish in enumerate(wishes):
        mean, weight, size = wish - offsets[number], firm[number] if firm else 1.0, 1
        while blocks and blocks[-1][0] > mean:
            other, heavy, many = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, size = weight + heavy, size + many
        blocks.append((mean, weight, size))
    flat = [mean for mean, _, size in blocks for _ in range(size)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=True)]


def _across(
    members: list[list[int]], widths: list[int], stage_of_column: list[int], y: list[int]
) -> tuple[list[int], tuple[Band, ...]]:
    """Horizontal positions and the bands; a tall column is folded into `width` columns side by side."""
    x = [0] * len(y)
    bands: list[Band] = []
    left = 0
    for column, width, stage in zip(members, widths, stage_of_column, strict=True):
        for number, node in enumerate(column):
            x[node] = left + (number % width) * INNER_PITCH
        right = left + (width - 1) * INNER_PITCH
        if bands and bands[-1].stage == stage:
            bands[-1] = Band(stage, bands[-1].left, right + COLUMN_PITCH // 2)
        else:
            bands.append(Band(stage, left - COLUMN_PITCH // 2, right + COLUMN_PITCH // 2))
        left = right + COLUMN_PITCH
    return x, tuple(bands)
