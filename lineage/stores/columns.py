"""The whole graph of a ledger as columns ready to be kept elsewhere: what of each record and movement goes there.

A record has the columns of EVERY and those of its kind; a value that is nothing (0, empty, no date) is left out
where it is kept. A movement bears its place on its pool's line and what of it is poverty money, so a part of the graph
is attributed as the whole would be, and a rule about mixtures needs no second pass. Names of payees and persons are
left out unless asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.graph.arrays import EVIDENCE, REASONS, TIERS, Graph, Indexes, Ints
from lineage.graph.tables import POVERTY, record_names
from lineage.graph.text import TextColumn, from_arrow, from_texts
from lineage.schema import NODE_KINDS
from lineage.stores.seals import Column, Sealed, Sums, Words, seals, sums

if TYPE_CHECKING:
    from lineage.attribution.class_walk import Classes
    from lineage.ledger import Ledger

STATES = ("broken", "partial", "complete")
KINDS = ("issue", "breakdown", "carry_over", "integration")
ORIGINS = ("superior", "own", "carry_over")
STATUSES = ("valid", "void", "pending")
FLAGS = frozenset({"in_scope", "waiting", "kept", "mixed", "broken"})
EVERY = ("record", "title", "division_code", "date", "amount_fen", "in_scope", "state", "pool_fen", "inflow_fen",
         "outflow_fen", "unsourced_fen", "poverty_fen", "other_fen", "mixed", "broken", "breaks", "deposits", "draws",
         "named_draws")
OF_KIND = {
    "account_entry": (), "allocation": ("tier",),
    "indicator": ("origin", "tier", "declared_fen", "pool_poverty_fen", "pool_other_fen"), "one_card_batch": (),
    "one_card_payment": (), "payment": ("status",), "special_account": ("kept", "outside_fen", "receipts"),
    "transfer": ("kind", "waiting", "doc_no"),
}
NODE_COLUMNS = tuple(dict.fromkeys((*EVERY, *(name for kind in NODE_KINDS for name in OF_KIND[kind]))))
EDGE_COLUMNS = ("source", "target", "amount_fen", "flow_fen", "date", "evidence", "line_before", "named_from",
                "named_before", "named_part", "poverty_fen")
NODE_WEIGHTS = {
    "amount_fen": 3, "pool_fen": 5, "inflow_fen": 7, "outflow_fen": 11, "unsourced_fen": 13, "poverty_fen": 17,
    "other_fen": 19, "declared_fen": 23, "pool_poverty_fen": 29, "pool_other_fen": 31, "outside_fen": 37,
    "deposits": 41, "draws": 43, "named_draws": 47, "date": 53, "in_scope": 59, "mixed": 61, "broken": 67,
    "waiting": 71, "kept": 73, "state": 79, "kind": 83, "origin": 89, "status": 97,
}
EDGE_WEIGHTS = {"amount_fen": 3, "flow_fen": 5, "date": 7, "line_before": 11, "named_before": 13, "named_part": 17,
                "poverty_fen": 19, "evidence": 23}
WORDS = {"state": STATES, "kind": KINDS, "origin": ORIGINS, "status": STATUSES, "tier": TIERS, "evidence": EVIDENCE}


@dataclass(frozen=True, slots=True)
class Copy:
    """All that a published graph is to hold of a ledger's graph, in the order of its nodes and edges."""

    graph: Graph
    nodes: Sealed
    edges: Sealed

    @property
    def division_codes(self) -> tuple[str, ...]:
        """The divisions that rows are summed under."""
        return self.graph.division_codes

    def sums(self) -> tuple[dict[str, Sums], dict[str, Sums]]:
        """What records, and movements by the division of the record they leave, add up to in each division."""
        codes = self.division_codes
        return sums(self.nodes, NODE_WEIGHTS, codes), sums(self.edges, EDGE_WEIGHTS, codes)


def copy_of(ledger: Ledger, *, with_names: bool = False) -> Copy:
    """The graph of a ledger as it is to be published. Cost: a class pass and a few seconds a million records."""
    from lineage.attribution.class_pass import pro_rata

    graph = ledger.graph
    node_classes, edge_classes = pro_rata(graph)
    names = from_arrow([record_names(graph, np.arange(graph.node_count))])
    nodes = _node_columns(ledger, node_classes, with_names) | {"record": names}
    edges = _edge_columns(graph, edge_classes, names)
    return Copy(
        graph, Sealed(nodes, seals(nodes, NODE_COLUMNS), graph.nodes.division),
        Sealed(edges, seals(edges, EDGE_COLUMNS), graph.nodes.division[graph.edges.source]),
    )


