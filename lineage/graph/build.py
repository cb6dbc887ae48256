"""From a ledger's tables to the graph's arrays: read, order, weigh, take out what only goes round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lineage.compiled import sized
from lineage.graph import breaks, chains, movements, records, rings, sorting
from lineage.graph.arrays import NO_DATE, Edges, Graph, Indexes, Ints, Nodes, Pools, Receipts
from lineage.graph.movements import Movements
from lineage.graph.records import Records
from lineage.graph.text import from_arrow
from lineage.money import COUNTED_MOST, beyond_count
from lineage.schema import NODE_KINDS

if TYPE_CHECKING:
    from lineage.ledger import Ledger

_RECEIPTS = """
    SELECT e.entry_id AS id, false AS opening, e.account_id, e.net_fen AS amount_fen, e.date, false AS poverty
    FROM account_entries e
    WHERE e.direction = 'receipt' AND NOT e.is_reversal AND e.payment_id IS NULL AND e.net_fen > 0
    UNION ALL
    SELECT 'opening', true, account_id, coalesce(opening_balance_fen, 0) - coalesce(opening_poverty_fen, 0),
           opening_date, false
    FROM special_accounts WHERE coalesce(opening_balance_fen, 0) > coalesce(opening_poverty_fen, 0)
    UNION ALL
    SELECT 'opening', true, account_id, opening_poverty_fen, opening_date, true
    FROM special_accounts WHERE coalesce(opening_poverty_fen, 0) > 0
    ORDER BY account_id, date NULLS FIRST, opening DESC, id, poverty"""
"""What was there when the account's statements begin comes before the receipts of that day."""


def build(ledger: Ledger) -> Graph:
    """The graph of a ledger as of its date. Cost: linear in records and movements, but for the reading's sorts."""
    known = records.read(ledger)
    receipts = _receipts(ledger, known)
    return assemble(known, movements.read(ledger, known), receipts)


def assemble(known: Records, moved: Movements, receipts: Receipts) -> Graph:
    """The graph over nodes and movements already read. Raises Misuse where amounts add up beyond what is counted."""
    _countable(known.nodes.amount, moved.amount, receipts.amount)
    with sized(len(moved.source)):
        order, out_start, in_start = _orders(moved, len(known.nodes.amount))
        source, target = moved.source[order], moved.target[order]
        amount, date, evidence = moved.amount[order], moved.date[order], moved.evidence[order]
        named_transfer = moved.named[order]
        del moved, order  # ten million movements are 350 MB
        in_edge = _deposit_order(source, target, date, len(known.nodes.amount))
        pools = _pools(known, sorting.sums(amount, out_start), sorting.sums(amount[in_edge], in_start), receipts)
        flow, found = rings.take_out(source, target, amount, (out_start, in_start))
        if found:
            pools = replace(pools, pool=pools.pool - sorting.sums(amount - flow, out_start))
        line_before, named = _lines(out_start, source, flow, _named_deposits(named_transfer, source, target, out_start))
        del named_transfer
        edges = Edges(out_start, source, target, amount, flow, date, evidence, line_before, in_start, in_edge, *named)
        nodes = _dated_accounts(known, edges, receipts)
        chained = chains.reached(nodes, edges, pools, known.kind_start)
        broken = breaks.find(nodes, edges, pools, known.kind_start)
        return Graph(known.kind_start, known.division_codes, nodes, edges, receipts, pools, chained, broken, found)


def _countable(*amounts: Ints) -> None:
    """Nothing below holds more than all amounts together; those are added up in units of 2^20 fen, rounded up."""
    if sum(int((each >> 20).sum()) + len(each) for each in amounts) >= COUNTED_MOST >> 20:
        raise beyond_count()


def _orders(moved: Movements, count: int) -> tuple[Indexes, Ints, Ints]:
    """The order of draws, by source, date, target; and where each node's edges start, by source and by target."""
    order = np.arange(len(moved.source), dtype=np.int32)
    order = sorting.by_node(moved.target, order, count)
    order = sorting.by_date(moved.date, order)
    order = sorting.by_node(moved.source, order, count)
    return order, sorting.starts(moved.source, count), sorting.starts(moved.target, count)


def _deposit_order(source: Indexes, target: Indexes, date: Indexes, count: int) -> Indexes:
    """Edge numbers by target, then date, then source."""
    order = np.arange(len(source), dtype=np.int32)
    order = sorting.by_node(source, order, count)
    order = sorting.by_date(date, order)
    return sorting.by_node(target, order, count)


