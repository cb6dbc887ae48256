"""The published graph as files for Neo4j's own import tool, for the first ten million records.

The tool makes a whole database offline, many times faster than Bolt; afterwards `lineage publish` finds every row as it
should be, adds constraints, indexes and surroundings, and writes the stamp: until then readers refuse. The columns and
seals are those of a publish.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.graph.arrays import NO_DATE
from lineage.graph.text import TextColumn
from lineage.schema import NODE_KINDS
from lineage.stores.columns import EDGE_COLUMNS, EVERY, FLAGS, OF_KIND, copy_of
from lineage.stores.rows import ALWAYS
from lineage.stores.seals import Column, Sealed, Words
from queries.bolt.publish import LABELS

if TYPE_CHECKING:
    import pyarrow as pa

    from lineage.ledger import Ledger

PIECE = 200_000
_COMMAND = """\
neo4j-admin database import full neo4j --overwrite-destination --multiline-fields=true \\
{nodes}  --relationships=FUNDS=FUNDS.csv
"""


def write_csv(ledger: Ledger, folder: Path, *, with_names: bool = False) -> str:
    """Write a file a label, the movements, and `import.txt` with the command, which is given back; replaces what is
    there.
    """
    copied = copy_of(ledger, with_names=with_names)
    folder.mkdir(parents=True, exist_ok=True)
    nodes = ""
    for place, kind in enumerate(NODE_KINDS):
        first, last = (int(end) for end in copied.graph.kind_start[place : place + 2])
        label = LABELS[kind]
        _write(folder / f"{label}.csv", copied.nodes, (*EVERY, *OF_KIND[kind]), range(first, last))
        nodes += f"  --nodes=Record:{label}={label}.csv \\\n"
    _write(folder / "FUNDS.csv", copied.edges, EDGE_COLUMNS, range(copied.graph.edge_count))
    command = _COMMAND.format(nodes=nodes)
    (folder / "import.txt").write_text(command, encoding="utf-8")
    return command


def _write(file: Path, rows: Sealed, names: Sequence[str], places: range) -> None:
    import pyarrow as pa
    from pyarrow import csv

    heads = [_head(name, rows.columns[name]) for name in names]
    file.write_text(",".join([*heads, "seal:long"]) + "\n", encoding="utf-8")
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    with file.open("ab") as out:
        for start in range(places.start, places.stop, PIECE):
            piece = slice(start, min(start + PIECE, places.stop))
            columns = [_array(rows.columns[name], name, piece) for name in names]
            table = pa.table([*columns, pa.array(rows.seal[piece])], names=[*names, "seal"])
            csv.write_csv(table, out, options)


def _head(name: str, column: Column) -> str:
    if name in ("record", "source", "target"):
        return {"record": "record:ID", "source": ":START_ID", "target": ":END_ID"}[name]
    if name == "date":
        return "date:date"
    if name in FLAGS:
        return f"{name}:boolean"
    return f"{name}:string" if isinstance(column, (TextColumn, Words)) else f"{name}:long"


def _array(column: Column, name: str, piece: slice) -> pa.Array:
    """A column's piece with what is nothing left empty, as a publish leaves it out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, TextColumn):
        texts = column.to_arrow()[piece.start : piece.stop]
        return pc.if_else(pc.equal(pc.binary_length(texts), 0), pa.scalar(None, texts.type), texts)
    if isinstance(column, Words):
        codes = np.asarray(column.codes[piece], np.int64)
        return pa.array(column.words, pa.string()).take(pa.array(codes, mask=codes < 0))
    values: Any = column[piece]
    if name == "date":
        return pa.array(values.astype(np.int32), pa.int32(), mask=values == NO_DATE).cast(pa.date32())
    nothing = np.zeros(len(values), np.bool_) if name in ALWAYS else values == 0
    return pa.array(values.astype(np.bool_) if name in FLAGS else values, mask=nothing)
