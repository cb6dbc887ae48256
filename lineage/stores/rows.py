"""Rows out of the columns of the published graph, and a graph out of such rows again.

A row is a list in the order of the columns named; what is nothing (0, no text, no date) is None in it. Invariant: rows
that come back are held against their seals, so that no answer is made of what somebody changed meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lineage.errors import Unavailable
from lineage.graph.arrays import (
    EVIDENCE,
    NO_DATE,
    REASONS,
    Breaks,
    Chains,
    Edges,
    Graph,
    Nodes,
    Pools,
    Receipts,
)
from lineage.graph.sorting import starts
from lineage.graph.text import TextColumn, from_texts
from lineage.schema import NODE_KINDS
from lineage.stores.columns import EDGE_COLUMNS, FLAGS, NODE_COLUMNS, STATES, WORDS
from lineage.stores.seals import Column, Sealed, Words, seals

ALWAYS = frozenset({"in_scope", "kept"})
"""Flags that are kept also where they are false: investigators ask for it."""
_TEXTS = frozenset({"record", "title", "division_code", "breaks", "doc_no", "receipts", "source", "target",
                    "named_from"})
Row = Sequence[Any]


def listed(rows: Sealed, names: Sequence[str], places: Any) -> list[list[Any]]:
    """The rows at some places (k,) as lists, the seal at the end."""
    columns = [_values(rows.columns[name], name, places) for name in names]
    return [list(row) for row in zip(*columns, rows.seal[places].tolist(), strict=True)]


def _values(column: Column, name: str, places: Any) -> list[Any]:
    if isinstance(column, TextColumn):
        return [column[place] or None for place in places.tolist()]
    if isinstance(column, Words):
        words = [*column.words, None]
        return [words[code] for code in column.codes[places].tolist()]
    values = column[places]
    if name == "date":
        days = np.where(values == NO_DATE, np.datetime64("NaT"), values.astype("datetime64[D]"))
        return [None if day == "NaT" else day for day in np.datetime_as_string(days).tolist()]
    if name in FLAGS:
        return [True if value else (False if name in ALWAYS else None) for value in values.tolist()]
    return [value or None for value in values.tolist()]


def graph_of(node_rows: Sequence[Mapping[str, Any]], edge_rows: Sequence[Row]) -> Graph:
    """A graph of records (column by name) and movements (EDGE_COLUMNS and seal) that were read back; movements whose
    ends are not among the records are left out. Raises Unavailable where a row is not as it was published.
    """
    nodes = sorted({row["record"]: row for row in node_rows}.values(), key=_order)
    names = [row["record"] for row in nodes]
    columns = _columns({name: [row.get(name) for row in nodes] for name in NODE_COLUMNS})
    _unchanged(columns, NODE_COLUMNS, [row.get("seal") for row in nodes], names)
    place = {name: number for number, name in enumerate(names)}
    edges = list({row[-1]: row for row in edge_rows if row[0] in place and row[1] in place}.values())
    kinds = np.array([NODE_KINDS.index(name.partition(":")[0]) for name in names], np.int64)
    codes = tuple(sorted({row["division_code"] for row in nodes if row.get("division_code")}))
    return Graph(
        kind_start=np.searchsorted(kinds, np.arange(len(NODE_KINDS) + 1)).astype(np.int64), division_codes=codes,
        nodes=_nodes(names, nodes, columns, codes), edges=_edges(edges, place), receipts=_receipts(nodes),
        pools=Pools(*(columns[f"{name}_fen"] for name in
                      ("inflow", "outflow", "outside", "declared", "unsourced", "pool"))),
        chains=_chains(columns["state"]), breaks=_breaks(nodes), rings=(),
    )


def _columns(values: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {name: _column(name, found) for name, found in values.items()}


def _column(name: str, values: list[Any]) -> Column:
    if name in WORDS:
        words = WORDS[name]
        return Words(np.array([words.index(value) if value in words else -1 for value in values], np.int32), words)
    if name in _TEXTS:
        return from_texts([value or "" for value in values])
    if name == "date":
        days = np.array([value or "NaT" for value in values], "datetime64[D]")
        return np.where(np.isnat(days), np.int64(NO_DATE), days.astype(np.int64))
    return np.array([value or 0 for value in values], np.int64)


def _unchanged(columns: Mapping[str, Column], names: Sequence[str], sealed: list[Any], rows: Sequence[str]) -> None:
    """Raises Unavailable with the first row whose values are not what its seal was made of."""
    wanted = seals(columns, names).tolist() if rows else []
    for row, seal, right in zip(rows, sealed, wanted, strict=True):
        if seal != right:
            raise Unavailable(f"{row} is not as it was published: somebody changed it on the server",
                              "run lineage publish --anew")


def _order(row: Mapping[str, Any]) -> tuple[str, bytes]:
    kind, _, name = row["record"].partition(":")
    return kind, name.encode()


def _nodes(names: list[str], rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Any],
           codes: tuple[str, ...]) -> Nodes:
    where: dict[str | None, int] = {code: number for number, code in enumerate(codes)}
    count = len(names)
    return Nodes(
        ids=from_texts([name.partition(":")[2] for name in names]), titles=columns["title"],
        amount=columns["amount_fen"], date=columns["date"].astype(np.int32),
        division=np.array([where.get(row.get("division_code"), -1) for row in rows], np.int32),
        tier=columns["tier"].codes.astype(np.int8), in_scope=columns["in_scope"].astype(np.bool_),
        alive=columns["state"].codes >= 0, own=np.array([row.get("origin") == "own" for row in rows], np.bool_),
        kept=columns["kept"].astype(np.bool_), waiting=columns["waiting"].astype(np.bool_),
        gap=np.zeros(count, np.int8),
    )


def _chains(state: Words) -> Chains:
    broken, partial = STATES.index("broken"), STATES.index("partial")
    return Chains(state.codes > broken, (state.codes == broken) | (state.codes == partial))


def _edges(found: list[Row], place: Mapping[str, int]) -> Edges:
    columns = _columns({name: [row[column] for row in found] for column, name in enumerate(EDGE_COLUMNS)})
    names = [f"the movement {row[0]} → {row[1]}" for row in found]
    _unchanged(columns, EDGE_COLUMNS, [row[-1] for row in found], names)
    source = np.array([place[row[0]] for row in found], np.int32)
    target = np.array([place[row[1]] for row in found], np.int32)
    dates = columns["date"].astype(np.int32)
    order = np.lexsort((target, dates, source))
    source, target, dates = source[order], target[order], dates[order]
    number = {ends: edge for edge, ends in enumerate(zip(source.tolist(), target.tolist(), strict=True))}
    named = []
    for edge, row in enumerate(order.tolist()):
        deposit = (place.get(found[row][EDGE_COLUMNS.index("named_from")] or "", -1), int(source[edge]))
        if deposit in number:
            named.append((edge, number[deposit], columns["named_before"][row], columns["named_part"][row]))
    drawn = np.array(named, np.int64).reshape(-1, 4)
    return Edges(
        out_start=starts(source, len(place)), source=source, target=target, amount=columns["amount_fen"][order],
        flow=columns["flow_fen"][order], date=dates, evidence=_evidence(columns["evidence"], order),
        line_before=columns["line_before"][order], in_start=starts(target, len(place)),
        in_edge=np.lexsort((source, dates, target)).astype(np.int32),
        named_edge=drawn[:, 0].astype(np.int32), named_deposit=drawn[:, 1].astype(np.int32),
        named_before=drawn[:, 2].copy(), named_part=drawn[:, 3].copy(),
    )


def _evidence(words: Words, order: Any) -> Any:
    assert words.words == EVIDENCE
    return words.codes[order].astype(np.int8)


def _receipts(rows: Sequence[Mapping[str, Any]]) -> Receipts:
    found = [(node, *receipt) for node, row in enumerate(rows) for receipt in json.loads(row.get("receipts") or "[]")]
    return Receipts(
        from_texts([receipt[1] for receipt in found]), np.array([receipt[0] for receipt in found], np.int32),
        np.array([receipt[2] for receipt in found], np.int32), np.array([receipt[3] for receipt in found], np.int64),
        np.array([receipt[4] for receipt in found], np.bool_),
    )


def _breaks(rows: Sequence[Mapping[str, Any]]) -> Breaks:
    found = [(node, REASONS.index(reason), *gap) for node, row in enumerate(rows)
             for reason, *gap in json.loads(row.get("breaks") or "[]")]
    columns = np.array(found, np.int64).reshape(-1, 5)
    return Breaks(columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int8), columns[:, 2].copy(),
                  columns[:, 3].copy(), columns[:, 4].copy())
