"""Random tangled networks, and the engine's graph of the same network.

Overdrafts, money before its day, named draws, outside receipts, rings, empty dates, records that carry nothing; amounts
of a few fen (so that ties abound) or of up to 2^45, or so great
that all together come near to the most that is counted.
"""

from __future__ import annotations

import datetime
import random

import numpy as np
import pyarrow as pa

from lineage.graph.arrays import NO_DATE, Graph, Nodes, Receipts
from lineage.graph.build import assemble
from lineage.graph.movements import Movements
from lineage.graph.records import GAP_REASONS, Records
from lineage.graph.text import from_arrow
from lineage.schema import NODE_KINDS
from tests.oracle.network import Edge, Network, Node, finish

TIERS = ("province", "city", "county", "relocation")
DIVISION = "410000000"


class _Maker:
    def __init__(self, seed: int, size: int) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.most = self.random.choice((4, 30, 10_000, 2**45, 2**57 // size))
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []

    def amount(self) -> int:
        return self.random.randint(0 if self.random.random() < 0.1 else 1, self.most)

    def date(self) -> str:
        return "" if self.random.random() < 0.05 else f"2017-01-{self.random.randint(1, 6):02d}"

    def some(self, kind: str) -> Node | None:
        known = [node for node in self.nodes.values() if node.kind == kind]
        return self.random.choice(known) if known else None

    def add(self, kind: str, amount: int, date: str) -> Node:
        record = f"{kind}:{kind[0].upper()}{self.random.randint(0, 999)}-{len(self.nodes)}"
        node = Node(record, kind, amount, date, DIVISION, self.random.random() < 0.5)
        self.nodes[record] = node
        return node

    def edge(self, source: Node | None, target: Node | None, amount: int, date: str, named: str = "") -> None:
        if source and target and amount:
            self.edges.append(Edge(source.record, target.record, amount, date, named=named))

    def make(self) -> Network:
        chance = self.random.random
        for _ in range(self.random.randint(1, 4)):
            allocation = self.add("allocation", self.amount() * self.random.choice((1, 8)), self.date())
            allocation.tier = self.random.choice(TIERS)
        for _ in range(2 + self.size // 4):
            node = self.add("indicator", self.amount(), self.date())
            node.own = chance() < 0.3
            node.tier = self.random.choice(TIERS) if node.own else ""
        for _ in range(self.random.randint(1, 2)):
            account = self.add("special_account", 0, "")
            for number in range(self.random.choice((0, 0, 1, 3))):
                account.receipts.append((self.date(), f"account_entry:R{number}", 1 + self.amount(), chance() < 0.2))
            self.add("one_card_batch", self.amount(), "")
        for _ in range(self.size):
            self.transfer()
        for _ in range(self.size):
            self.payment()
        for _ in range(self.size // 3):
            self.entry()
            batch = self.some("one_card_batch")
            paid = self.add("one_card_payment", self.amount(), self.date())
            paid.alive = chance() < 0.9
            if paid.alive:
                self.edge(batch, paid, paid.amount, paid.date)
        return finish(Network(self.nodes, self.edges))

    def transfer(self) -> None:
        chance = self.random.random
        transfer = self.add("transfer", self.amount(), self.date())
        source = self.some("allocation" if chance() < 0.35 else "indicator") if chance() < 0.92 else None
        transfer.gap = "" if source else "no-source"
        self.edge(source, transfer, transfer.amount, transfer.date)
        if chance() < 0.9:
            received = transfer.date if chance() < 0.7 else self.date()
            self.edge(transfer, self.some("indicator"), transfer.amount, received)

    def payment(self) -> None:
        chance = self.random.random
        payment = self.add("payment", self.amount(), self.date() or "2017-01-03")
        indicator = self.some("indicator") if chance() < 0.95 else None
        payment.alive = chance() < 0.93
        payment.in_scope = bool(indicator and indicator.in_scope)
        payment.gap = "" if indicator else "no-indicator"
        if not payment.alive:
            return
        coming = [edge.source for edge in self.edges if indicator and edge.target == indicator.record]
        named = self.random.choice(coming) if coming and chance() < 0.3 else ""
        self.edge(indicator, payment, payment.amount, payment.date, named)
        if chance() < 0.4:
            self.edge(payment, self.some("special_account"), payment.amount, payment.date)
        elif chance() < 0.4:
            self.edge(payment, self.some("one_card_batch"), payment.amount, payment.date)

    def entry(self) -> None:
        entry = self.add("account_entry", self.amount(), self.date())
        self.edge(self.some("special_account"), entry, entry.amount, entry.date)
        if self.random.random() < 0.5:
            self.edge(entry, self.some("one_card_batch"), entry.amount, entry.date)


def random_network(seed: int, size: int = 12) -> Network:
    """A network of about 3 × size records; the same for the same seed."""
    return _Maker(seed, size).make()


def graph_of(network: Network, shuffled: int = 0) -> Graph:
    """The engine's graph of a network; `shuffled` is a seed for the order in which movements and receipts are given."""
    nodes = sorted(network.nodes.values(), key=lambda node: (node.kind, node.record))
    place = {node.record: position for position, node in enumerate(nodes)}
    edges = list(network.edges)
    random.Random(shuffled).shuffle(edges)
    moved = Movements(
        _int32(place[edge.source] for edge in edges), _int32(place[edge.target] for edge in edges),
        np.array([edge.amount for edge in edges], np.int64), _int32(_day(edge.date) for edge in edges),
        np.zeros(len(edges), np.int8), _int32(place.get(edge.named, -1) for edge in edges),
    )
    return assemble(_records(nodes), moved, _receipts(nodes, place))


def _int32(values: object) -> np.ndarray:
    return np.array(list(values), np.int32)  # type: ignore[call-overload]


def _day(date: str) -> int:
    return int(NO_DATE) if not date else (datetime.date.fromisoformat(date) - datetime.date(1970, 1, 1)).days


def _records(nodes: list[Node]) -> Records:
    def flags(name: str) -> np.ndarray:
        return np.array([bool(getattr(node, name)) for node in nodes], np.bool_)

    counts = [sum(1 for node in nodes if node.kind == kind) for kind in NODE_KINDS]
    return Records(np.cumsum([0, *counts]).astype(np.int64), (DIVISION,), Nodes(
        ids=from_arrow([pa.chunked_array([pa.array([node.record.split(":", 1)[1] for node in nodes], pa.string())])]),
        titles=from_arrow([pa.chunked_array([pa.array([""] * len(nodes), pa.string())])]),
        amount=np.array([node.amount for node in nodes], np.int64),
        date=_int32(_day("" if node.kind in ("special_account", "one_card_batch") else node.date) for node in nodes),
        division=np.zeros(len(nodes), np.int32),
        tier=np.array([TIERS.index(node.tier) if node.tier else -1 for node in nodes], np.int8),
        in_scope=flags("in_scope"), alive=flags("alive"), own=flags("own"), kept=flags("kept"),
        waiting=flags("waiting"),
        gap=np.array([GAP_REASONS.index(node.gap) for node in nodes], np.int8),
    ))


def _receipts(nodes: list[Node], place: dict[str, int]) -> Receipts:
    rows = sorted(
        (place[node.record], _day(date), name, amount, poverty)
        for node in nodes for date, name, amount, poverty in node.receipts
    )
    names = from_arrow([pa.chunked_array([pa.array([row[2] for row in rows], pa.string())])])
    return Receipts(
        names, _int32(row[0] for row in rows), _int32(row[1] for row in rows),
        np.array([row[3] for row in rows], np.int64),
        np.array([row[4] for row in rows], np.bool_),
    )
