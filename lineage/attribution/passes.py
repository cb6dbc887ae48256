"""The origin classes of every record and movement of a ledger, under each policy that gives amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.compiled import sized
from lineage.errors import Misuse

if TYPE_CHECKING:
    from lineage.attribution.class_walk import Classes
    from lineage.graph import Graph


def origin_classes(graph: Graph, policy: str = "pro-rata") -> tuple[Classes, Classes]:
    """Classes of every node's pool and of what flows along every edge. Raises Misuse for a policy without amounts."""
    from lineage.attribution.class_pass import pro_rata
    from lineage.attribution.day_pass import MODES, replayed

    if policy != "pro-rata" and policy not in MODES:
        raise Misuse(f'policy: found "{policy}", expected one of pro-rata, {", ".join(MODES)}')
    with sized(graph.edge_count):
        return replayed(graph, policy) if policy in MODES else pro_rata(graph)
