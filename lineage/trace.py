"""Traces: from a record up to its sources, or down to its payees, as a `Trail`.

Amounts come from everything up- and downstream; limits cut only what is shown, and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lineage.attribution import POLICIES
from lineage.attribution.bounds import Bounds
from lineage.attribution.mixture import Lot
from lineage.entries import advances
from lineage.errors import Misuse
from lineage.graph import EVIDENCE, Graph
from lineage.graph.arrays import ENTERING, REASONS, TIERS, day
from lineage.mixing import met_at, parted
from lineage.proof import UNSOURCED, proved, proved_poverty
from lineage.schema import NODE_KINDS
from lineage.shares import Follower, all_as_others, records_as_sources
from lineage.subgraph import Direction, Reach, edges_of, fan, money_order, reach
from lineage.trail import UNSOURCED as ALL_UNSOURCED
from lineage.trail import Break, Mixed, Reached, Source, Trail, TrailEdge, TrailNode, by_amount

if TYPE_CHECKING:
    from lineage.ledger import Ledger

FAN_OUT, MOST_NODES = 200, 5_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What of an answer is shown: hops from the record, neighbours of one node, nodes in all."""

    depth: int | None
    fan_out: int
    nodes: int


@dataclass(frozen=True, slots=True)
class Question:
    """A record of the graph, and the policy under which its money is attributed."""

    record: str
    node: int
    policy: str
    limits: Limits
    bounds: bool = False


def asked(ledger: Ledger, record: str, policy: str = "pro-rata", **shown: Any) -> Question:
    """The question about a record named `kind:id` or by an id only one record bears. Raises NotFound, Misuse."""
    checked_policy(policy)
    name = named(ledger, record)
    return question_of(name, node_of(ledger, name), policy, **shown)


def checked_policy(policy: str) -> None:
    """Raises Misuse for a policy there is none of."""
    if policy not in POLICIES:
        raise Misuse(f'policy: found "{policy}", expected one of {", ".join(POLICIES)}')


def question_of(record: str, node: int, policy: str, **shown: Any) -> Question:
    """The question about a node, with what of the answer is to be shown: depth, fan_out, max_nodes, bounds."""
    limits = Limits(shown.get("depth"), shown.get("fan_out", FAN_OUT), shown.get("max_nodes", MOST_NODES))
    return Question(record, node, policy, limits, shown.get("bounds", False))


def answered(graph: Graph, question: Question, direction: Direction) -> Trail:
    """The trail over a graph, up or down."""
    return upstream(graph, question) if direction == "up" else downstream(graph, question)


def trace(ledger: Ledger, question: Question, direction: Direction) -> Trail:
    """The trail that answers a question, with the version and date of the ledger that gave it."""
    trail = answered(ledger.graph, question, direction)
    return replace(trail, version=ledger.version, as_of=ledger.as_of)


def named(ledger: Ledger, text: str) -> str:
    """The record `kind:id` that a text names: by the graph's own index where that settles it, else by the tables."""
    kinds = [text.partition(":")[0]] if ":" in text else []
    if kinds and kinds[0] in NODE_KINDS and ledger.graph.find(text) >= 0:
        return text
    return ledger.resolve(text)


def node_of(ledger: Ledger, record: str) -> int:
    """The node of a record. Raises Misuse, with what to ask instead, for records that no money flows through."""
    node = ledger.graph.find(record)
    if node >= 0:
        return node
    kind, _, name = record.partition(":")
    if kind in {"transfer", "payment", "account_entry"}:
        table, key = {"transfer": ("transfers", "transfer_id"), "payment": ("payments", "payment_id"),
                      "account_entry": ("account_entries", "entry_id")}[kind]
        found = ledger.rows(f"SELECT reverses FROM {table} WHERE {key} = $1", (name,))
        if found and found[0]["reverses"]:
            original = found[0]["reverses"]
            raise Misuse(f"{record} takes back {kind}:{original} and carries no money of its own",
                         f"trace {kind}:{original}")
        if kind == "account_entry":
            raise Misuse(f"{record} is a receipt: it confirms money that comes in and carries none on",
                         "trace its payment or its special account")
    if kind == "division":
        raise Misuse(f"{record} is no movement of money", f"see its year with lineage view {name}, its figures with "
                     "lineage overview, or trace one of its records")
    raise Misuse(f"{record} is no movement of money", "trace an allocation, transfer, indicator, payment, special "
                 "account, account expenditure, one-card batch or one-card payment")