def _receipts(ledger: Ledger, known: Records) -> Receipts:
    table = ledger.query(_RECEIPTS)
    account = known.positions("special_account", table["account_id"])
    keep = account >= 0
    ids = from_arrow([table["id"].filter(keep)])
    return Receipts(ids, account[keep], records.dates(table["date"])[keep],
                    table["amount_fen"].to_numpy().astype(np.int64)[keep],
                    records.flags(table["poverty"].combine_chunks())[keep])


def _pools(known: Records, outflow: Ints, inflow: Ints, receipts: Receipts) -> Pools:
    """Inflow counts outside receipts; an allocation's is its amount; what is missing is declared or unsourced."""
    nodes = known.nodes
    outside = np.zeros(len(inflow), np.int64)
    np.add.at(outside, receipts.account, receipts.amount)
    inflow = inflow + outside
    first, last = (int(known.kind_start[NODE_KINDS.index("allocation") + step]) for step in (0, 1))
    inflow[first:last] = nodes.amount[first:last]
    amount = nodes.amount.copy()
    for kind in ("special_account", "one_card_batch"):
        place = NODE_KINDS.index(kind)
        amount[int(known.kind_start[place]) : int(known.kind_start[place + 1])] = 0
    pool = np.maximum(np.maximum(inflow, amount), outflow)
    pool[~nodes.alive] = 0
    missing = np.maximum(pool - inflow, 0)
    declared = np.where(nodes.own, np.minimum(missing, np.maximum(nodes.amount - inflow, 0)), 0)
    return Pools(inflow, outflow, outside, declared, missing - declared, pool)


def _named_deposits(named: Indexes, source: Indexes, target: Indexes, out_start: Ints) -> Indexes:
    """For each edge the deposit it names (an edge number), -1 where it names none that its pool has."""
    result = np.full(len(named), -1, np.int32)
    edges = np.flatnonzero(named >= 0)
    place = out_start[named[edges]]
    while len(edges):
        inside = place < out_start[named[edges] + 1]
        edges, place = edges[inside], place[inside]
        met = target[place] == source[edges]
        result[edges[met]] = place[met]
        edges, place = edges[~met], place[~met] + 1
    return result


def _lines(
    out_start: Ints, source: Indexes, flow: Ints, deposit: Indexes
) -> tuple[Ints, tuple[Indexes, Indexes, Ints, Ints]]:
    """Where each draw begins: on its pool's line, and for draws that name a deposit on that deposit's own."""
    edges = np.flatnonzero(deposit >= 0).astype(np.int32)
    by_deposit = edges[np.argsort(deposit[edges], kind="stable")]
    holds = deposit[by_deposit]
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(flow[by_deposit], dtype=np.int64)])
    first = np.searchsorted(holds, holds)
    before = np.minimum(running[:-1] - running[first], flow[holds])
    part = np.minimum(flow[by_deposit], flow[holds] - before)
    back = np.argsort(by_deposit, kind="stable")
    unnamed = flow.copy()
    unnamed[by_deposit] -= part
    line = np.concatenate([np.zeros(1, np.int64), np.cumsum(unnamed, dtype=np.int64)])
    line_before = line[:-1] - line[out_start[source]]
    return line_before, (edges, deposit[edges], before[back], part[back])


def _dated_accounts(known: Records, edges: Edges, receipts: Receipts) -> Nodes:
    """Accounts and batches are dated by their first event: what is missing there counts as deposited on that day."""
    nodes = known.nodes
    date = nodes.date.copy()
    late = np.iinfo(np.int32).max
    for kind in ("special_account", "one_card_batch"):
        place = NODE_KINDS.index(kind)
        span = np.arange(int(known.kind_start[place]), int(known.kind_start[place + 1]))
        first = _first(edges.date, edges.out_start, span, late)
        first = np.minimum(first, _first(edges.date[edges.in_edge], edges.in_start, span, late))
        rows = np.searchsorted(receipts.account, np.append(span, span[-1:] + 1)) if len(span) else np.zeros(1, np.int64)
        first = np.minimum(first, _first(receipts.date, rows, np.arange(len(span)), late))
        date[span] = np.where(first == late, NO_DATE, first)
    return replace(nodes, date=date)


def _first(dates: Indexes, row_start: Ints, rows: Ints, none: int) -> Indexes:
    """The first date of each row of dates sorted within rows; `none` where a row is empty."""
    padded = np.append(dates, np.int32(none))
    return np.where(row_start[rows] < row_start[rows + 1], padded[row_start[rows]], np.int32(none)).astype(np.int32)
