"""Where the tables lie in a sheet: heading rows found by the words in them, what stands above, where each ends.

A row is a heading when most of its cells are words of the vocabularies (or a profile's). Invariant: every row of
the sheet is in one block's data, a heading, a title above one, or empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from lineage.schema import TABLES
from loaders.headers import clean_header, heading, vocabulary

LOOK_ROWS = 60
Row = tuple[int, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Block:
    """One table in a sheet: its headers, the row they stand in, data from `first` to `last` row, the title above."""

    headers: tuple[str, ...]
    headings_row: int
    first: int
    last: int
    title: str


@cache
def known_words() -> frozenset[str]:
    """All headers of all tables, in the form for matching."""
    return frozenset(word for table in TABLES for word in vocabulary(table.name))


def blocks(rows: Sequence[Row], last: int, words: frozenset[str] = frozenset()) -> tuple[Block, ...]:
    """The tables among a sheet's rows. `rows` may be its first rows only, or all candidates; `last` its last row.

    Where no row looks like a heading, the first row with more than one cell is taken for one.
    """
    known = known_words() | words
    heads = [(number, cells) for number, cells in rows if is_heading(cells, known)]
    if not heads:
        heads = [one for one in rows if sum(bool(cell) for cell in one[1]) > 1][:1] or list(rows[:1])
    merged = _merge_lines(heads, dict(rows), known)
    out = []
    for index, (number, first, headers) in enumerate(merged):
        start = merged[index - 1][1] if index else 0
        title = " ".join(cell for row, cells in rows if start <= row < number for cell in cells if cell)[-500:]
        end = merged[index + 1][0] - 1 if index + 1 < len(merged) else last
        out.append(Block(tuple(clean_header(header) for header in headers), number, first, end, title))
    return tuple(out)


def is_heading(cells: Sequence[str | None], known: frozenset[str]) -> bool:
    """At least two cells are headers, and at least half of those filled (a data cell such as 县级 may be one)."""
    filled = [cell for cell in cells if cell and cell.strip()]
    found = sum(is_word(cell, known) for cell in filled)
    return found >= 2 and found * 2 >= len(filled) and len({cell for cell in filled if is_word(cell, known)}) >= 2


def is_word(cell: str, known: frozenset[str]) -> bool:
    """Whether a cell is a header of some table, with or without a unit."""
    if len(cell) > 60 or any(map(str.isdigit, cell)):  # no header of any vocabulary has a digit; most cells have
        return False
    head = heading(cell)
    return head.whole in known or head.name in known


def _merge_lines(
    heads: Sequence[Row], rows: Mapping[int, Sequence[str | None]], known: frozenset[str]
) -> list[tuple[int, int, tuple[str, ...]]]:
    """(heading row, first data row, headers) of each heading; two heading lines one under the other become one.

    A group's name above (金额) with parts below (中央, 省级): the part is the header, the group where no part is.
    """
    out: list[tuple[int, int, tuple[str, ...]]] = []
    for number, cells in heads:
        if out and number < out[-1][1]:
            continue  # the second line of the heading before
        if out and out[-1][1] == number:
            top, _, above = out.pop()
            out.append((top, number + 1, _two_lines(above, cells, known)))
            continue
        below = rows.get(number + 1, ())
        if _is_second_line(cells, below, known):
            out.append((number, number + 2, _two_lines(cells, below, known)))
        else:
            out.append((number, number + 1, tuple(cell or "" for cell in cells)))
    return out


def _is_second_line(above: Sequence[str | None], below: Sequence[str | None], known: frozenset[str]) -> bool:
    """A line of words only under gaps or groups of the heading, none of them a number."""
    filled = [(place, cell) for place, cell in enumerate(below) if cell]
    if not filled or any(any(sign.isdigit() for sign in cell) for _, cell in filled):
        return False
    gaps = sum(place >= len(above) or not above[place] for place, _ in filled)
    words = sum(is_word(cell, known) for _, cell in filled)
    return gaps > 0 and words > 0 and len(filled) < sum(bool(cell) for cell in above) + len(filled)


def _two_lines(above: Iterable[str | None], below: Sequence[str | None], known: frozenset[str]) -> tuple[str, ...]:
    tops = list(above)
    width = max(len(tops), len(below))
    out, group = [], ""
    for place in range(width):
        top = (tops[place] if place < len(tops) else "") or ""
        part = (below[place] if place < len(below) else "") or ""
        group = top or (group if part else "")
        both = group + part
        out.append(both if part and is_word(both, known) and not is_word(part, known) else part or top)
    return tuple(out)
