"""Stable counting sorts: the orders of the graph's edges in time linear in their number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineage.compiled import kernel
from lineage.graph.arrays import NO_DATE


@kernel
def _counting_order(keys: Any, order: Any, key_count: int) -> Any:
    """Re-order `order` (m,) so that keys[order] ascends, ties as they were; key in 0..key_count-1."""
    start = np.zeros(key_count + 1, np.int64)
    for position in range(len(order)):
        start[keys[order[position]] + 1] += 1
    for key in range(key_count):
        start[key + 1] += start[key]
    result = np.empty_like(order)
    for position in range(len(order)):
        edge = order[position]
        key = keys[edge]
        result[start[key]] = edge
        start[key] += 1
    return result


def by_node(nodes: NDArray[np.int32], order: NDArray[np.int32], node_count: int) -> NDArray[np.int32]:
    """`order` re-ordered by node index, stably."""
    result: NDArray[np.int32] = _counting_order(nodes, order, node_count)
    return result


def by_date(dates: NDArray[np.int32], order: NDArray[np.int32]) -> NDArray[np.int32]:
    """`order` re-ordered by date, empty dates first, stably."""
    if len(order) == 0:
        return order
    dated = dates[dates != NO_DATE]
    low = int(dated.min()) if len(dated) else 0
    high = int(dated.max()) if len(dated) else 0
    if high - low > 10_000_000:
        return order[np.argsort(dates[order], kind="stable")]
    ranks = np.where(dates == NO_DATE, np.int32(0), dates - np.int32(low - 1)).astype(np.int32)
    result: NDArray[np.int32] = _counting_order(ranks, order, high - low + 2)
    return result


def starts(nodes: NDArray[np.int32], node_count: int) -> NDArray[np.int64]:
    """Row starts (n + 1,) of a compressed sparse row form over edges laid out by `nodes`."""
    counts = np.bincount(nodes, minlength=node_count) if len(nodes) else np.zeros(node_count, np.int64)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


def sums(values: NDArray[np.int64], row_starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum of each row, exact in int64: differences of one running sum."""
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(values, dtype=np.int64)])
    result: NDArray[np.int64] = running[row_starts[1:]] - running[row_starts[:-1]]
    return result
