"""The graph as plain rows, to be kept elsewhere, and a graph out of such rows again.

A node's row holds all that the arrays say of it and its breaks; a movement's row bears the running sum and order
that attribution needs, so a part of the graph is attributed as the whole would be.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from lineage.graph.arrays import Breaks, Chains, Edges, Graph, Nodes, Pools, Receipts
from lineage.graph.sorting import starts
from lineage.graph.text import from_texts
from lineage.schema import NODE_KINDS

Row = dict[str, Any]
_PLAIN = ("amount", "date", "tier", "in_scope", "alive", "own", "kept", "waiting", "gap")
_POOLS = tuple(field.name for field in fields(Pools))


def node_rows(graph: Graph) -> Iterator[Row]:
    """A row a record: `record`, the node's columns, its pool, chain, outside receipts and breaks."""
    receipts, breaks = _receipts_by_node(graph), _breaks_by_node(graph)
    columns = {name: getattr(graph.nodes, name).tolist() for name in _PLAIN}
    columns |= {name: getattr(graph.pools, name).tolist() for name in _POOLS}
    columns |= {"sourced": graph.chains.sourced.tolist(), "reached_by_unsourced": graph.chains.unsourced.tolist()}
    for node in range(graph.node_count):
        row: Row = {"record": graph.record(node), "title": graph.nodes.titles[node]}
        row |= {name: values[node] for name, values in columns.items()}
        row["division_code"] = graph.division(node)
        row["receipts"] = json.dumps(receipts.get(node, []), ensure_ascii=False)
        row["breaks"] = json.dumps(breaks.get(node, []))
        yield row


def edge_rows(graph: Graph) -> Iterator[Row]:
    """A row a movement: the two records, amount, what of it flows, date, evidence, place on its pool's line."""
    edges = graph.edges
    named = {
        int(edge): (graph.record(int(edges.source[edges.named_deposit[place]])), int(edges.named_before[place]),
                    int(edges.named_part[place]))
        for place, edge in enumerate(edges.named_edge)
    }
    names = [graph.record(node) for node in range(graph.node_count)]
    columns = (edges.source, edges.target, edges.amount, edges.flow, edges.date, edges.evidence, edges.line_before)
    for edge, values in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        source, target, amount, flow, date, evidence, before = values
        deposit = named.get(edge, (None, None, None))
        yield {"source": names[source], "target": names[target], "amount_fen": amount, "flow_fen": flow,
               "date": date, "evidence": evidence, "line_before": before, "named_from": deposit[0],
               "named_before": deposit[1], "named_part": deposit[2]}


def graph_of(node_list: Iterable[Row], edge_list: Iterable[Row]) -> Graph:
    """A graph of the given records and movements; movements whose ends are not among them are left out."""
    rows = sorted({row["record"]: row for row in node_list}.values(), key=_order)
    place = {row["record"]: number for number, row in enumerate(rows)}
    kinds = [NODE_KINDS.index(row["record"].partition(":")[0]) for row in rows]
    kind_start = np.searchsorted(np.array(kinds, np.int64), np.arange(len(NODE_KINDS) + 1))
    codes = sorted({row["division_code"] for row in rows if row["division_code"]})
    return Graph(
        kind_start=kind_start.astype(np.int64), division_codes=tuple(codes), nodes=_nodes(rows, codes),
        edges=_edges(edge_list, place), receipts=_receipts(rows),
        pools=Pools(**{name: _ints(rows, name) for name in _POOLS}),
        chains=Chains(_flags(rows, "sourced"), _flags(rows, "reached_by_unsourced")), breaks=_breaks(rows), rings=(),
    )


def _order(row: Row) -> tuple[str, bytes]:
    kind, _, name = row["record"].partition(":")
    return kind, name.encode()


