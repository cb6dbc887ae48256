"""What every reader hands on: a relation of text cells, where they came from, and which header stands over which.

Invariant: cell columns are `c0`, `c1`, … as VARCHAR, NULL where the file has nothing; nothing is interpreted yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from lineage.errors import LineageError, Misuse

SPOILT = "\ue000"
"""Private-use mark before a number of more than 15 digits that a workbook kept as a number (and so has spoilt)."""

REJECT_MARKS = ("reject_place", "reject_column", "reject_found", "reject_expected", "reject_hint")
"""Columns that `lineage rejects` writes beside a row that is to be mended: a load passes over them."""

COLUMNS_MOST = 2_000
"""More columns than any table of the trade has; beyond it a file is taken for damaged or hostile."""


class Unreadable(LineageError):
    """A file that cannot be read as a table at all: encrypted, damaged, too large, changed while it was read."""


class Unrecognised(Misuse):
    """A readable file of which nobody can say which table it is."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record whose cells could not be told apart: the row a spreadsheet would show it in, its text, and the cells as
    they fell."""

    row: int
    found: str
    problem: str
    cells: tuple[str, ...] = ()
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table of one file as text: `row_sql` gives each record's row number in the file, heading counted.

    `wider` is the condition of records with more cells than the heading (they are among `malformed`), `beyond` names
    those cells.
    `tight` promises that no cell begins or ends with a blank, `clean` that no cell holds a control character;
    both only save work. `headings_row` is where the header stood, `title` what stood above it.
    """

    relation: str
    headers: tuple[str, ...]
    file: str
    sheet: str = ""
    row_sql: str = "rowid + 2"
    where: str = "true"
    tight: bool = False
    clean: bool = True
    headings_row: int = 1
    title: str = ""
    malformed: tuple[Malformed, ...] = ()
    wider: str = ""
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: its tables, what the manifest says of it, notes below tables, names of hidden sheets."""

    name: str
    sha256: str
    size: int
    tables: tuple[RawTable, ...]
    notes: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
