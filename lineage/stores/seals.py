"""Columns of the published graph, and their seals: 64 bits a row that show whether a copy is still what was written.

A seal is worked out over whole columns at once where a graph is published, and over the few rows of an answer where it
is read: one implementation, so a value that anybody changed on a server is seen by whoever reads it. It guards against
accidents, not against somebody who computes seals. Invariant: a seal depends on the values only, never on the order of
rows, the machine or a library's version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineage.graph.arrays import NO_DATE, Indexes, Ints
from lineage.graph.text import TextColumn, from_texts

Hashes = NDArray[np.uint64]
PIECE = 100_000
PRIME = 2**31 - 1
HALF = 2**32
WEIGHTS = 1_000_003
_GOLDEN, _FIRST, _SECOND = (np.uint64(value) for value in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class Words:
    """A column of few different words; codes (k,) lead into `words`, -1 is none."""

    codes: Indexes
    words: tuple[str, ...]


Column = Ints | TextColumn | Words


@dataclass(frozen=True, slots=True)
class Sealed:
    """Rows of the published graph by column, their seals (k,) and the division each is summed under (k,), -1: none."""

    columns: Mapping[str, Column]
    seal: Ints
    division: Indexes


@dataclass(frozen=True, slots=True)
class Sums:
    """What one division's records, or the movements that leave them, add up to: `content` follows the values themselves
    (a changed value changes it), `high` and `low` the halves of the seals, `fen` the amounts.
    """

    count: int = 0
    high: int = 0
    low: int = 0
    content: int = 0
    fen: int = 0


def scrambled(value: Hashes) -> Hashes:
    """The finalizer of splitmix64 (Steele, Lea, Flood 2014): every bit depends on every bit."""
    value = value + _GOLDEN
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


_BYTES = scrambled(np.arange(1, 257, dtype=np.uint64))


def hashes(column: Column) -> Hashes:
    """64 bits for each value of a column; equal texts are equal, whether they come as text or as words."""
    if isinstance(column, Words):
        return text_hashes(from_texts(["", *column.words]))[np.asarray(column.codes, np.int64) + 1]
    if isinstance(column, TextColumn):
        return text_hashes(column)
    return np.ascontiguousarray(column, np.int64).view(np.uint64)


def text_hashes(column: TextColumn) -> Hashes:
    """A polynomial over the bytes of each text. Cost: 8 bytes of memory for each byte of a piece of 100,000 texts."""
    result = np.zeros(len(column), np.uint64)
    for start in range(0, len(column), PIECE):
        offsets = np.asarray(column.offsets[start : start + PIECE + 1], np.int64)
        first, lengths = offsets[:-1] - offsets[0], np.diff(offsets)
        data = column.data[offsets[0] : offsets[-1]]
        place = np.arange(len(data), dtype=np.int64) - np.repeat(first, lengths)
        powers = np.full(int(lengths.max(initial=0)) + 1, _GOLDEN, np.uint64)
        terms = np.append(_BYTES[data] * np.multiply.accumulate(powers)[place], np.uint64(0))
        sums = np.add.reduceat(terms, first) if len(first) else np.zeros(0, np.uint64)
        sums[lengths == 0] = 0
        result[start : start + PIECE] = scrambled(sums + lengths.astype(np.uint64))
    return result


def seals(columns: Mapping[str, Column], names: Sequence[str]) -> Ints:
    """The seal of each row over the named columns, in that order."""
    sealed = np.zeros(_length(columns[names[0]]), np.uint64)
    for name in names:
        sealed = scrambled(sealed ^ hashes(columns[name]))
    return sealed.view(np.int64)


def content(columns: Mapping[str, Column], weights: Mapping[str, int], seal: Ints) -> Ints:
    """A number below PRIME for each row that a server can work out of the same values by plain arithmetic.

    Each whole number (words by their place, dates as `month_days`) times its weight, added up, then times a weight out
    of the seal, so that values that change places are seen. queries/cypher/sums_*.cypher say the same in Cypher.
    """
    total = np.zeros(len(seal), np.int64)
    for name, weight in weights.items():
        column = columns[name]
        assert not isinstance(column, TextColumn), f"{name} is text, which no server can add up"
        value = column.codes.astype(np.int64) + 1 if isinstance(column, Words) else column
        total += np.fmod(month_days(value) if name == "date" else value, PRIME) * weight
    result: Ints = np.fmod(np.fmod(total, PRIME) * (np.abs(np.fmod(seal, WEIGHTS)) + 1), PRIME)
    return result


def month_days(days: Ints) -> Ints:
    """A day number as year × 372 + month × 31 + day, 0 for no date: what Cypher has the parts of."""
    known = np.where(days == NO_DATE, 0, days).astype("datetime64[D]")
    months = known.astype("datetime64[M]").astype(np.int64)
    day = (known - known.astype("datetime64[M]")).astype(np.int64) + 1
    result: Ints = np.where(days == NO_DATE, 0, (months // 12 + 1970) * 372 + (months % 12 + 1) * 31 + day)
    return result


def sums(rows: Sealed, weights: Mapping[str, int], codes: Sequence[str]) -> dict[str, Sums]:
    """The sums of each division that has rows, "" for rows of none."""
    low = np.fmod(rows.seal, HALF)
    amount, values = rows.columns["amount_fen"], content(rows.columns, weights, rows.seal)
    parts: tuple[Any, ...] = (np.ones(len(low), np.int64), (rows.seal - low) // HALF, low, values, amount)
    totals = np.zeros((5, len(codes) + 1), np.int64)
    for place, part in enumerate(parts):
        np.add.at(totals[place], rows.division + 1, part)
    return {code: Sums(*totals[:, place].tolist()) for place, code in enumerate(["", *codes]) if totals[0, place]}


def checksum(parts: Iterable[Sums]) -> str:
    """16 hex digits over a division's sums."""
    text = " ".join(f"{one.count} {one.high} {one.low} {one.content} {one.fen}" for one in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _length(column: Column) -> int:
    return len(column.codes if isinstance(column, Words) else column)
