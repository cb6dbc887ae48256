"""Which column of a file is which column of a table: headers in three vocabularies, and a profile's own.

Headers are compared after NFKC, without blanks and case, and without a unit in brackets. Invariant: a header
means one column of a table at most, a column is taken from one header at most; what is left over is named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import PurePath
from types import MappingProxyType

from lineage.schema import BY_NAME, TABLES, Column, ColumnType, Table
from loaders.raw import REJECT_MARKS

FEN_PER_UNIT = MappingProxyType(
    {
        "分": 1,
        "fen": 1,
        "元": 100,
        "yuan": 100,
        "rmb": 100,
        "千元": 100_000,
        "百元": 10_000,
        "万元": 1_000_000,
        "万": 1_000_000,
        "wan": 1_000_000,
        "百万元": 100_000_000,
        "千万元": 1_000_000_000,
        "亿元": 10_000_000_000,
        "亿": 10_000_000_000,
        "yi": 10_000_000_000,
    }
)
"""Fen in one of each unit a header or a title may name."""
UNIT_NAMES = MappingProxyType({fen: unit for unit, fen in reversed(tuple(FEN_PER_UNIT.items())) if not unit.isascii()})
"""The first Chinese name of each of them."""
_UNITS = "百万元|千万元|百元|千元|万元|亿元|元|分|万|亿"
_UNIT = re.compile(rf"[(（\[【:：_\-/,，]*(?:单位[:：]?|人民币)*({_UNITS})[)）\]】]*$")
_UNIT_LATIN = re.compile(r"[_(\[ ]+(fen|yuan|wan|yi|rmb)[)\]]*$")
_NOISE = re.compile(r"[\s*＊\u200b\ufeff\"'“”]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A header as it stands for matching: `name` without its unit, fen per unit (0 where it names none)."""

    name: str
    whole: str
    fen: int = 0


@dataclass(frozen=True, slots=True)
class Mapped:
    """The mapping of one table: column name to (position of the file's column, fen per unit or 0)."""

    table: Table
    columns: Mapping[str, tuple[int, int]]
    unknown: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    keys_found: bool = field(default=False)


def clean_header(text: str | None) -> str:
    """A header as shown: without control characters, which no message and no statement should carry."""
    return "".join(sign for sign in text or "" if sign.isprintable()).strip()


def heading(text: str) -> Heading:
    """A header in the form in which it is compared."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()
    for pattern in (_UNIT, _UNIT_LATIN):
        found = pattern.search(plain)
        if found and found.start() > 0:
            return Heading(plain[: found.start()].rstrip("(（[【:：_-/"), plain, FEN_PER_UNIT[found[1]])
    return Heading(plain, plain)


def unit_in_title(title: str) -> int:
    """Fen per unit that a title row states (单位：万元), 0 where it states none."""
    found = re.search(rf"单位[:：]?(?:人民币)?({_UNITS})", _NOISE.sub("", unicodedata.normalize("NFKC", title)))
    return FEN_PER_UNIT[found[1]] if found else 0


def likeness(header: str, word: str) -> float:
    """How alike a header and a word of the vocabulary are, 0 to 1; one wholly inside the other counts 0.7 and more."""
    name = heading(header).name
    if len(name) >= 2 and (name in word or word in name) and min(len(name), len(word)) >= 2:
        return 0.7 + 0.3 * min(len(name), len(word)) / max(len(name), len(word))
    return SequenceMatcher(None, name, word).ratio()


def mistyped(column: Column, headers: Sequence[str]) -> str:
    """The header that is probably a slip for the column's name, else "": one sign off, or four fifths alike."""
    words = [heading(word).name for word in (column.name, column.zh, *column.standard, *column.headers)]
    for header in headers:
        name = heading(header).name
        for word in words:
            slips = sum(a != b for a, b in zip(name, word, strict=False)) if len(name) == len(word) > 1 else 9
            if slips == 1 or SequenceMatcher(None, name, word).ratio() >= 0.8:
                return header
    return ""


def mistyped_columns(mapped: Mapped, unknown: Sequence[str]) -> list[tuple[Column, str]]:
    """Columns that the file seems to lack only because a header was mistyped, each with that header."""
    lacking = [column for column in mapped.table.columns if column.name not in mapped.columns]
    return [(column, header) for column in lacking if (header := mistyped(column, unknown))]