def upstream(graph: Graph, question: Question) -> Trail:
    """Trace a record up to its sources. Cost: the edges among its ancestors."""
    node = question.node
    found = reach(graph, np.array([node]), "up")
    pool: Lot = {}
    proof: Mapping[int, Bounds] = {}
    mixed = poverty = None
    poverty_fen = 0
    if graph.nodes.alive[node]:
        follower = Follower(graph, question.policy, records_as_sources(graph))
        follower.follow(money_order(graph, found.nodes))
        pool = follower.pool(node)
        mixed = _mixed(follower, node, pool)
        poverty_fen = parted(follower, pool)[0]
        if question.bounds:
            proof = proved(graph, node, found.nodes, int(graph.pools.pool[node]))
            poverty = proved_poverty(graph, node, found.nodes, int(graph.pools.pool[node]))
    beyond = graph.node_count
    marks = question.policy == "poison"
    lost = [amount for key, amount in pool.items() if key >= beyond]
    unsourced = proof.get(UNSOURCED)
    sources = by_amount(
        _source(graph, key, 0 if marks else amount, proof.get(key))
        for key, amount in pool.items() if key < beyond and amount
    )
    shown = _shown(graph, found, "up", question.limits)
    return Trail(
        record=question.record, direction="up", policy=question.policy, amount_fen=own_amount(graph, node),
        pool_fen=int(graph.pools.pool[node]), state=graph.state(node), sources=sources,
        unsourced_fen=0 if marks else sum(lost), reached=(),
        nodes=shown.nodes, edges=shown.edges, breaks=_breaks(graph, found.nodes, "up"),
        truncated=shown.truncated, more=shown.more, unsourced_possible=bool(lost),
        unsourced_bounds=(unsourced.least, unsourced.most) if unsourced else None, mixed=mixed,
        poverty_fen=0 if marks else poverty_fen, poverty_bounds=(poverty.least, poverty.most) if poverty else None,
        bounds_fen={_proved_name(graph, key): (found.least, found.most) for key, found in proof.items()},
    )


def _mixed(follower: Follower, node: int, pool: Lot) -> Mixed | None:
    """The lesser of poverty and other money in a record, where there are both; poison knows no amounts."""
    lesser = min(parted(follower, pool))
    if not lesser or follower.policy == "poison":
        return None
    return Mixed(lesser, follower.graph.record(met_at(follower, node)))


def downstream(graph: Graph, question: Question) -> Trail:
    """Trace a record down to where its money is now. Cost: the edges below it and above what is reached."""
    node = question.node
    found = reach(graph, np.array([node]), "down")
    reached: list[Reached] = []
    if graph.nodes.alive[node]:
        follower, asked = _asked(graph, question)
        follower.follow(money_order(graph, reach(graph, found.nodes, "up").nodes))
        for member in found.nodes.tolist():
            left = follower.balance(member).get(asked, 0)
            if left:
                reached.append(Reached(graph.record(member), 0 if question.policy == "poison" else left))
    shown = _shown(graph, found, "down", question.limits)
    return Trail(
        record=question.record, direction="down", policy=question.policy, amount_fen=own_amount(graph, node),
        pool_fen=int(graph.pools.pool[node]), state=graph.state(node), sources=(), unsourced_fen=0,
        reached=tuple(sorted(reached, key=lambda end: (-end.amount_fen, end.record))),
        nodes=shown.nodes, edges=shown.edges, breaks=_breaks(graph, found.nodes, "down"),
        truncated=shown.truncated, more=shown.more,
    )


def _asked(graph: Graph, question: Question) -> tuple[Follower, int]:
    """The follower of the money asked for, and its key: a source's own fen, or any other record's whole pool."""
    node = question.node
    if graph.kind(node) == "allocation" or graph.pools.declared[node] > 0:
        return Follower(graph, question.policy, records_as_sources(graph)), node
    return Follower(graph, question.policy, all_as_others(graph, question.policy), whole=node), node


@dataclass(frozen=True, slots=True)
class _Shown:
    nodes: tuple[TrailNode, ...]
    edges: tuple[TrailEdge, ...]
    more: int
    truncated: bool


def _shown(graph: Graph, found: Reach, direction: Direction, limits: Limits) -> _Shown:
    """The nodes within the limits, nearest first, and the edges among them; `more` counts the nodes left out.

    Every node shown hangs on the record asked by edges that are shown.
    """
    whole = limits.depth is None and len(found.nodes) <= limits.nodes
    if whole and fan(graph, found.nodes, direction) <= limits.fan_out:
        kept, depth, edges, cut = found.nodes, found.depth, edges_of(graph, found.nodes, direction), False
    else:
        kept, depth, edges, cut = _cut(graph, found, direction, limits)
    early = advances(graph, edges.tolist())
    more = len(found.nodes) - len(kept)
    return _Shown(
        tuple(_node(graph, member, hop) for member, hop in zip(kept.tolist(), depth.tolist(), strict=True)),
        tuple(trail_edge(graph, edge, edge in early) for edge in edges.tolist()),
        more, more > 0 or cut,
    )


