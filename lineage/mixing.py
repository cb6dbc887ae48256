"""Where poverty money and other money met on their way to a record."""

from __future__ import annotations

from collections.abc import Mapping

from lineage.shares import Follower


def parted(follower: Follower, lot: Mapping[int, int]) -> tuple[int, int]:
    """The poverty fen and the other fen of a lot."""
    poverty = sum(amount for key, amount in lot.items() if follower.sources.is_poverty(key))
    return poverty, sum(lot.values()) - poverty


def met_at(follower: Follower, node: int) -> int:
    """The first pool on the way to a mixed record where both kinds met: that from which mixed money came, and so on up.

    Of several ways the one over least names. The answer is the record itself where all that comes in is unmixed.
    """
    graph = follower.graph
    while True:
        mixed = [
            int(graph.edges.source[edge]) for edge in graph.incoming(node)
            if graph.edges.flow[edge] > 0 and all(parted(follower, follower.draw(edge)))
        ]
        if not mixed:
            return node
        node = min(mixed)
