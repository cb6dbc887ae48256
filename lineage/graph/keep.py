"""The graph on disk: one file an array, opened by memory map; and its place among the derived sets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.compiled import sized
from lineage.graph.arrays import Breaks, Chains, Edges, Graph, Nodes, Pools, Receipts, Ring
from lineage.graph.text import TextColumn

if TYPE_CHECKING:
    import pyarrow as pa

    from lineage.ledger import Ledger

_GROUPS: dict[str, Any] = {"nodes": Nodes, "edges": Edges, "receipts": Receipts, "pools": Pools, "chains": Chains,
                           "breaks": Breaks}


def save(graph: Graph, folder: Path) -> None:
    """Write a graph into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "kind_start.npy", graph.kind_start)
    for group in _GROUPS:
        part = getattr(graph, group)
        for field in fields(part):
            value = getattr(part, field.name)
            if isinstance(value, TextColumn):
                np.save(folder / f"{group}.{field.name}.offsets.npy", value.offsets)
                np.save(folder / f"{group}.{field.name}.data.npy", value.data)
            else:
                np.save(folder / f"{group}.{field.name}.npy", value)
    rings = [[list(ring.members), ring.least_edge_fen] for ring in graph.rings]
    (folder / "graph.json").write_text(json.dumps({"division_codes": graph.division_codes, "rings": rings}))


def load(folder: Path) -> Graph:
    """Open a graph by memory map; nothing is read before it is asked for."""
    described = json.loads((folder / "graph.json").read_text())
    groups = {name: _group(folder, name, made) for name, made in _GROUPS.items()}
    rings = tuple(Ring(tuple(members), least) for members, least in described["rings"])
    return Graph(kind_start=_array(folder, "kind_start"), division_codes=tuple(described["division_codes"]),
                 rings=rings, **groups)


def graph_of(ledger: Ledger, folder: Path | None) -> Graph:
    """A view's graph: out of its derived set; built where there is none, or its files are not as they were written."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        if folder:
            return load(folder / "graph")
    from lineage.graph.build import build  # compiles kernels: not on the way of one trace

    return build(ledger)


def _group(folder: Path, name: str, made: Any) -> Any:
    values: dict[str, Any] = {}
    for field in fields(made):
        stem = f"{name}.{field.name}"
        if (folder / f"{stem}.data.npy").exists():
            values[field.name] = TextColumn(_array(folder, stem + ".offsets"), _array(folder, stem + ".data"))
        else:
            values[field.name] = _array(folder, stem)
    return made(**values)


def _array(folder: Path, stem: str) -> Any:
    """An array over the mapped file, as a plain one: numpy's own memmap pays a microsecond for every value read."""
    path = folder / f"{stem}.npy"
    try:
        return np.asarray(np.load(path, mmap_mode="c"))
    except ValueError:
        return np.load(path)


def derive(ledger: Ledger, folder: Path) -> None:
    """The derivation step of the graph: its arrays under `graph/`, its tables as Parquet beside them.

    From then on the ledger reads the arrays from there: what was built in memory is let go before tables are made.
    """
    save(ledger.graph, folder / "graph")
    ledger.graph = load(folder / "graph")
    _write_tables(ledger.graph, folder)


def _write_tables(graph: Graph, folder: Path) -> None:
    from lineage.attribution.passes import origin_classes
    from lineage.graph import tables

    node_classes, edge_classes = origin_classes(graph)
    found = {
        "nodes": tables.nodes(graph, node_classes), "edges": tables.edges(graph, edge_classes),
        "breaks": iter([tables.breaks(graph)]), "rings": iter([tables.rings(graph)]),
        "document_links": iter([tables.document_links(graph)]),
    }
    with sized(graph.edge_count):
        for name, pieces in found.items():
            _parquet(folder / f"{name}.parquet", pieces)


def _parquet(path: Path, pieces: Iterator[pa.Table]) -> None:
    import pyarrow.parquet as pq

    from lineage.graph.tables import REPEATED

    first = next(pieces)
    repeated = [name for name in REPEATED if name in first.schema.names]
    packed = {"compression": "zstd", "compression_level": 1, "use_dictionary": repeated}
    with pq.ParquetWriter(path, first.schema, **packed) as writer:
        writer.write_table(first)
        for piece in pieces:
            writer.write_table(piece)
