"""Breaks at their cause: where unsourced money enters, and where money leaves sight; one a record and reason."""

from __future__ import annotations

import numpy as np

from lineage.compiled import sized
from lineage.graph.arrays import REASONS, Breaks, Edges, Flags, Ints, Nodes, Pools
from lineage.graph.chains import payments_below
from lineage.graph.records import GAP_REASONS
from lineage.schema import NODE_KINDS


def find(nodes: Nodes, edges: Edges, pools: Pools, kind_start: Ints) -> Breaks:
    """All breaks of a graph by node and reason, with the payments at or below each."""
    parts: list[tuple[Ints, int, Ints]] = []
    missing = pools.unsourced > 0
    dry = pools.outflow > np.maximum(pools.inflow, _own_amount(nodes, kind_start))
    by_gap = np.zeros(len(nodes.amount), np.bool_)
    for code, reason in enumerate(GAP_REASONS):
        if reason:
            met = missing & (nodes.gap == code)
            by_gap |= met
            parts.append((np.flatnonzero(met), REASONS.index(reason), pools.unsourced[met]))
    rest = missing & ~by_gap
    parts.append((np.flatnonzero(rest & dry), REASONS.index("overdrawn"), pools.unsourced[rest & dry]))
    parts.append((np.flatnonzero(rest & ~dry), REASONS.index("no-source"), pools.unsourced[rest & ~dry]))
    met = pools.outside > 0
    parts.append((np.flatnonzero(met), REASONS.index("outside-receipt"), pools.outside[met]))
    met = nodes.waiting & (pools.outflow == 0) & (nodes.amount > 0)
    parts.append((np.flatnonzero(met), REASONS.index("unreceived"), nodes.amount[met]))
    balance = np.maximum(pools.inflow, pools.outflow) - pools.outflow
    met = _of_kind("special_account", kind_start, len(balance)) & ~nodes.kept & (balance > 0)
    parts.append((np.flatnonzero(met), REASONS.index("account-not-kept"), balance[met]))
    return _with_payments(parts, nodes, edges, kind_start)


def _with_payments(parts: list[tuple[Ints, int, Ints]], nodes: Nodes, edges: Edges, kind_start: Ints) -> Breaks:
    node = np.concatenate([part[0] for part in parts]).astype(np.int32)
    reason = np.concatenate([np.full(len(part[0]), part[1], np.int8) for part in parts])
    amount = np.concatenate([part[2] for part in parts])
    order = np.lexsort((reason, node))
    node, reason, amount = node[order], reason[order], amount[order]
    own = np.zeros((len(nodes.amount), 2), np.int64)
    place = NODE_KINDS.index("payment")
    paid = np.arange(int(kind_start[place]), int(kind_start[place + 1]))
    paid = paid[nodes.alive[paid]]
    own[paid, 0], own[paid, 1] = 1, nodes.amount[paid]
    with sized(len(node) * len(edges.target) // 50):  # a break with more than a fiftieth of all below it is rare
        below = payments_below(edges.out_start, edges.target, node, np.diff(edges.in_start), own)
    return Breaks(node, reason, amount, below[:, 0].copy(), below[:, 1].copy())


def _of_kind(kind: str, kind_start: Ints, count: int) -> Flags:
    result = np.zeros(count, np.bool_)
    place = NODE_KINDS.index(kind)
    result[int(kind_start[place]) : int(kind_start[place + 1])] = True
    return result


def _own_amount(nodes: Nodes, kind_start: Ints) -> Ints:
    """An account has no amount of its own: its statement is what came and went."""
    return np.where(_of_kind("special_account", kind_start, len(nodes.amount)), 0, nodes.amount)
