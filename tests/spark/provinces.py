"""Thirty-one small provinces: an example moved to every province's codes, each with amounts of its own."""

from __future__ import annotations

import csv
from pathlib import Path

from lineage.schema import BY_NAME, ColumnType, Table

CODES = [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)]
assert len(CODES) == 31
_DIVISIONS = ("divisions", "agencies")
EXAMPLE = Path(__file__).parents[1] / "examples" / "tangled" / "bundle"


def write(province: int, folder: Path) -> Path:
    """One province's bundle; its codes begin with the province's, its ids end with it, amounts are a multiple."""
    folder.mkdir(parents=True)
    for file in EXAMPLE.glob("*.csv"):
        table = BY_NAME[file.stem]
        with (
            file.open(encoding="utf-8", newline="") as source,
            (folder / file.name).open("w", encoding="utf-8", newline="") as target,
        ):
            rows = csv.DictReader(source)
            out = csv.DictWriter(target, rows.fieldnames or [], lineterminator="\n")
            out.writeheader()
            out.writerows({name: _moved(table, name, cell, province) for name, cell in row.items()} for row in rows)
    return folder


def _moved(table: Table, name: str, cell: str, province: int) -> str:
    column = table.column(name)
    if not cell:
        return cell
    if column.type is ColumnType.MONEY:
        fen = round(float(cell) * 100) * (province - 10)
        return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"
    targets = column.references.split("|") if column.references else [table.name] * (name in table.key[:1])
    if name == "reverses":
        targets = [table.name]
    if not targets:
        return cell
    return f"{province}{cell[2:]}" if {*targets} <= {*_DIVISIONS} or name == "division_code" else f"{cell}-{province}"
