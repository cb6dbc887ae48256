"""Where the tables lie in a sheet: heading rows found by the words in them, what stands above, where each ends.

A row is a heading when most of its cells are words of the vocabularies (or a profile's). Invariant: every row of
the sheet is in one block's data (tables side by side: in each of theirs), a heading, a title above one, a note at a
foot, or empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from lineage.schema import TABLES
from loaders.headers import clean_header, heading, table_by_headers, vocabulary

LOOK_ROWS = 60
TITLE_ROWS_MOST = 5
"""Between two tables of a sheet; `blocks` must be given that many filled rows above each heading, and one more."""
Row = tuple[int, Sequence[str | None]]
FOOT = r"\s*(注|备注|说明|附注|制表|填表|编制|审核|复核|负责人|联系|单位负责人|打印)"
"""How a note below a table begins."""
TITLE = r"单位[:：(（]|填报|编报|[一二三四五六七八九十]{1,3}[、.．]|附[表件]|表[一二三四五六七八九十0-9]"
"""How a title between two tables begins."""
_FOOT, _TITLE = re.compile(FOOT), re.compile(TITLE)


@dataclass(frozen=True, slots=True)
class Block:
    """One table in a sheet: its headers, the row they stand in, data from `first` to `last` row, the title above.

    `left` is the position of its first column, counted from 0: not 0 where tables stand side by side.
    """

    headers: tuple[str, ...]
    headings_row: int
    first: int
    last: int
    title: str
    left: int = 0


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
    by_number = dict(rows)
    merged = _merge_lines(heads, by_number, known)
    starts = [_title_start(by_number, number, first=0 if not at else merged[at - 1][1])
              for at, (number, _, _) in enumerate(merged)]  # fmt: skip
    out: list[Block] = []
    for at, (number, first, headers) in enumerate(merged):
        title = " ".join(cell for row, cells in rows if starts[at] <= row < number for cell in cells if cell)[-500:]
        end = starts[at + 1] - 1 if at + 1 < len(merged) else last
        shown = tuple(clean_header(header) for header in headers)
        out += [Block(part, number, first, end, title, left) for left, part in _side_by_side(shown, known)]
    return tuple(out)


def is_foot(cells: Sequence[str | None], *, begun: bool) -> bool:
    """Whether a row is a note below a table: 注：…, 制表人：… 审核：…; where one has `begun`, any single text."""
    filled = [cell for cell in cells if cell and cell.strip()]
    if len(filled) == 1 and begun:
        return not _TITLE.match(filled[0].strip())
    return bool(filled) and all(_FOOT.match(cell) for cell in filled)


def is_title(cells: Sequence[str | None]) -> bool:
    """Whether a row may stand between two tables as the title of the lower: one text, or one that names a unit."""
    filled = [cell for cell in cells if cell and cell.strip()]
    return len(filled) == 1 or any(_TITLE.match(cell.strip()) for cell in filled)


def _title_start(rows: Mapping[int, Sequence[str | None]], number: int, *, first: int) -> int:
    """The first of the title rows above a heading, blank rows passed over; above the first heading all are title."""
    if not first:
        return 0
    start = number
    for above in sorted((row for row in rows if first <= row < number), reverse=True)[:TITLE_ROWS_MOST]:
        if not is_title(rows[above]):
            break
        start = above
    return start


def _side_by_side(headers: tuple[str, ...], known: frozenset[str]) -> list[tuple[int, tuple[str, ...]]]:
    """(first column, headers) of each table of a heading: apart by an empty column, or one list in several columns."""
    half = len(headers) // 2
    if half >= 2 and headers[:half] == headers[half : 2 * half] and all(headers[: 2 * half]):
        return [(0, headers[:half]), *((half + left, part) for left, part in _side_by_side(headers[half:], known))]
    parts: list[tuple[int, tuple[str, ...]]] = []
    left = 0
    for at in range(len(headers) + 1):
        if at == len(headers) or not headers[at]:
            if at > left:
                parts.append((left, headers[left:at]))
            left = at + 1
    names = [heading(header).whole for header in headers if header]
    apart = len(parts) > 1 and all(is_heading(part, known) for _, part in parts)
    if apart and (len(set(names)) < len(names) or all(table_by_headers(part) for _, part in parts)):
        return parts
    return [(0, headers)]


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
