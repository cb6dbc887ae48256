"""Whole tables and the whole graph as files: what an office takes away to other programs.

Parquet holds what the ledger holds, fen as whole numbers in `NAME_fen`. CSV and XLSX are for people: yuan in `NAME`,
formulas disarmed, sensitive numbers as token and mask as everywhere. The graph (GraphML, PROV-JSON) is written piece by
piece.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from lineage.errors import Misuse
from lineage.exports import prov_json as prov
from lineage.exports.rows import Cell, Sheet, disarmed
from lineage.money import yuan
from lineage.schema import TABLES

if TYPE_CHECKING:
    import pyarrow

    from lineage.ledger.reader import Ledger

GRAPH = "graph"
GRAPH_TABLES = ("nodes", "edges", "breaks", "rings")
NAMES = (*(table.name for table in TABLES), *GRAPH_TABLES, GRAPH)
SHEET_ROWS_MAX = 1_048_575
"""What a sheet of XLSX holds beside its heading."""
_GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_NODE_KEYS = {"kind": "string", "division_code": "string", "date": "string", "amount_fen": "long", "state": "string"}
_EDGE_KEYS = {"amount_fen": "long", "date": "string", "evidence": "string"}


def write(ledger: Ledger, name: str, path: Path) -> int:
    """Write one table, or the graph, in the format of the file's ending; the number of rows (or records) written.

    Raises Misuse for an unknown table or format, or more rows than a sheet holds.
    """
    form = path.suffix.removeprefix(".").lower()
    wanted = ("graphml", "prov-json") if name == GRAPH else ("parquet", "csv", "xlsx")
    if name not in NAMES:
        raise Misuse(f'table: found "{name}", expected one of {", ".join(NAMES)}')
    if form not in wanted:
        raise Misuse(f'format: found "{form}", expected one of {", ".join(wanted)}', "the file's ending says which")
    if name == GRAPH:
        return {"graphml": write_graphml, "prov-json": write_prov}[form](ledger, path)
    table = ledger.query(f"SELECT * FROM {name} ORDER BY ALL")
    {"parquet": write_parquet, "csv": write_csv, "xlsx": write_xlsx}[form](table, name, path)
    return int(table.num_rows)


def write_parquet(table: pyarrow.Table, name: str, path: Path) -> None:
    """Types as stored."""
    from pyarrow import parquet

    parquet.write_table(table, path)


def write_csv(table: pyarrow.Table, name: str, path: Path) -> None:
    """UTF-8 with a byte order mark, so that Excel reads the Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings(table))
        writer.writerows(map(disarmed, row) for row in readable(table))


def write_xlsx(table: pyarrow.Table, name: str, path: Path) -> None:
    """One sheet."""
    from lineage.exports.workbook import write_sheets

    if table.num_rows > SHEET_ROWS_MAX:
        raise Misuse(f"{name} has {table.num_rows} rows, a sheet holds {SHEET_ROWS_MAX}", "export it as csv or parquet")
    amounts = tuple(column.removesuffix("_fen") for column in table.column_names if column.endswith("_fen"))
    write_sheets([Sheet(name, headings(table), tuple(readable(table)), amounts)], path)


def headings(table: pyarrow.Table) -> tuple[str, ...]:
    """The columns as people read them: money in yuan, without its unit in the name."""
    return tuple(column.removesuffix("_fen") for column in table.column_names)


def readable(table: pyarrow.Table) -> Iterator[tuple[Cell, ...]]:
    """Rows of plain cells: yuan as text, dates ISO, lists joined, nothing as nothing."""
    money = [column.endswith("_fen") for column in table.column_names]
    for batch in table.to_batches(max_chunksize=50_000):
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            yield tuple(cell(value, is_money=is_money) for value, is_money in zip(row, money, strict=True))


