"""The results of the graph's passes as plain tables, in pieces, so that rules are queries an auditor can read.

`nodes`, `edges`, `breaks`, `rings` and `document_links`; amounts in int64 fen. Class columns split a pool (in `nodes`:
`province_poverty` …, and with the prefix `amount_` the record's own amount as the first fen of its pool) or a
movement (in `edges`) by origin under the pro-rata class pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.graph.arrays import CLASSES, EVIDENCE, NO_DATE, REASONS, UNSOURCED_POVERTY, Graph, Ints
from lineage.schema import NODE_KINDS

if TYPE_CHECKING:
    import pyarrow as pa

    from lineage.attribution.class_walk import Classes

PIECE = 500_000
REPEATED = ("source", "kind", "division_code", "state", "evidence", "date")
"""Columns that hold few values or the same one in runs: only these gain by a dictionary."""
POVERTY = [kind for kind in range(len(CLASSES)) if kind % 2 == 0]
assert UNSOURCED_POVERTY % 2 == 0


def nodes(graph: Graph, classes: Classes) -> Iterator[pa.Table]:
    """One row a record, a piece at a time."""
    import pyarrow as pa

    states = np.array(["none", "broken", "partial", "complete"], dtype=object)
    for start in range(0, max(graph.node_count, 1), PIECE):
        rows = slice(start, min(start + PIECE, graph.node_count))
        pools = graph.pools
        split = _piece(classes, rows).dense(pools.pool[rows])
        own = _own(graph, split, rows)
        state = np.where(graph.nodes.alive[rows],
                         np.where(graph.chains.sourced[rows], np.where(graph.chains.unsourced[rows], 2, 3), 1), 0)
        columns: dict[str, Any] = {
            "record": record_names(graph, np.arange(rows.start, rows.stop)),
            "kind": _kinds(graph, np.arange(rows.start, rows.stop)),
            "id": graph.nodes.ids.to_arrow()[rows.start : rows.stop].cast(pa.string()),
            "division_code": _divisions(graph, rows),
            "date": _dates(graph.nodes.date[rows]),
            "amount_fen": graph.nodes.amount[rows],
            "inflow_fen": pools.inflow[rows],
            "outflow_fen": pools.outflow[rows],
            "outside_fen": pools.outside[rows],
            "pool_fen": pools.pool[rows],
            "declared_fen": pools.declared[rows],
            "unsourced_fen": pools.unsourced[rows],
            "in_scope": graph.nodes.in_scope[rows],
            "state": pa.array(states[state], pa.string()),
        }
        columns |= _class_columns(split, "") | _class_columns(own, "amount_")
        yield pa.table(columns)


def own_classes(graph: Graph, classes: Classes, nodes: Ints) -> Ints:
    """Class fen (n, 10) of the own amounts of some nodes: what their rows of `nodes` have in `amount_` columns."""
    return _own(graph, _piece(classes, nodes).dense(graph.pools.pool[nodes]), nodes)


def _own(graph: Graph, split: Ints, rows: slice | Ints) -> Ints:
    """The own amounts of nodes as the first fen of their pools."""
    from lineage.attribution.class_mixture import first_parts

    return first_parts(split, np.minimum(graph.nodes.amount[rows], graph.pools.pool[rows]))


def edges(graph: Graph, classes: Classes) -> Iterator[pa.Table]:
    """One row a movement, a piece at a time; class columns split what flows once rings are out."""
    import pyarrow as pa

    evidence = pa.array(EVIDENCE, pa.string())
    for start in range(0, max(graph.edge_count, 1), PIECE):
        rows = slice(start, min(start + PIECE, graph.edge_count))
        split = _piece(classes, rows).dense(graph.edges.flow[rows])
        columns: dict[str, Any] = {
            "source": record_names(graph, graph.edges.source[rows]),
            "target": record_names(graph, graph.edges.target[rows]),
            "amount_fen": graph.edges.amount[rows],
            "flow_fen": graph.edges.flow[rows],
            "date": _dates(graph.edges.date[rows]),
            "evidence": evidence.take(pa.array(graph.edges.evidence[rows])),
        }
        yield pa.table(columns | _class_columns(split, ""))


def breaks(graph: Graph) -> pa.Table:
    """One row a record and reason."""
    import pyarrow as pa

    found = graph.breaks
    return pa.table({
        "record": pa.array([graph.record(int(node)) for node in found.node], pa.string()),
        "reason": pa.array([REASONS[int(reason)] for reason in found.reason], pa.string()),
        "amount_fen": found.amount,
        "payments": found.payments,
        "payments_amount_fen": found.payments_amount,
    })


def rings(graph: Graph) -> pa.Table:
    """One row a strongly connected set: its least record, its least edge, its members."""
    import pyarrow as pa

    return pa.table({
        "record": pa.array([graph.record(ring.members[0]) for ring in graph.rings], pa.string()),
        "edge_fen": pa.array([ring.least_edge_fen for ring in graph.rings], pa.int64()),
        "members": pa.array([[graph.record(node) for node in ring.members] for ring in graph.rings],
                            pa.list_(pa.string())),
    })


def document_links(graph: Graph) -> pa.Table:
    """One row an issue that only a document number ties to the indicator that received it."""
    import pyarrow as pa

    found = np.flatnonzero(graph.edges.evidence == EVIDENCE.index("document"))
    ends = [(graph.nodes.ids[int(graph.edges.source[edge])], graph.nodes.ids[int(graph.edges.target[edge])])
            for edge in found]
    return pa.table({
        "transfer_id": pa.array([source for source, _ in ends], pa.string()),
        "indicator_id": pa.array([target for _, target in ends], pa.string()),
        "amount_fen": graph.edges.amount[found],
        "date": _dates(graph.edges.date[found]),
    })


def _piece(classes: Classes, rows: slice | Ints) -> Classes:
    from lineage.attribution.class_walk import Classes

    return Classes(classes.kind[rows], classes.row[rows], classes.rows)


def _class_columns(split: Ints, prefix: str) -> dict[str, Any]:
    columns: dict[str, Any] = {prefix + name: split[:, kind] for kind, name in enumerate(CLASSES)}
    poverty = split[:, POVERTY].sum(axis=1)
    columns[prefix + "poverty_fen"] = poverty
    columns[prefix + "other_fen"] = split.sum(axis=1) - poverty
    return columns


def _kinds(graph: Graph, nodes: Any) -> pa.Array:
    import pyarrow as pa

    place = np.searchsorted(graph.kind_start, nodes, side="right") - 1
    return pa.array(NODE_KINDS, pa.string()).take(pa.array(place))


def record_names(graph: Graph, nodes: Any) -> pa.Array:
    """The names `kind:id` of nodes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = graph.nodes.ids.to_arrow().take(pa.array(nodes)).cast(pa.string())
    return pc.binary_join_element_wise(_kinds(graph, nodes), ids, ":")


def _divisions(graph: Graph, rows: slice) -> pa.Array:
    import pyarrow as pa

    index = graph.nodes.division[rows]
    return pa.array(graph.division_codes, pa.string()).take(pa.array(index, mask=index < 0))


def _dates(days: Any) -> pa.Array:
    import pyarrow as pa

    return pa.array(days, pa.int32(), mask=days == NO_DATE).cast(pa.date32())
