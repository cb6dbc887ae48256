"""How an attributed amount came about, movement by movement in fen, and whether the order within a day mattered."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.attribution.interval import INTERVAL_POLICIES
from lineage.attribution.mixture import Lot, add
from lineage.day_order import swing
from lineage.errors import Misuse
from lineage.graph import Graph
from lineage.graph.arrays import day
from lineage.money import yuan
from lineage.shares import Follower, records_as_sources
from lineage.subgraph import edges_of, money_order, reach
from lineage.trace import asked, named

if TYPE_CHECKING:
    from lineage.ledger import Ledger

UNSOURCED = ("unsourced-poverty", "unsourced-other")
FEW_SOURCES = 12


@dataclass(frozen=True, slots=True)
class Share:
    """One source's part in a step: fen `there` for this and earlier draws, taken `before` by them, `taken` now."""

    source: str
    there_fen: int
    before_fen: int
    taken_fen: int


@dataclass(frozen=True, slots=True)
class Step:
    """One movement: out of which pool, which of its fen, whose they are.

    `first_fen`, `last_fen` are its place on the pool's line under pro-rata and fifo, counted from 1, None where it has
    none. `shares` are of all sources there, or of those it takes where they are many. `swing_fen`: by how much of one
    source the draw could change with the order within its day.
    """

    pool: str
    pool_fen: int
    target: str
    amount_fen: int
    date: datetime.date | None
    named_fen: int
    first_fen: int | None
    last_fen: int | None
    shares: tuple[Share, ...]
    swing_fen: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps from where money arises to the record asked, in the order in which money flows, and its sources."""

    record: str
    policy: str
    pool_fen: int
    sources: tuple[tuple[str, int], ...]
    steps: tuple[Step, ...]

    @property
    def order_mattered(self) -> bool:
        """Whether any step hangs on the order within a day."""
        return any(step.swing_fen for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        """The steps as objects, amounts in decimal yuan, places on a line in fen."""
        return {
            "record": self.record, "policy": self.policy, "pool": yuan(self.pool_fen),
            "sources": [{"record": record, "amount": yuan(amount)} for record, amount in self.sources],
            "order_mattered": self.order_mattered,
            "steps": [_step_json(step) for step in self.steps],
        }


def explain(ledger: Ledger, record: str, policy: str = "pro-rata", source: str = "") -> Explanation:
    """Explain a record's money, or only the part from one source. Raises NotFound, Misuse.

    Cost: the trace, and for each step the draws before it in its pool.
    """
    question = asked(ledger, record, policy)
    if policy == "poison":
        raise Misuse("poison gives no amounts to explain", "ask for another policy, or for bounds")
    graph = ledger.graph
    wanted = -1
    if source:
        wanted = _key_of(ledger, source)
    members = reach(graph, np.array([question.node]), "up").nodes
    follower = Follower(graph, policy, records_as_sources(graph))
    order = money_order(graph, members)
    follower.follow(order)
    pool = follower.pool(question.node) if graph.nodes.alive[question.node] else {}
    if source and wanted not in pool:
        raise Misuse(f"{record} has no money of {source} under {policy}", f"trace {record} --bounds")
    rank = {node: place for place, node in enumerate(order)}
    edges = [edge for edge in edges_of(graph, members, "up").tolist() if graph.edges.flow[edge] > 0]
    edges.sort(key=lambda edge: (rank[int(graph.edges.source[edge])], edge))
    steps = [_step(graph, follower, edge) for edge in edges if not source or wanted in follower.draw(edge)]
    parts = sorted(((_name(graph, key), fen) for key, fen in pool.items() if not source or key == wanted),
                   key=lambda part: (-part[1], part[0]))
    return Explanation(question.record, policy, int(graph.pools.pool[question.node]), tuple(parts), tuple(steps))


def _key_of(ledger: Ledger, source: str) -> int:
    if source in UNSOURCED:
        return ledger.graph.node_count + UNSOURCED.index(source)
    return ledger.graph.find(named(ledger, source))


def _name(graph: Graph, key: int) -> str:
    beyond = graph.node_count
    return graph.record(key) if key < beyond else UNSOURCED[key - beyond]


def _step(graph: Graph, follower: Follower, edge: int) -> Step:
    edges = graph.edges
    node = int(edges.source[edge])
    amount = int(edges.flow[edge])
    lot = follower.draw(edge)
    there, before = _history(graph, follower, edge)
    place = graph.named_place(edge)
    part = int(edges.named_part[place]) if place >= 0 else 0
    on_line = follower.policy in INTERVAL_POLICIES and part < amount
    start = int(edges.line_before[edge])
    shares = tuple(
        Share(_name(graph, key), there[key], before.get(key, 0), lot.get(key, 0))
        for key in sorted(there if len(there) <= FEW_SOURCES else lot)
    )
    return Step(
        graph.record(node), int(graph.pools.pool[node]), graph.record(int(edges.target[edge])), amount,
        day(int(edges.date[edge])), part, start + 1 if on_line else None, start + amount - part if on_line else None,
        shares, swing(graph, edge, follower.policy, follower.deposits(node), follower.sources.is_poverty),
    )


def _history(graph: Graph, follower: Follower, edge: int) -> tuple[Lot, Lot]:
    """What the pool was given, and what earlier draws took: under pro-rata and fifo in all, else up to this draw."""
    node = int(graph.edges.source[edge])
    deposits = follower.deposits(node)
    before: Lot = {}
    drawn = int(graph.edges.flow[edge])
    for earlier in graph.outgoing(node):
        if earlier == edge:
            break
        add(before, follower.draw(earlier))
        drawn += int(graph.edges.flow[earlier])
    there: Lot = {}
    came = 0
    whole = follower.policy in INTERVAL_POLICIES
    for deposit in deposits:
        if whole or deposit.date <= graph.edges.date[edge] or came < drawn:
            add(there, deposit.lot)
            came += deposit.amount
    return there, before


def _step_json(step: Step) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "pool": step.pool, "pool_amount": yuan(step.pool_fen), "to": step.target, "amount": yuan(step.amount_fen),
        "date": step.date.isoformat() if step.date else None, "named": yuan(step.named_fen),
        "shares": [
            {"source": share.source, "there": yuan(share.there_fen), "before": yuan(share.before_fen),
             "taken": yuan(share.taken_fen)} for share in step.shares
        ],
        "order_within_day": yuan(step.swing_fen),
    }
    if step.first_fen is not None:
        answer |= {"first_fen": step.first_fen, "last_fen": step.last_fen}
    return answer
