"""Seals of a pack's tables: one canonical text a table, its SHA-256, its sums; and one fingerprint over all.

The canonical text is what is seen: header labels and cells, money as whole fen, joined by the unit separator
(cells) and the record separator (rows). HTML and XLSX of a pack have the same seals, and `check_pack.py`
computes them again from either file with nothing but Python's standard library.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from viz.tables import Cell, Column, Table
from viz.words import Words

_CELL_END, _ROW_END = "\x1f", "\x1e"
STANDINGS = ("context", "recorded", "document", "asserted", "proposed", "computed")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table with its standing (how what it says is known), its money columns' sums and its hash."""

    table: Table
    standing: str
    money: tuple[int, ...]
    sums_fen: tuple[int, ...]
    sha256: str


def seal(table: Table, standing: str) -> Sealed:
    """Seals a table; cells are cleaned first (`clean`), so that every form of the file can hold them unchanged."""
    assert standing in STANDINGS, standing
    rows = tuple(tuple(clean(cell) if isinstance(cell, str) else cell for cell in row) for row in table.rows)
    kept = Table(table.name, table.caption, table.columns, rows, table.keys)
    money = tuple(number for number, column in enumerate(kept.columns) if column.kind == "money")
    sums = tuple(sum(fen for row in rows if isinstance(fen := row[number], int)) for number in money)
    return Sealed(kept, standing, money, sums, hashlib.sha256(canonical(kept).encode()).hexdigest())


def canonical(table: Table) -> str:
    """The text that is hashed."""
    lines = [[clean(column.label) for column in table.columns]]
    lines += [["" if cell is None else str(cell) for cell in row] for row in table.rows]
    return _ROW_END.join(_CELL_END.join(line) for line in lines)


def clean(text: str) -> str:
    """The text without what a file form could change: control signs and lone surrogates become spaces, ends are cut."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text).strip()


def seal_table(sealed: Iterable[Sealed], words: Words) -> Table:
    """The seals as a table: one row a table."""
    columns = (
        Column("table", words["seal_table"]),
        Column("standing", words["standing"]),
        Column("rows", words["seal_rows"], "count"),
        Column("money", words["seal_money"]),
        Column("sums", words["seal_sums"]),
        Column("sha256", "SHA-256"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            found.table.name,
            found.standing,
            len(found.table.rows),
            " ".join(str(number) for number in found.money),
            " ".join(str(fen) for fen in found.sums_fen),
            found.sha256,
        )
        for found in sealed
    ]
    return Table("seal", words["seal"], columns, tuple(rows))


def fingerprint(seals: Table) -> str:
    """One hash over all seals: note it elsewhere, and neither file can be changed unseen."""
    return hashlib.sha256(canonical(seals).encode()).hexdigest()
