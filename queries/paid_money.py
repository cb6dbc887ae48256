"""What a division paid in a year, by whose money it was, under every policy: what holds under all of them first."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lineage.attribution import POLICIES
from lineage.attribution.bounds import Bounds
from lineage.attribution.passes import origin_classes
from lineage.graph import tables
from lineage.graph.arrays import CLASSES, EPOCH, Graph, Ints
from lineage.proof import UNSOURCED, proved_together
from lineage.schema import NODE_KINDS

if TYPE_CHECKING:
    from lineage.ledger import Ledger

PAID_POLICIES = tuple(name for name in POLICIES if name != "poison")
KINDS = ("poverty", "other", "unsourced")


@dataclass(frozen=True, slots=True)
class PaidKind:
    """Fen of one kind of money (poverty, other, unsourced) in what was paid, under each policy in its order.

    Beside them what is provable whatever the order: the least and the most there can be of it.
    """

    kind: str
    fen: tuple[int, ...]
    least_provable_fen: int = 0
    most_provable_fen: int = 0

    @property
    def least_fen(self) -> int:
        """What every policy finds at the least."""
        return min(self.fen)


def paid_by_policy(ledger: Ledger, division: str, year: int) -> tuple[PaidKind, ...]:
    """The payments of a division dated in a year, split under every policy that gives amounts.

    Σ over the kinds is the same under each: what was paid, net. Cost: one class pass over the graph a policy, and a
    max-flow in what lies above the payments.
    """
    graph = ledger.graph
    members = _paid(graph, division, year)
    sums = [_sums(graph, members, policy) for policy in PAID_POLICIES]
    found = proved_together(graph, members, graph.nodes.amount[members]) if len(members) else {}
    proof = defaultdict(lambda: Bounds(0, 0), found)
    return tuple(
        PaidKind(kind, tuple(one[kind] for one in sums), proof[key].least, proof[key].most)
        for kind, key in zip(KINDS, (0, 1, UNSOURCED), strict=True)
    )


def _paid(graph: Graph, division: str, year: int) -> Ints:
    """The payments of a division that are dated in a year."""
    place = NODE_KINDS.index("payment")
    every = np.arange(int(graph.kind_start[place]), int(graph.kind_start[place + 1]), dtype=np.int64)
    days = [(datetime.date(one, 1, 1) - EPOCH).days for one in (year, year + 1)]
    codes = graph.division_codes
    at = codes.index(division) if division in codes else -2
    dates = graph.nodes.date[every]
    found: Ints = every[(graph.nodes.division[every] == at) & (dates >= days[0]) & (dates < days[1])]
    return found


def _sums(graph: Graph, members: Ints, policy: str) -> dict[str, int]:
    classes, _ = origin_classes(graph, policy)
    split = tables.own_classes(graph, classes, members).sum(axis=0)
    found = dict.fromkeys(KINDS, 0)
    for place, name in enumerate(CLASSES):
        kind = "unsourced" if name.startswith("unsourced") else name.rpartition("_")[2]
        found[kind] += int(split[place])
    return found