def cell(value: Any, *, is_money: bool) -> Cell:
    """One value as a person reads it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return yuan(value) if is_money else value
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)


def write_graphml(ledger: Ledger, path: Path) -> int:
    """Every record and movement, for yEd, Gephi and networkx; amounts in fen."""
    nodes = ledger.query(f"SELECT record, {', '.join(_NODE_KEYS)} FROM nodes ORDER BY record")
    edges = ledger.query(f"SELECT source, target, {', '.join(_EDGE_KEYS)} FROM edges ORDER BY ALL")
    with path.open("w", encoding="utf-8") as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="{_GRAPHML}">\n')
        for what, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
            for key, kind in keys.items():
                file.write(f'<key id="{what}_{key}" for="{what}" attr.name="{key}" attr.type="{kind}"/>\n')
        file.write('<graph edgedefault="directed">\n')
        for record, *values in plain_rows(nodes):
            file.write(f"<node id={quoteattr(record)}>{data('node', _NODE_KEYS, values)}</node>\n")
        for source, target, *values in plain_rows(edges):
            ends = f"source={quoteattr(source)} target={quoteattr(target)}"
            file.write(f"<edge {ends}>{data('edge', _EDGE_KEYS, values)}</edge>\n")
        file.write("</graph>\n</graphml>\n")
    return int(nodes.num_rows)


def write_prov(ledger: Ledger, path: Path) -> int:
    """Every record as an entity, every movement as a derivation (PROV-JSON); amounts in yuan."""
    columns = "record, kind, amount_fen, state, division_code, NULL::TEXT AS title"
    nodes = ledger.query(f"SELECT {columns} FROM nodes ORDER BY record")
    edges = ledger.query("SELECT source, target, amount_fen, evidence, date FROM edges ORDER BY ALL")
    entities = ((prov.name_of(record), prov.entity(*rest)) for record, *rest in rows_of(nodes))
    derived = ((f"_:d{place}", prov.derivation(*row)) for place, row in enumerate(rows_of(edges)))
    made_by = {"_:a0": {"prov:activity": f"{prov.PREFIX}:graph", "prov:agent": f"{prov.PREFIX}:engine"}}
    graph = {f"{prov.PREFIX}:graph": {f"{prov.PREFIX}:version": ledger.version}}
    parts: dict[str, Iterator[tuple[str, Any]]] = {
        "prefix": iter([(prov.PREFIX, prov.NAMESPACE)]), "agent": iter(prov.ENGINE.items()),
        "activity": iter(graph.items()), "wasAssociatedWith": iter(made_by.items()),
        "entity": entities, "wasDerivedFrom": derived,
    }
    with path.open("w", encoding="utf-8") as file:
        for place, (part, members) in enumerate(parts.items()):
            file.write(("{\n" if place == 0 else ",\n") + f'"{part}": {{')
            for number, (name, value) in enumerate(members):
                pair = f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
                file.write(("\n" if number == 0 else ",\n") + pair)
            file.write("}")
        file.write("}\n")
    return int(nodes.num_rows)


def plain_rows(table: pyarrow.Table) -> Iterator[tuple[Any, ...]]:
    """Rows of a table; characters that XML forbids are left out of texts."""
    for row in rows_of(table):
        yield tuple(lawful(value) if isinstance(value, str) else value for value in row)


def rows_of(table: pyarrow.Table) -> Iterator[tuple[Any, ...]]:
    """Rows of a table, a piece at a time."""
    for batch in table.to_batches(max_chunksize=50_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def lawful(text: str) -> str:
    """Text without what XML 1.0 forbids."""
    return "".join(sign for sign in text if sign in "\t\n\r" or (sign >= " " and sign not in "\ufffe\uffff"))


def data(what: str, keys: dict[str, str], values: list[Any]) -> str:
    """The attributes of a node or an edge that are there."""
    pairs = zip(keys, values, strict=True)
    return "".join(f'<data key="{what}_{key}">{escape(str(value))}</data>' for key, value in pairs if value is not None)
