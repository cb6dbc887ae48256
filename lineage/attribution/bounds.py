"""The least and the most that each source can have in a record, whatever the order: exact max-flow on ints.

Most of a source is the max-flow from it to the record in the network of recorded movements; least is the record's
pool minus the most of all others together. Invariant: what any policy gives lies within.

One max-flow from all sources at once is enough to start from. What a source has in it can then be raised by going
round through the residual network (others make way), which gives its most, and lowered by letting others step in,
which gives its least. Source: L. R. Ford and D. R. Fulkerson, 1956; levels after E. A. Dinic, 1970.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capacity:
    """At most `amount` fen can go from `source` to `target`: record numbers, or the key of a source of money."""

    source: int
    target: int
    amount: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a source has in the record at the least and at the most, fen."""

    least: int
    most: int


def bounds(
    movements: Iterable[Capacity], births: Sequence[Capacity], record: int, pool: int
) -> dict[int, Bounds]:
    """Bounds by source of a record's pool of `pool` fen.

    A birth says how much of a source arises at which record; one source may have several.
    Cost: one max-flow, and for each source two searches in what it left.
    """
    network = _Network()
    for movement in movements:
        network.add(movement.source, movement.target, movement.amount)
    total: dict[int, int] = {}
    for birth in births:
        network.add(("source", birth.source), birth.target, birth.amount)
        total[birth.source] = total.get(birth.source, 0) + birth.amount
    arcs = {source: network.add("all", ("source", source), amount) for source, amount in total.items()}
    start, end = network.place("all"), network.place(record)
    whole = network.push(start, end, sum(total.values()))
    back = network.add(record, "all", 0)
    settled = network.room.copy()
    found = {}
    for source, arc in arcs.items():
        has = settled[arc ^ 1]
        network.room = settled.copy()
        network.close(arc)
        stepped_in = network.push(start, network.place(("source", source)), has)
        network.room = settled.copy()
        free = network.room[arc]
        network.close(arc)
        network.room[back] = sum(total.values())
        raised = network.push(network.place(("source", source)), start, free)
        found[source] = Bounds(max(0, pool - (whole - has + stepped_in)), min(pool, has + raised))
    return found


class _Network:
    """Arcs in pairs, a and a ^ 1 each other's reverse; `room` is what an arc can still take."""

    def __init__(self) -> None:
        self.places: dict[Hashable, int] = {}
        self.leaving: list[list[int]] = []
        self.head: list[int] = []
        self.room: list[int] = []

    def place(self, name: Hashable) -> int:
        found = self.places.setdefault(name, len(self.places))
        if found == len(self.leaving):
            self.leaving.append([])
        return found

    def add(self, source: Hashable, target: Hashable, amount: int) -> int:
        tail, head = self.place(source), self.place(target)
        arc = len(self.head)
        self.head += [head, tail]
        self.room += [amount, 0]
        self.leaving[tail].append(arc)
        self.leaving[head].append(arc + 1)
        return arc

    def close(self, arc: int) -> None:
        """Let an arc take nothing more in either direction."""
        self.room[arc] = self.room[arc ^ 1] = 0

    def push(self, start: int, end: int, most: int) -> int:
        """Send as much as possible, up to `most`, from start to end; returns how much."""
        sent = 0
        while sent < most and start != end:
            level = self._levels(start, end)
            if level[end] < 0:
                break
            following = [0] * len(self.leaving)
            while sent < most:
                part = self._path(start, end, most - sent, level, following)
                if not part:
                    break
                sent += part
        return sent

    def _levels(self, start: int, end: int) -> list[int]:
        level = [-1] * len(self.leaving)
        level[start] = 0
        frontier = [start]
        room, head = self.room, self.head
        while frontier and level[end] < 0:
            reached = []
            for tail in frontier:
                for arc in self.leaving[tail]:
                    after = head[arc]
                    if level[after] < 0 and room[arc]:
                        level[after] = level[tail] + 1
                        reached.append(after)
            frontier = reached
        return level

    def _path(self, start: int, end: int, most: int, level: list[int], following: list[int]) -> int:
        """Send along one shortest path with room; `following` remembers arcs that lead nowhere in this round."""
        path: list[int] = []
        tail = start
        while tail != end:
            arcs = self.leaving[tail]
            while following[tail] < len(arcs):
                arc = arcs[following[tail]]
                if self.room[arc] and level[self.head[arc]] == level[tail] + 1:
                    break
                following[tail] += 1
            if following[tail] < len(arcs):
                path.append(arcs[following[tail]])
                tail = self.head[path[-1]]
            elif path:
                tail = self.head[path.pop() ^ 1]
                following[tail] += 1
            else:
                return 0
        part = min(most, min(self.room[arc] for arc in path))
        for arc in path:
            self.room[arc] -= part
            self.room[arc ^ 1] += part
        return part
