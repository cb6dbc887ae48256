"""The order in which money flows forward only (Kahn's), for whole graphs; what is missing from it goes round.

Only nodes that pass money on have a place: nine in ten are payees, and nobody waits for what they hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lineage.compiled import kernel


@kernel
def in_money_order(start: Any, in_start: Any, target: Any, flow: Any) -> Any:
    """Nodes with outgoing edges whose ancestors all come before them; those on or below a ring are missing.

    `start` and `in_start` (n + 1,) are the row starts of the edges by source and by target, `flow` (m,) what moves.
    """
    count = len(start) - 1
    waiting = np.empty(count, np.int32)
    passing = 0
    for node in range(count):
        waiting[node] = -1
        if start[node] < start[node + 1]:
            waiting[node] = in_start[node + 1] - in_start[node]
            passing += 1
    for edge in range(len(flow)):
        if flow[edge] == 0 and waiting[target[edge]] > 0:
            waiting[target[edge]] -= 1
    order = np.empty(passing, np.int32)
    filled = 0
    for node in range(count):
        if waiting[node] == 0:
            order[filled] = node
            filled += 1
    taken = 0
    while taken < filled:
        node = order[taken]
        taken += 1
        for edge in range(start[node], start[node + 1]):
            after = target[edge]
            if flow[edge] > 0 and waiting[after] > 0:
                waiting[after] -= 1
                if waiting[after] == 0:
                    order[filled] = after
                    filled += 1
    return order[:filled]