def _node_columns(ledger: Ledger, classes: Classes, with_names: bool) -> dict[str, Column]:
    graph, pools, edges = ledger.graph, ledger.graph.pools, ledger.graph.edges
    breaks = _breaks(graph)
    columns: dict[str, Column] = {
        "division_code": Words(graph.nodes.division, graph.division_codes), "date": graph.nodes.date.astype(np.int64),
        "title": graph.nodes.titles if with_names else _titles_without_payees(ledger),
        "amount_fen": graph.nodes.amount, "in_scope": graph.nodes.in_scope.astype(np.int64),
        "state": Words(_states(graph), STATES), "tier": Words(graph.nodes.tier.astype(np.int32), TIERS),
        "waiting": graph.nodes.waiting.astype(np.int64), "kept": graph.nodes.kept.astype(np.int64),
        "pool_fen": pools.pool, "inflow_fen": pools.inflow, "outflow_fen": pools.outflow, "outside_fen": pools.outside,
        "declared_fen": pools.declared, "unsourced_fen": pools.unsourced, "deposits": np.diff(edges.in_start),
        "draws": np.diff(edges.out_start),
        "named_draws": np.bincount(edges.source[edges.named_edge], minlength=graph.node_count),
        "breaks": breaks, "broken": (np.diff(breaks.offsets) > 0).astype(np.int64), "receipts": _receipts(graph),
        "origin": _word(ledger, "indicator", "origin"), "kind": _word(ledger, "transfer", "kind"),
        "status": _word(ledger, "payment", "status"), "doc_no": _text(ledger, "transfer", "doc_no"),
    }
    return columns | _mixtures(graph, classes)


def _mixtures(graph: Graph, classes: Classes) -> dict[str, Column]:
    """Poverty and other money in each record's own amount, in each indicator's pool, and whether both are in a pool."""
    from lineage.attribution.class_mixture import first_parts
    from lineage.attribution.class_walk import Classes

    found = {name: np.zeros(graph.node_count, np.int64) for name in
             ("poverty_fen", "other_fen", "mixed", "pool_poverty_fen", "pool_other_fen")}
    place = NODE_KINDS.index("indicator")
    for start in range(0, graph.node_count, 500_000):
        rows = slice(start, min(start + 500_000, graph.node_count))
        pool = graph.pools.pool[rows]
        split = Classes(classes.kind[rows], classes.row[rows], classes.rows).dense(pool)
        own = first_parts(split, np.minimum(graph.nodes.amount[rows], pool))
        poverty, other = _halves(split)
        found["poverty_fen"][rows], found["other_fen"][rows] = _halves(own)
        found["mixed"][rows] = (poverty > 0) & (other > 0)
        node = np.arange(rows.start, rows.stop)
        kept = (node >= graph.kind_start[place]) & (node < graph.kind_start[place + 1])
        found["pool_poverty_fen"][rows], found["pool_other_fen"][rows] = poverty * kept, other * kept
    return dict(found)


def _halves(split: Ints) -> tuple[Ints, Ints]:
    poverty = split[:, POVERTY].sum(axis=1)
    return poverty, split.sum(axis=1) - poverty


def _edge_columns(graph: Graph, classes: Classes, names: TextColumn) -> dict[str, Column]:
    from lineage.attribution.class_walk import Classes

    edges = graph.edges
    deposit = np.full(graph.edge_count, -1, np.int64)
    deposit[edges.named_edge] = edges.source[edges.named_deposit]
    poverty, before, part = (np.zeros(graph.edge_count, np.int64) for _ in range(3))
    before[edges.named_edge], part[edges.named_edge] = edges.named_before, edges.named_part
    for start in range(0, graph.edge_count, 500_000):
        rows = slice(start, min(start + 500_000, graph.edge_count))
        split = Classes(classes.kind[rows], classes.row[rows], classes.rows).dense(edges.flow[rows])
        poverty[rows] = _halves(split)[0]
    return {
        "source": _taken(names, edges.source), "target": _taken(names, edges.target), "amount_fen": edges.amount,
        "flow_fen": edges.flow, "date": edges.date.astype(np.int64),
        "evidence": Words(edges.evidence.astype(np.int32), EVIDENCE), "line_before": edges.line_before,
        "named_from": _taken(names, deposit), "named_before": before, "named_part": part, "poverty_fen": poverty,
    }


