"""The oracle's answers to upstream and downstream questions, in the words of the JSON interface."""

from __future__ import annotations

from typing import Any

import networkx

from tests.oracle.attribution import Attributed, Key, attribute, edges_within
from tests.oracle.network import Network, Node

ENTERING = ("dangling-source", "no-source", "overdrawn", "no-indicator", "dangling-indicator", "outside-receipt")


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def distances(network: Network, record: str, direction: str) -> dict[str, int]:
    """Hops from the record asked to its ancestors (up) or descendants (down), itself 0."""
    found = {record: 0}
    frontier = [record]
    while frontier:
        following = []
        for edge in network.edges:
            near, far = (edge.target, edge.source) if direction == "up" else (edge.source, edge.target)
            if near in frontier and far not in found:
                found[far] = found[near] + 1
                following.append(far)
        frontier = following
    return found


def is_source(node: Node) -> bool:
    return node.alive and (node.kind == "allocation" or node.declared > 0)


def state(network: Network, record: str) -> str:
    if not network.nodes[record].alive:
        return "none"
    chain = [network.nodes[other] for other in distances(network, record, "up")]
    if not any(is_source(node) for node in chain):
        return "broken"
    return "partial" if any(node.unsourced or node.receipts for node in chain) else "complete"


def breaks_of(network: Network, record: str) -> list[tuple[str, int]]:
    node = network.nodes[record]
    if not node.alive:
        return []
    found = []
    if node.unsourced:
        amount = 0 if node.kind in ("special_account",) else node.amount
        over = node.outflow > max(node.inflow, amount)
        found.append((node.gap or ("overdrawn" if over else "no-source"), node.unsourced))
    if node.receipts:
        found.append(("outside-receipt", sum(receipt[2] for receipt in node.receipts)))
    if node.waiting and node.amount and not node.outflow:
        found.append(("unreceived", node.amount))
    left = max(node.inflow, node.outflow) - node.outflow
    if node.kind == "special_account" and not node.kept and left:
        found.append(("account-not-kept", left))
    return found


def break_rows(network: Network, members: dict[str, int], direction: str) -> list[dict[str, Any]]:
    rows = []
    for record in members:
        for reason, amount in breaks_of(network, record):
            if (reason in ENTERING) == (direction == "up"):
                below = [network.nodes[other] for other in distances(network, record, "down")]
                payments = [node.amount for node in below if node.kind == "payment" and node.alive]
                rows.append({"record": record, "reason": reason, "amount": yuan(amount), "payments": len(payments),
                             "payments_amount": yuan(sum(payments))})
    return rows


def own_amount(node: Node) -> int:
    return node.inflow if node.kind == "special_account" else node.amount


def outline(network: Network, record: str, direction: str) -> dict[str, Any]:
    members = distances(network, record, direction)
    nodes = [
        {"record": node.record, "kind": node.kind, "depth": depth, "amount": yuan(own_amount(node)),
         "division_code": node.division or None}
        for node, depth in ((network.nodes[other], depth) for other, depth in members.items())
    ]
    edges = [
        {"from": edge.source, "to": edge.target, "amount": yuan(edge.amount), "date": edge.date,
         "evidence": edge.evidence}
        for edge in edges_within(network, set(members))
    ]
    return {"record": record, "direction": direction, "amount": yuan(own_amount(network.nodes[record])),
            "state": state(network, record), "nodes": nodes, "edges": edges,
            "breaks": break_rows(network, members, direction), "truncated": False, "more": 0}


def upstream(network: Network, attributed: Attributed, record: str, bounds: bool) -> dict[str, Any]:
    pool = attributed.pool[record]
    sources = []
    for key, amount in pool.items():
        if key[0] == 0 and amount:
            node = network.nodes[str(key[1])]
            row = {"record": node.record, "division_code": node.division, "tier": node.tier, "poverty": node.in_scope,
                   "amount": yuan(amount)}
            if bounds:
                least, most = bounds_of(network, record, key, sum(pool.values()))
                row |= {"least": yuan(least), "most": yuan(most)}
            sources.append(row)
    unsourced = sum(amount for key, amount in pool.items() if key[0])
    return {**outline(network, record, "up"), "pool": yuan(sum(pool.values())), "sources": sources,
            "unsourced": yuan(unsourced)}


def downstream(network: Network, record: str, policy: str) -> dict[str, Any]:
    node = network.nodes[record]
    whole = "" if is_source(node) else record
    attributed = attribute(network, policy, whole)
    reached = [{"record": other, "amount": yuan(attributed.balance[other][0, record])}
               for other in distances(network, record, "down") if attributed.balance[other].get((0, record))]
    pool = sum(attributed.pool[record].values())
    return {**outline(network, record, "down"), "pool": yuan(pool), "reached": reached}


def arising(node: Node) -> dict[Key, int]:
    """What enters the network at a record, by source."""
    found: dict[Key, int] = {}
    if not node.alive:
        return found
    if node.kind == "allocation":
        found[0, node.record] = node.amount
    if node.declared:
        found[0, node.record] = node.declared
    if node.unsourced:
        found[1, f"{node.record} unsourced"] = node.unsourced
    if node.receipts:
        found[1, f"{node.record} outside"] = sum(receipt[2] for receipt in node.receipts)
    return found


def bounds_of(network: Network, record: str, key: Key, pool: int) -> tuple[int, int]:
    """Least and most of a source in a record's pool, whatever the order, by networkx's max-flow over what remains."""
    births = {(other, born): amount for other, node in network.nodes.items() for born, amount in arising(node).items()}
    mine = {place: amount for place, amount in births.items() if place[1] == key}
    others = {place: amount for place, amount in births.items() if place[1] != key}
    return pool - max_flow(network, record, others), max_flow(network, record, mine)


def max_flow(network: Network, record: str, births: dict[tuple[str, Key], int]) -> int:
    graph = networkx.DiGraph()
    graph.add_nodes_from(["source", record])
    for edge in network.edges:
        add_capacity(graph, edge.source, edge.target, edge.flow)
    for (other, _), amount in births.items():
        add_capacity(graph, "source", other, amount)
    return int(networkx.maximum_flow_value(graph, "source", record))


def add_capacity(graph: networkx.DiGraph, source: str, target: str, amount: int) -> None:
    known = graph.edges[source, target]["capacity"] if graph.has_edge(source, target) else 0
    graph.add_edge(source, target, capacity=known + amount)