@cache
def vocabulary(table_name: str) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Header → the columns it may mean, with its rank as a name of that column (0 is the column's own name)."""
    words: dict[str, list[tuple[str, int]]] = {}
    for column in BY_NAME[table_name].columns:
        names = (column.name, *column.standard, column.zh, column.en, *column.headers)
        for rank, name in enumerate(dict.fromkeys(heading(name).whole for name in names)):
            words.setdefault(name, []).append((column.name, rank))
    return MappingProxyType({word: tuple(sorted(found, key=lambda one: one[1])) for word, found in words.items()})


def match(headers: Sequence[str], table: Table, own: Mapping[str, str] = MappingProxyType({})) -> Mapped:
    """Map a file's headers to a table. `own` (a profile's header → column, "" to leave out) goes before all else."""
    words, mine = vocabulary(table.name), {heading(name).whole: column for name, column in own.items()}
    claims: dict[str, list[tuple[int, int, int]]] = {}
    unknown: list[str] = []
    for position, text in enumerate(headers):
        if not text.strip() or text in REJECT_MARKS:
            continue
        head = heading(text)
        column, rank, fen = _claim(head, words, mine, table)
        if column:
            claims.setdefault(column, []).append((rank, position, fen))
        elif column is None:
            unknown.append(text.strip())
    columns = {column: min(found)[1:] for column, found in claims.items()}
    doubled = tuple(
        headers[position].strip() for column, found in claims.items() for _, position, _ in sorted(found)[1:] if column
    )
    keys = all(key in columns or not table.column(key).required for key in table.key) and bool(columns)
    return Mapped(
        table,
        MappingProxyType({name: (place[0], place[1]) for name, place in columns.items()}),
        tuple(unknown),
        doubled,
        keys,
    )


def _claim(
    head: Heading, words: Mapping[str, tuple[tuple[str, int], ...]], mine: Mapping[str, str], table: Table
) -> tuple[str | None, int, int]:
    """(column or None, rank, fen per unit) of one header; a unit counts only on money columns."""
    for name, fen in ((head.whole, 0), (head.name, head.fen)):
        if name in mine:
            column = mine[name]
            return column, -1, (fen or head.fen) if column and _is_money(table, column) else 0
        for column, rank in words.get(name, ()):
            if not fen or _is_money(table, column):
                return column, rank, fen
    return None, 0, 0


def _is_money(table: Table, column: str) -> bool:
    return table.column(column).type is ColumnType.MONEY


def table_by_file_name(name: str) -> Table | None:
    """The table a file or sheet is named after, in English or Chinese, with or without a year or a place around it."""
    stem = heading(PurePath(name).name.removesuffix(".utf8").rsplit(".", 1)[0] if "." in name else name).whole
    plain = re.sub(r"[\d_\-.()（）年月日度号期第]+", "", stem)
    exact = [
        table
        for table in TABLES
        if plain in (table.name.replace("_", ""), table.zh, table.en.replace(" ", "").replace("-", ""))
    ]
    if exact:
        return exact[0]
    inside = [table for table in TABLES if table.zh in plain or table.name.replace("_", "") in plain]
    return max(inside, key=lambda table: max(len(table.zh), 1)) if inside else None


def table_by_headers(
    headers: Sequence[str], own: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> Mapped | None:
    """The table whose headers these are: all required columns there, most columns known; None where two do as well."""
    fits: list[tuple[tuple[int, int, int], str, Mapped]] = []
    for table in TABLES:
        mapped = match(headers, table, own.get(table.name, MappingProxyType({})))
        needed = [column.name for column in table.columns if column.required]
        missing = sum(name not in mapped.columns for name in needed)
        if mapped.keys_found and missing <= len(needed) // 4:
            ownness = sum(head in (table.key[0], *table.names) for head in headers)
            fits.append(
                ((len(mapped.columns) - 2 * missing - len(mapped.doubled), ownness, -missing), table.name, mapped)
            )
    fits.sort(key=lambda one: one[0], reverse=True)
    if not fits or (len(fits) > 1 and fits[0][0] == fits[1][0]):
        return None
    return fits[0][2]