def _taken(names: TextColumn, nodes: Any) -> TextColumn:
    """The names of nodes, empty for -1."""
    import pyarrow as pa

    return from_arrow([names.to_arrow().take(pa.array(np.asarray(nodes, np.int64), mask=np.asarray(nodes) < 0))])


def _states(graph: Graph) -> Indexes:
    chains = graph.chains
    known = np.where(chains.sourced, np.where(chains.unsourced, 1, 2), 0)
    return np.where(graph.nodes.alive, known, -1).astype(np.int32)


def _titles_without_payees(ledger: Ledger) -> TextColumn:
    """Titles, but a payment's and an account expenditure's purpose only, and nothing of a person on a one-card list."""
    import pyarrow as pa

    graph = ledger.graph
    titles = graph.nodes.titles.to_arrow()
    parts = []
    for place, kind in enumerate(NODE_KINDS):
        first, last = int(graph.kind_start[place]), int(graph.kind_start[place + 1])
        if kind in ("payment", "account_entry"):
            parts.append(_of_kind(ledger, kind, "purpose").cast(pa.large_string()))
        else:
            nothing = pa.nulls(last - first, pa.large_string())
            parts.append(nothing if kind == "one_card_payment" else titles[first:last])
    return from_arrow(parts)


_TABLES = {
    "account_entry": "account_entries WHERE direction = 'expenditure' AND NOT is_reversal ORDER BY entry_id",
    "indicator": "indicators ORDER BY indicator_id",
    "payment": "payments WHERE NOT is_reversal ORDER BY payment_id",
    "transfer": "transfers WHERE NOT is_reversal ORDER BY transfer_id",
}


def _of_kind(ledger: Ledger, kind: str, column: str) -> Any:
    """A table's column in the order of the nodes of its kind."""
    found = ledger.query(f"SELECT {column} FROM {_TABLES[kind]}")[column].combine_chunks()
    place = NODE_KINDS.index(kind)
    first, last = ledger.graph.kind_start[place : place + 2]
    assert len(found) == int(last - first), "another view's table"
    return found


def _word(ledger: Ledger, kind: str, column: str) -> Words:
    import pyarrow as pa
    import pyarrow.compute as pc

    words = WORDS[column]
    values = _of_kind(ledger, kind, column).cast(pa.string())
    codes = np.full(ledger.graph.node_count, -1, np.int32)
    start = int(ledger.graph.kind_start[NODE_KINDS.index(kind)])
    found = pc.fill_null(pc.index_in(values, value_set=pa.array(words)), -1)
    codes[start : start + len(values)] = found.to_numpy(zero_copy_only=False)
    return Words(codes, words)


def _text(ledger: Ledger, kind: str, column: str) -> TextColumn:
    import pyarrow as pa

    values = _of_kind(ledger, kind, column).cast(pa.large_string())
    start = int(ledger.graph.kind_start[NODE_KINDS.index(kind)])
    after = ledger.graph.node_count - start - len(values)
    return from_arrow([pa.nulls(start, pa.large_string()), values, pa.nulls(after, pa.large_string())])


def _breaks(graph: Graph) -> TextColumn:
    """Each record's breaks as JSON: reason, fen, payments below, their fen; empty where there are none."""
    found: dict[int, list[list[Any]]] = {}
    gaps = graph.breaks
    columns = (gaps.node, gaps.reason, gaps.amount, gaps.payments, gaps.payments_amount)
    for node, reason, *rest in zip(*(column.tolist() for column in columns), strict=True):
        found.setdefault(node, []).append([REASONS[reason], *rest])
    return _sparse(found, graph.node_count)


def _receipts(graph: Graph) -> TextColumn:
    """Each account's receipts from outside as JSON: id, day number, fen, whether poverty money."""
    found: dict[int, list[list[Any]]] = {}
    receipts = graph.receipts
    for place, account in enumerate(receipts.account.tolist()):
        found.setdefault(account, []).append([receipts.ids[place], int(receipts.date[place]),
                                              int(receipts.amount[place]), bool(receipts.poverty[place])])
    return _sparse(found, graph.node_count)


def _sparse(found: dict[int, list[list[Any]]], count: int) -> TextColumn:
    places = sorted(found)
    texts = from_texts([json.dumps(found[place], ensure_ascii=False) for place in places])
    lengths = np.zeros(count, np.int64)
    lengths[places] = np.diff(texts.offsets)
    return TextColumn(np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]), texts.data)
