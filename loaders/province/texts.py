"""Columns of text from columns of numbers, in arrow arrays, fast enough for ten million rows.

Everything here is a pure function of whole arrays: no row is ever handled by the interpreter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[Any]
_HEX = np.frombuffer(b"0123456789ABCDEF", np.uint8)


def ids(prefix: str, ordinals: Numbers) -> pa.Array:
    """`P-00000001` of ordinal 0; a negative ordinal gives an empty field."""
    return digits(prefix, np.asarray(ordinals, np.int64) + 1, 8, empty=np.asarray(ordinals) < 0)


def digits(prefix: str, numbers: Numbers, width: int, *, empty: NDArray[np.bool_] | None = None) -> pa.Array:
    """`prefix` and the number in exactly `width` digits."""
    lead = np.frombuffer(prefix.encode("ascii"), np.uint8)
    letters = np.empty((len(numbers), len(lead) + width), np.uint8)
    letters[:, : len(lead)] = lead
    rest = np.asarray(numbers, np.int64)
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, len(lead) + place] = digit
        letters[:, len(lead) + place] += 48
    return _fixed(letters, empty)


def hexadecimal(prefix: str, numbers: NDArray[np.uint64]) -> pa.Array:
    """`prefix` and the 16 hexadecimal digits of each number."""
    lead = np.frombuffer(prefix.encode("ascii"), np.uint8)
    octets = numbers.astype(">u8").view(np.uint8).reshape(len(numbers), 8)
    letters = np.empty((len(numbers), len(lead) + 16), np.uint8)
    letters[:, : len(lead)] = lead
    letters[:, len(lead) :: 2] = _HEX[octets >> 4]
    letters[:, len(lead) + 1 :: 2] = _HEX[octets & 15]
    return _fixed(letters, None)


def _fixed(letters: NDArray[np.uint8], empty: NDArray[np.bool_] | None) -> pa.Array:
    rows, width = letters.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    text = pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters)))
    return text if empty is None or not empty.any() else pc.if_else(pa.array(~empty), text, None)


def yuan(fen: Numbers) -> pa.Array:
    """Fen as yuan with two decimals."""
    words = np.empty((len(fen), 2), np.int64)
    words[:, 0] = fen
    words[:, 1] = words[:, 0] >> 63
    return pa.Decimal128Array.from_buffers(pa.decimal128(38, 2), len(fen), [None, pa.py_buffer(words)])


def dates(day: Numbers, *, empty: NDArray[np.bool_] | None = None) -> pa.Array:
    """Days since 1970-01-01 as ISO dates."""
    return pa.array(np.asarray(day, np.int32), mask=empty).cast(pa.date32())


def picked(words: Sequence[str | None], at: Numbers) -> pa.Array:
    """`words[at]`; a negative position gives an empty field."""
    position = np.asarray(at, np.int32)
    return pc.take(pa.array(words, pa.string()), pa.array(position, mask=position < 0))


def flags(value: Numbers) -> pa.Array:
    """1 true, 0 false, -1 empty."""
    return picked(("false", "true"), value)


def nothing(rows: int) -> pa.Array:
    """An empty column."""
    return pa.nulls(rows, pa.string())


def mixed(numbers: Numbers, salt: int) -> NDArray[np.uint64]:
    """A scrambled number of 64 bits for each number (splitmix64; Steele, Lea, Flood 2014), one to one."""
    value = np.asarray(numbers).astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
    value ^= value >> np.uint64(30)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def accounts(numbers: Numbers, salt: int) -> pa.Array:
    """Made bank account numbers of 19 digits, equal for equal numbers."""
    return digits("62", (mixed(numbers, salt) % np.uint64(10**17)).astype(np.int64), 17)
