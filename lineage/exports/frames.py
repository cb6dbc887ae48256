"""A trail for notebooks: a networkx graph, pandas frames, a small HTML table. Amounts are int fen."""

from __future__ import annotations

from dataclasses import asdict, fields
from html import escape
from typing import TYPE_CHECKING, Any

from lineage.money import yuan

if TYPE_CHECKING:
    from lineage.trail import Trail


def to_networkx(trail: Trail) -> Any:
    """A MultiDiGraph: nodes by record with kind, depth, amount_fen, …; edges with amount_fen, date, evidence,
    advance."""
    import networkx

    graph = networkx.MultiDiGraph(record=trail.record, direction=trail.direction, policy=trail.policy)
    for node in trail.nodes:
        graph.add_node(node.record, **{key: value for key, value in asdict(node).items() if key != "record"})
    for edge in trail.edges:
        graph.add_edge(edge.source, edge.target, amount_fen=edge.amount_fen, date=edge.date, evidence=edge.evidence,
                       advance=edge.advance)
    return graph


def to_pandas(trail: Trail) -> dict[str, Any]:
    """Frames by name: sources, reached, nodes, edges, breaks; empty ones keep their columns."""
    import pandas

    from lineage.trail import Break, Reached, Source, TrailEdge, TrailNode

    parts: dict[str, tuple[Any, Any]] = {
        "sources": (Source, trail.sources), "reached": (Reached, trail.reached), "nodes": (TrailNode, trail.nodes),
        "edges": (TrailEdge, trail.edges), "breaks": (Break, trail.breaks),
    }
    return {
        name: pandas.DataFrame([asdict(row) for row in rows], columns=[field.name for field in fields(made)])
        for name, (made, rows) in parts.items()
    }


def to_html_table(trail: Trail) -> str:
    """The sources or ends of a trail as an escaped HTML table."""
    rows = [(source.record, source.amount_fen) for source in trail.sources] or [
        (end.record, end.amount_fen) for end in trail.reached
    ]
    if trail.unsourced_possible:
        rows.append(("unsourced", trail.unsourced_fen))
    body = "".join(
        f"<tr><td>{escape(name)}</td><td>{trail.part_text(fen) or ''}</td></tr>" for name, fen in rows
    )
    head = f"{escape(trail.record)} · {trail.direction} · {trail.policy} · {trail.state} · {yuan(trail.pool_fen)}"
    return f"<table><caption>{head}</caption>{body}</table>"
