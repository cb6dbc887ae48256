"""The least amount that a file of daily reports can state: its unit and the decimals written in it.

A report in 万元 with two decimals says nothing of less than 100 yuan; a difference below half of that is rounding.
Invariant: the finest amount of the column decides, so a report is never taken for coarser than it is.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from lineage.engine import Engine, literal, row
from lineage.money import yuan
from loaders import cells
from loaders.incoming import Cell, Incoming

COLUMN = "resolution"


def with_resolution(database: Engine, incoming: Incoming) -> Incoming:
    """The same rows, each with the resolution of its file, where the table keeps one and the file does not state it."""
    if COLUMN not in incoming.table.names or COLUMN in incoming.cells or "amount" not in incoming.cells:
        return incoming
    stated = literal(yuan(finest_fen(database, incoming)))
    cell = Cell(incoming.table, incoming.table.column(COLUMN), stated, ready=True)
    return replace(incoming, cells=MappingProxyType({**incoming.cells, COLUMN: cell}))


def finest_fen(database: Engine, incoming: Incoming) -> int:
    """The finest step of the amounts, in fen: the unit of the column, or of a cell with 万 or 亿, by its decimals."""
    amount = incoming.cells["amount"]
    raw = incoming.raw
    found = row(
        database,
        f"SELECT min(unit // pow(10, len(decimals))::BIGINT) FROM (SELECT regexp_extract(text, '[.]([0-9]{{1,9}})', 1) "
        f"AS decimals, CASE WHEN contains(text, '亿') THEN 10000000000 WHEN contains(text, '万') THEN 1000000 "
        f"ELSE {amount.fen} END AS unit FROM (SELECT {cells.half_width(cells.trimmed(amount.sql))} AS text "
        f"FROM {raw.relation} WHERE ({raw.where}) AND NOT coalesce({incoming.totals}, false)) WHERE text <> '')",
    )[0]
    return max(1, int(found or 1))
