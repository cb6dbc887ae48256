"""The order in which money flows forward only (Kahn's), for whole graphs; what is missing from it goes round."""

from __future__ import annotations

from typing import Any

import numpy as np

from lineage.compiled import kernel


@kernel
def in_money_order(node_count: int, start: Any, target: Any, flow: Any) -> Any:
    """Nodes whose ancestors all come before them, in such an order; those on or below a ring are missing."""
    waiting = np.zeros(node_count, np.int32)
    for edge in range(len(target)):
        if flow[edge] > 0:
            waiting[target[edge]] += 1
    order = np.empty(node_count, np.int32)
    filled = 0
    for node in range(node_count):
        if waiting[node] == 0:
            order[filled] = node
            filled += 1
    taken = 0
    while taken < filled:
        node = order[taken]
        taken += 1
        for edge in range(start[node], start[node + 1]):
            if flow[edge] > 0:
                after = target[edge]
                waiting[after] -= 1
                if waiting[after] == 0:
                    order[filled] = after
                    filled += 1
    return order[:filled]
