"""Rows of a text table that are no records: rows of nothing but delimiters, and the notes below the table.

Spreadsheets save both as rows as wide as the heading. Invariant: only rows without any cell, and rows that
`layout.is_foot` calls notes, are taken off; each note is named.
"""

from __future__ import annotations

from dataclasses import replace

from lineage.engine import Engine, literal, row
from loaders.cells import cell_of
from loaders.layout import FOOT, TITLE
from loaders.raw import RawTable

NOTES_MOST = 20


def without_margins(engine: Engine, raw: RawTable) -> tuple[RawTable, tuple[str, ...]]:
    """The table without such rows, and the notes' texts. Cost: one pass over the first column of an ordinary file."""
    cells = [cell_of(raw, place) for place in range(len(raw.headers))]
    blank = " AND ".join(f"{cell} IS NULL" for cell in cells)
    filled = " + ".join(f"({cell} IS NOT NULL)::INTEGER" for cell in cells)
    noted = " AND ".join(
        f"({cell} IS NULL OR regexp_matches({cell}, {literal('^(?:' + FOOT + ')')}))" for cell in cells
    )
    counted = f"SELECT count(*) FILTER ({blank}), min({raw.row_sql}) FILTER (NOT ({blank})) FROM {raw.relation}"
    blanks, first = row(engine, f"{counted} WHERE ({raw.where}) AND ({noted})")
    if first is not None:
        title = f"regexp_matches(coalesce({', '.join(cells)}), {literal('^(?:' + TITLE + ')')})"
        below = f"({raw.row_sql}) >= {first} AND (({noted}) OR (({filled}) = 1 AND NOT {title}))"
        texts = engine.execute(
            f"SELECT {raw.row_sql}, concat_ws(' ', {', '.join(cells)}) FROM {raw.relation} "
            f"WHERE ({raw.where}) AND {below} AND NOT ({blank}) ORDER BY 1 LIMIT {NOTES_MOST}"
        ).fetchall()
        notes = tuple(f"{raw.file}:{number}: {text}"[:200] for number, text in texts)
        return replace(raw, where=f"({raw.where}) AND NOT ({blank}) AND NOT ({below})"), notes
    return (replace(raw, where=f"({raw.where}) AND NOT ({blank})") if blanks else raw), ()
