"""Whose money it is, slowly: every pool of a network replayed under one policy, one draw after the other.

Source keys are (0, 'kind:id') for sourced money and (1, 0), (1, 1) for unsourced poverty and other money, so that
sorting keys sorts ties as the design wants them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.oracle.network import Edge, Network, Node

Key = tuple[int, str | int]
Lot = dict[Key, int]
IsPoverty = Callable[[Key], bool]


@dataclass
class Deposit:
    date: str
    place: tuple[int, str]
    name: str
    lot: Lot


@dataclass
class Draw:
    date: str
    name: str
    amount: int
    named: str
    got: Lot = field(default_factory=dict)
    waits: int = 0
    advance: bool = False


SCALE = 1 << 200
"""Different quotients a / (2g + 1) of fen differ by more than 2^-130: floors of 2^200 times them compare exactly."""


def first_fen(mixture: Lot, count: int) -> Lot:
    """F(count), fen by fen as the design words it; only for small counts."""
    given = dict.fromkeys(mixture, 0)
    for _ in range(count):
        best = min(mixture, key=lambda key: (-(mixture[key] * SCALE // (2 * given[key] + 1)), key))
        given[best] += 1
    return given


def quota_fen(mixture: Lot, count: int) -> Lot:
    """F(count) by the definition of a divisor method: all quotients above a threshold that bisection finds."""
    total = sum(mixture.values())
    if count == 0 or count == total:
        return {key: amount * (count > 0) for key, amount in mixture.items()}

    def handed(threshold: int) -> Lot:
        result = {}
        for key, amount in mixture.items():
            result[key] = (amount * SCALE // threshold + 1) // 2
        return result

    low, high = 1, 2 * total * SCALE
    while high - low > 1:
        middle = (low + high) // 2
        if sum(handed(middle).values()) >= count:
            low = middle
        else:
            high = middle
    given = handed(high)
    ties = sorted(key for key, steps in handed(low).items() if steps > given[key])
    for key in ties[: count - sum(given.values())]:
        given[key] += 1
    assert sum(given.values()) == count
    return given


def take(mixture: Lot, amount: int) -> Lot:
    """Take F(amount) out of a mixture, which is left with the rest."""
    part = quota_fen({key: value for key, value in mixture.items() if value}, amount)
    for key, value in part.items():
        mixture[key] -= value
    return {key: value for key, value in part.items() if value}


def add(total: Lot, lot: Lot) -> None:
    for key, amount in lot.items():
        total[key] = total.get(key, 0) + amount


@dataclass
class Line:
    """A deposit drawn part by part: its mixture as it was and how much of it is gone."""

    lot: Lot
    gone: int = 0

    @property
    def left(self) -> int:
        return sum(self.lot.values()) - self.gone

    def next(self, amount: int) -> Lot:
        before, after = quota_fen(self.lot, self.gone), quota_fen(self.lot, self.gone + amount)
        self.gone += amount
        return {key: after[key] - before[key] for key in self.lot if after[key] > before[key]}


def replay(deposits: list[Deposit], draws: list[Draw], policy: str, poverty: IsPoverty) -> Lot:
    """Serve every draw; returns the balance."""
    lines = {id(deposit): Line(deposit.lot) for deposit in deposits}
    by_name = {deposit.name: lines[id(deposit)] for deposit in deposits}
    draws.sort(key=lambda draw: (draw.date, draw.name))
    deposits.sort(key=lambda deposit: (deposit.date, deposit.place))
    for draw in draws:
        draw.waits = draw.amount
        if draw.named and draw.named in by_name:
            line = by_name[draw.named]
            part = min(draw.amount, line.left)
            add(draw.got, line.next(part))
            draw.waits -= part
    rest = [(deposit, lines[id(deposit)]) for deposit in deposits]
    if policy == "pro-rata":
        pool: Lot = {}
        for _, line in rest:
            add(pool, line.next(line.left))
        whole = Line(pool)
        for draw in draws:
            add(draw.got, whole.next(draw.waits))
            draw.waits = 0
        return whole.next(whole.left)
    if policy == "fifo":
        for draw in draws:
            for _, line in rest:
                part = min(draw.waits, line.left)
                add(draw.got, line.next(part))
                draw.waits -= part
        return _sum([line.next(line.left) for _, line in rest])
    return _by_day(rest, draws, policy, poverty)


def _sum(lots: list[Lot]) -> Lot:
    total: Lot = {}
    for lot in lots:
        add(total, lot)
    return total


def _by_day(rest: list[tuple[Deposit, Line]], draws: list[Draw], policy: str, poverty: IsPoverty) -> Lot:
    """Rolling, libr, poverty-first, lifo. An arriving deposit is a pool of its own until waiting draws are served."""
    events: list[tuple[str, int, int, Line | Draw]] = []
    events += [(deposit.date, 0, place, line) for place, (deposit, line) in enumerate(rest)]
    events += [(draw.date, 1, place, draw) for place, draw in enumerate(draws)]
    events.sort(key=lambda event: event[:3])
    pool: Lot = {}
    stack: list[Line] = []
    waiting: list[Draw] = []
    for _, _, _, event in events:
        if isinstance(event, Line) and policy == "lifo":
            for draw in waiting:
                _from_line(event, draw)
            stack.append(event)
        elif isinstance(event, Line):
            arriving = event.next(event.left)
            for draw in waiting:
                _from_mixture(arriving, draw, policy, poverty)
            add(pool, arriving)
        else:
            if policy == "lifo":
                for line in reversed(stack):
                    _from_line(line, event)
            else:
                _from_mixture(pool, event, policy, poverty)
            if event.waits:
                event.advance = True
                waiting.append(event)
    assert not any(draw.waits for draw in waiting), "a draw that no deposit ever filled"
    if policy == "lifo":
        return _sum([line.next(line.left) for line in stack])
    return {key: amount for key, amount in pool.items() if amount}


def _from_line(line: Line, draw: Draw) -> None:
    part = min(draw.waits, line.left)
    add(draw.got, line.next(part))
    draw.waits -= part


def _from_mixture(mixture: Lot, draw: Draw, policy: str, poverty: IsPoverty) -> None:
    for part_of_pool in _ranked(mixture, policy, poverty):
        part = min(draw.waits, sum(part_of_pool.values()))
        got = take(part_of_pool, part)
        add(draw.got, got)
        for key, amount in got.items():
            mixture[key] -= amount
        draw.waits -= part


def _ranked(pool: Lot, policy: str, poverty: IsPoverty) -> list[Lot]:
    if policy == "rolling":
        return [dict(pool)]
    poor = {key: amount for key, amount in pool.items() if poverty(key)}
    other = {key: amount for key, amount in pool.items() if not poverty(key)}
    return [other, poor] if policy == "libr" else [poor, other]


@dataclass
class Attributed:
    """Per node the pool and balance by source, per edge (source, target) what it carries, and draws that waited."""

    pool: dict[str, Lot]
    balance: dict[str, Lot]
    carried: dict[tuple[str, str], Lot]
    advances: set[tuple[str, str]]


def attribute(network: Network, policy: str, whole: str = "", poverty: IsPoverty | None = None,
              rename: Callable[[Key], Key] = lambda key: key) -> Attributed:
    """Follow all money through the network. `whole` makes the pool of one record a source in itself.

    `rename` gives what arises another name: the class of a source, where money is followed by class.
    """
    nodes = network.nodes
    if poverty is None:
        def poverty(key: Key) -> bool:
            return key == (1, 0) if key[0] else nodes[str(key[1])].in_scope
    found = Attributed({}, {}, {}, set())
    for record in money_order(network):
        node = nodes[record]
        deposits = deposits_of(node, network, found.carried)
        for deposit in deposits:
            if not deposit.name:
                deposit.lot = {rename(key): amount for key, amount in deposit.lot.items()}
            if record == whole:
                deposit.lot = {(0, record): sum(deposit.lot.values())}
            elif whole:
                deposit.lot = {key if key == (0, whole) else _other(key, policy, poverty): amount
                               for key, amount in deposit.lot.items()}
        draws = [Draw(edge.date, edge.target, edge.flow, edge.named) for edge in network.leaving(record) if edge.flow]
        found.pool[record] = _sum([deposit.lot for deposit in deposits])
        found.balance[record] = replay(deposits, draws, policy, poverty)
        for draw in draws:
            found.carried[record, draw.name] = draw.got
            if draw.advance:
                found.advances.add((record, draw.name))
    return found


def _other(key: Key, policy: str, poverty: IsPoverty) -> Key:
    """All money but that of the record asked is one source; two where the policy ranks poverty money."""
    return (1, 0) if policy in ("libr", "poverty-first") and poverty(key) else (1, 1)


def deposits_of(node: Node, network: Network, carried: dict[tuple[str, str], Lot]) -> list[Deposit]:
    """Recorded deposits and outside receipts by date and name; declared, then unsourced on the record's own date."""
    deposits = [Deposit(edge.date, (0, edge.source), edge.source, carried[edge.source, edge.target])
                for edge in network.entering(node.record) if edge.flow]
    if not node.alive:
        return deposits
    if node.kind == "allocation":
        deposits.append(Deposit(node.date, (1, ""), "", {(0, node.record): node.amount}))
    for date, name, amount, is_poverty in node.receipts:
        deposits.append(Deposit(date, (0, name), name, {(1, 0 if is_poverty else 1): amount}))
    if node.declared:
        deposits.append(Deposit(node.date, (1, ""), "", {(0, node.record): node.declared}))
    if node.unsourced:
        deposits.append(Deposit(node.date, (2, ""), "", {(1, 0 if node.in_scope else 1): node.unsourced}))
    return deposits


def money_order(network: Network) -> list[str]:
    """Records so that money flows forward only."""
    waiting = {record: sum(1 for edge in network.entering(record) if edge.flow) for record in network.nodes}
    ready = sorted(record for record, count in waiting.items() if not count)
    order = []
    while ready:
        record = ready.pop(0)
        order.append(record)
        for edge in network.leaving(record):
            if edge.flow:
                waiting[edge.target] -= 1
                if not waiting[edge.target]:
                    ready.append(edge.target)
    assert len(order) == len(network.nodes)
    return order


def edges_within(network: Network, members: set[str]) -> list[Edge]:
    return [edge for edge in network.edges if edge.source in members and edge.target in members]

