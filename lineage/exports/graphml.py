"""A trail as GraphML, for yEd, Gephi and the like; written by networkx."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.trail import Trail


def write(trail: Trail, path: Path) -> None:
    """Write the records and movements; characters that XML forbids are left out."""
    import networkx

    found = trail.to_networkx()
    graph = networkx.MultiDiGraph()
    for name, data in found.nodes(data=True):
        graph.add_node(_lawful(name), **_values(data))
    for source, target, data in found.edges(data=True):
        graph.add_edge(_lawful(source), _lawful(target), **_values(data))
    networkx.write_graphml_xml(graph, path, encoding="utf-8")


def _values(data: dict[str, object]) -> dict[str, str | int | bool]:
    return {
        key: value if isinstance(value, bool | int) else _lawful(str(value))
        for key, value in data.items() if value is not None
    }


def _lawful(text: str) -> str:
    return "".join(sign for sign in text if sign in "\t\n\r" or (sign >= " " and sign not in "\ufffe\uffff"))