def _nodes(rows: list[Row], codes: list[str]) -> Nodes:
    where = {code: number for number, code in enumerate(codes)}
    return Nodes(
        ids=from_texts([row["record"].partition(":")[2] for row in rows]),
        titles=from_texts([row["title"] or "" for row in rows]), amount=_ints(rows, "amount"),
        date=_ints(rows, "date").astype(np.int32),
        division=np.array([where.get(row["division_code"], -1) for row in rows], np.int32),
        tier=_ints(rows, "tier").astype(np.int8), in_scope=_flags(rows, "in_scope"), alive=_flags(rows, "alive"),
        own=_flags(rows, "own"), kept=_flags(rows, "kept"), waiting=_flags(rows, "waiting"),
        gap=_ints(rows, "gap").astype(np.int8),
    )


def _edges(edge_list: Iterable[Row], place: dict[str, int]) -> Edges:
    inside = {(row["source"], row["target"]): row for row in edge_list
              if row["source"] in place and row["target"] in place}
    rows = sorted(inside.values(), key=lambda row: (place[row["source"]], row["date"], place[row["target"]]))
    source = np.array([place[row["source"]] for row in rows], np.int32)
    target = np.array([place[row["target"]] for row in rows], np.int32)
    dates = _ints(rows, "date").astype(np.int32)
    number = {(row["source"], row["target"]): edge for edge, row in enumerate(rows)}
    named = [
        (edge, number[row["named_from"], row["source"]], row["named_before"], row["named_part"])
        for edge, row in enumerate(rows) if row["named_from"] and (row["named_from"], row["source"]) in number
    ]
    columns = np.array(named, np.int64).reshape(-1, 4)
    in_edge = np.lexsort((source, dates, target)).astype(np.int32)
    return Edges(
        out_start=starts(source, len(place)), source=source, target=target, amount=_ints(rows, "amount_fen"),
        flow=_ints(rows, "flow_fen"), date=dates, evidence=_ints(rows, "evidence").astype(np.int8),
        line_before=_ints(rows, "line_before"), in_start=starts(target, len(place)), in_edge=in_edge,
        named_edge=columns[:, 0].astype(np.int32), named_deposit=columns[:, 1].astype(np.int32),
        named_before=columns[:, 2].copy(), named_part=columns[:, 3].copy(),
    )


def _receipts(rows: list[Row]) -> Receipts:
    found = [(node, *receipt) for node, row in enumerate(rows) for receipt in json.loads(row["receipts"])]
    return Receipts(
        from_texts([receipt[1] for receipt in found]), np.array([receipt[0] for receipt in found], np.int32),
        np.array([receipt[2] for receipt in found], np.int32), np.array([receipt[3] for receipt in found], np.int64),
        np.array([receipt[4] for receipt in found], np.bool_),
    )


def _breaks(rows: list[Row]) -> Breaks:
    found = [(node, *gap) for node, row in enumerate(rows) for gap in json.loads(row["breaks"])]
    columns = np.array(found, np.int64).reshape(-1, 5)
    return Breaks(columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int8), columns[:, 2].copy(),
                  columns[:, 3].copy(), columns[:, 4].copy())


def _receipts_by_node(graph: Graph) -> dict[int, list[list[Any]]]:
    result: dict[int, list[list[Any]]] = {}
    receipts = graph.receipts
    for place, account in enumerate(receipts.account.tolist()):
        result.setdefault(account, []).append([receipts.ids[place], int(receipts.date[place]),
                                               int(receipts.amount[place]), bool(receipts.poverty[place])])
    return result


def _breaks_by_node(graph: Graph) -> dict[int, list[list[int]]]:
    result: dict[int, list[list[int]]] = {}
    gaps = graph.breaks
    columns = zip(gaps.node.tolist(), gaps.reason.tolist(), gaps.amount.tolist(), gaps.payments.tolist(),
                  gaps.payments_amount.tolist(), strict=True)
    for node, *gap in columns:
        result.setdefault(node, []).append(gap)
    return result


def _ints(rows: list[Row], name: str) -> Any:
    return np.array([row[name] for row in rows], np.int64)


def _flags(rows: list[Row], name: str) -> Any:
    return np.array([row[name] for row in rows], np.bool_)


