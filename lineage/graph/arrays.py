"""The arrays of the graph and their names; nothing here computes.

Nodes are numbered in the one total order of the project, (kind, id) by code point, so comparing two
node indexes compares two record names. Edges are numbered in draw order: by source node, then
date (empty first), then target node. Amounts are int64 fen, dates int32 days since 1970-01-01.
Invariant: every array but the text columns has one entry a node or one an edge, and is read-only.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lineage.schema import NODE_KINDS

if TYPE_CHECKING:
    from lineage.graph.text import TextColumn

NO_DATE = np.int32(-(2**31))
EVIDENCE = ("recorded", "document", "asserted", "proposed")
TIERS = ("province", "city", "county", "relocation")
CLASSES = (
    "province_poverty", "province_other", "city_poverty", "city_other", "county_poverty", "county_other",
    "relocation_poverty", "relocation_other", "unsourced_poverty", "unsourced_other",
)
UNSOURCED_POVERTY = 8
EPOCH = datetime.date(1970, 1, 1)
REASONS = (
    "dangling-source", "no-source", "dangling-indicator", "no-indicator", "overdrawn", "outside-receipt", "unreceived",
    "account-not-kept",
)
ENTERING = frozenset(REASONS[:6])
"""Reasons by which unsourced money enters (upstream answers name these); by the others money leaves sight."""

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]
Small = NDArray[np.int8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Nodes:
    """What each record says of itself; shapes (n,).

    `tier` of the money that can arise there (-1: none), `own` arranged indicators, `kept` accounts with bookkeeping,
    `waiting` issues that name no target, `gap` why no source is recorded (index into `records.GAP_REASONS`).
    """

    ids: TextColumn
    titles: TextColumn
    amount: Ints
    date: Indexes
    division: Indexes
    tier: Small
    in_scope: Flags
    alive: Flags
    own: Flags
    kept: Flags
    waiting: Flags
    gap: Small


@dataclass(frozen=True, slots=True)
class Edges:
    """Movements in draw order; shapes (m,), but `out_start` and `in_start` (n + 1,).

    `in_edge` lists edge numbers by target, then date, then source. `flow` is the amount less what only goes
    round. `line_before` is where a draw begins on its source's line of fen that no draw has named; `named_*` hold, by
    ascending edge number, the draws that name a deposit: edge, deposit edge, where on the deposit, how much of it.
    """

    out_start: Ints
    source: Indexes
    target: Indexes
    amount: Ints
    flow: Ints
    date: Indexes
    evidence: Small
    line_before: Ints
    in_start: Ints
    in_edge: Indexes
    named_edge: Indexes
    named_deposit: Indexes
    named_before: Ints
    named_part: Ints


@dataclass(frozen=True, slots=True)
class Receipts:
    """Money that enters an account from outside the treasury: by account, date, id; shapes (r,)."""

    ids: TextColumn
    account: Indexes
    date: Indexes
    amount: Ints
    poverty: Flags


@dataclass(frozen=True, slots=True)
class Pools:
    """Money at each node, in recorded flows; shapes (n,). `pool`, what is shared out, is less what goes round."""

    inflow: Ints
    outflow: Ints
    outside: Ints
    declared: Ints
    unsourced: Ints
    pool: Ints


@dataclass(frozen=True, slots=True)
class Chains:
    """Whether money that has a source, and money that has none, reaches each node from its ancestors or itself."""

    sourced: Flags
    unsourced: Flags


@dataclass(frozen=True, slots=True)
class Breaks:
    """Where unsourced money enters or money leaves sight, by node; shapes (b,). `payments` lie downstream."""

    node: Indexes
    reason: Small
    amount: Ints
    payments: Ints
    payments_amount: Ints


@dataclass(frozen=True, slots=True)
class Ring:
    """A strongly connected set: its members by node index and the least amount of an edge among them."""

    members: tuple[int, ...]
    least_edge_fen: int


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The fund-flow graph of a ledger as of a date."""

    kind_start: Ints
    division_codes: tuple[str, ...]
    nodes: Nodes
    edges: Edges
    receipts: Receipts
    pools: Pools
    chains: Chains
    breaks: Breaks
    rings: tuple[Ring, ...]

    @property
    def node_count(self) -> int:
        """Number of records in the graph."""
        return len(self.nodes.amount)

    @property
    def edge_count(self) -> int:
        """Number of movements of money."""
        return len(self.edges.amount)

    def kind(self, node: int) -> str:
        """The kind of a node."""
        return NODE_KINDS[bisect_right(self.kind_start, node) - 1]

    def record(self, node: int) -> str:
        """The name `kind:id` of a node."""
        return f"{self.kind(node)}:{self.nodes.ids[node]}"

    def find(self, record: str) -> int:
        """The node of a record `kind:id`; -1 where the graph has none."""
        kind, _, identifier = record.partition(":")
        if kind not in NODE_KINDS:
            return -1
        position = NODE_KINDS.index(kind)
        return self.nodes.ids.find(identifier, int(self.kind_start[position]), int(self.kind_start[position + 1]))

    def division(self, node: int) -> str | None:
        """The division code of a node."""
        index = int(self.nodes.division[node])
        return self.division_codes[index] if index >= 0 else None

    def outgoing(self, node: int) -> range:
        """Edge numbers that leave a node, in draw order."""
        return range(int(self.edges.out_start[node]), int(self.edges.out_start[node + 1]))

    def incoming(self, node: int) -> list[int]:
        """Edge numbers that enter a node, in deposit order."""
        start, stop = int(self.edges.in_start[node]), int(self.edges.in_start[node + 1])
        return [int(edge) for edge in self.edges.in_edge[start:stop]]

    def named_place(self, edge: int) -> int:
        """Where a movement stands among those that name deposits; -1 where it names none."""
        named = self.edges.named_edge
        place = place_of(named, edge)
        return place if place < len(named) and named[place] == edge else -1

    def state(self, node: int) -> str:
        """The state of a record's chain: complete, partial, broken, or none where it carries no money."""
        if not self.nodes.alive[node]:
            return "none"
        if not self.chains.sourced[node]:
            return "broken"
        return "partial" if self.chains.unsourced[node] else "complete"

    def class_of(self, node: int) -> int:
        """Class index of the money that arises at an allocation or own indicator."""
        return 2 * int(self.nodes.tier[node]) + (0 if self.nodes.in_scope[node] else 1)

    def unsourced_class(self, node: int) -> int:
        """Class index of unsourced money that enters at a node."""
        return UNSOURCED_POVERTY + (0 if self.nodes.in_scope[node] else 1)


def place_of(rising: NDArray[Any], value: int) -> int:
    """Where a value stands, or would, in a sorted column: its first place.

    A number of the column's own type: another one has numpy change the type of the whole column first.
    """
    return int(rising.searchsorted(rising.dtype.type(value)))


def day(value: int) -> datetime.date | None:
    """The date of an int32 day number; None for NO_DATE."""
    return None if value == NO_DATE else EPOCH + datetime.timedelta(days=int(value))