def _cut(
    graph: Graph, found: Reach, direction: Direction, limits: Limits
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], bool]:
    """Nodes within the limits, their depth, the edges among them that are shown, and whether some are not."""
    order = np.argsort(found.nodes)
    hops = found.depth[order]
    near = found.nodes[order] if limits.depth is None else found.nodes[order][hops <= limits.depth]
    kept = _kept(graph, found.nodes[:1], near, direction, limits)
    every = edges_of(graph, kept, direction)
    every = every[np.isin(graph.edges.source[every], kept) & np.isin(graph.edges.target[every], kept)]
    edges = every[np.isin(every, _widest(graph, edges_of(graph, kept, direction), direction, limits.fan_out))]
    return kept, hops[np.searchsorted(found.nodes[order], kept)], edges, len(edges) < len(every)


def _kept(
    graph: Graph, root: NDArray[np.int64], near: NDArray[np.int64], direction: Direction, limits: Limits
) -> NDArray[np.int64]:
    """Nodes out of `near` (ascending) met from the root along the widest edges of each, level by level."""
    far_end = graph.edges.source if direction == "up" else graph.edges.target
    levels, frontier, met = [root], root, root
    while len(frontier) and len(met) < limits.nodes:
        edges = _widest(graph, edges_of(graph, frontier, direction), direction, limits.fan_out)
        following = np.unique(far_end[edges]).astype(np.int64)
        frontier = following[np.isin(following, near) & ~np.isin(following, met)]
        levels.append(frontier)
        met = np.concatenate([met, frontier])
    return np.concatenate(levels)[: limits.nodes]


def _widest(graph: Graph, edges: NDArray[np.int64], direction: Direction, most: int) -> NDArray[np.int64]:
    """The edges with the greatest amounts of each node that they hang on, `most` at most."""
    ends = (graph.edges.target if direction == "up" else graph.edges.source)[edges]
    if not len(edges) or np.unique(ends, return_counts=True)[1].max() <= most:
        return edges
    order = np.lexsort((edges, -graph.edges.amount[edges], ends))
    ends = ends[order]
    rank = np.arange(len(edges)) - np.searchsorted(ends, ends)
    return edges[order][rank < most]


def own_amount(graph: Graph, node: int) -> int:
    """The record's own amount, net; an account's is what it received."""
    return int(graph.pools.inflow[node] if graph.kind(node) == "special_account" else graph.nodes.amount[node])


def _node(graph: Graph, node: int, hops: int) -> TrailNode:
    nodes = graph.nodes
    return TrailNode(graph.record(node), graph.kind(node), hops, own_amount(graph, node), graph.division(node),
                     nodes.titles[node], day(int(nodes.date[node])), bool(nodes.in_scope[node]), graph.state(node))


def trail_edge(graph: Graph, edge: int, early: bool = False) -> TrailEdge:
    """A movement of the graph as answers show it; `early` marks an advance."""
    edges = graph.edges
    return TrailEdge(graph.record(int(edges.source[edge])), graph.record(int(edges.target[edge])),
                     int(edges.amount[edge]), day(int(edges.date[edge])), EVIDENCE[int(edges.evidence[edge])], early)


def _source(graph: Graph, node: int, amount: int, proof: Bounds | None) -> Source:
    return Source(graph.record(node), graph.division(node), TIERS[int(graph.nodes.tier[node])],
                  bool(graph.nodes.in_scope[node]), amount, *((proof.least, proof.most) if proof else ()))


def _proved_name(graph: Graph, key: int) -> str:
    return ALL_UNSOURCED if key == UNSOURCED else graph.record(key)


def _breaks(graph: Graph, nodes: NDArray[np.int64], direction: Direction) -> tuple[Break, ...]:
    gaps = graph.breaks
    first = np.searchsorted(gaps.node, np.sort(nodes))
    last = np.searchsorted(gaps.node, np.sort(nodes), side="right")
    found = []
    for place in np.concatenate([np.arange(low, high) for low, high in zip(first, last, strict=True) if low < high]
                                or [np.zeros(0, np.int64)]):
        reason = REASONS[int(gaps.reason[place])]
        if (reason in ENTERING) == (direction == "up"):
            found.append(Break(graph.record(int(gaps.node[place])), reason, int(gaps.amount[place]),
                               int(gaps.payments[place]), int(gaps.payments_amount[place])))
    return tuple(found)
