"""The files for Neo4j's import tool hold what a publish would write, and the command names every one of them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np

import lineage
from lineage.schema import NODE_KINDS
from lineage.stores.columns import EDGE_COLUMNS, EVERY, OF_KIND, copy_of
from lineage.stores.rows import listed
from queries.bolt.bulk import write_csv
from queries.bolt.publish import LABELS


def read(file: Path) -> tuple[list[str], list[list[object]]]:
    """Heads and rows; what is empty is None, as a row that is sent has it."""
    with file.open(encoding="utf-8", newline="") as text:
        heads, *rows = list(csv.reader(text))
    return heads, [[cell or None for cell in row] for row in rows]


def as_text(row: list[object]) -> list[object]:
    return [str(value).lower() if isinstance(value, bool) else None if value is None else str(value) for value in row]


def test_the_files_hold_what_a_publish_writes(example_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    ledger = lineage.open(example_ledger("faults"))
    command = write_csv(ledger, tmp_path)
    assert (tmp_path / "import.txt").read_text(encoding="utf-8") == command
    copied = copy_of(ledger)
    for place, kind in enumerate(NODE_KINDS):
        first, last = copied.graph.kind_start[place : place + 2]
        heads, rows = read(tmp_path / f"{LABELS[kind]}.csv")
        assert f"--nodes=Record:{LABELS[kind]}={LABELS[kind]}.csv" in command
        assert heads[0] == "record:ID"
        assert [head.partition(":")[0] for head in heads] == [*EVERY, *OF_KIND[kind], "seal"]
        wanted = listed(copied.nodes, (*EVERY, *OF_KIND[kind]), np.arange(first, last))
        assert rows == [as_text(row) for row in wanted]
    heads, rows = read(tmp_path / "FUNDS.csv")
    assert heads[:3] == [":START_ID", ":END_ID", "amount_fen:long"]
    assert rows == [as_text(row) for row in listed(copied.edges, EDGE_COLUMNS, np.arange(copied.graph.edge_count))]
