"""Yuan outside, int64 fen inside: the only two places where the one becomes the other.

Invariant: no float ever holds an amount that is reported. Sums are made in fen and rounded last.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from lineage.errors import Misuse

FEN_MOST = 2**63 - 1
COUNTED_MOST = 2**62
"""A ledger's amounts, movements and all, must stay below so many fen together: then no sum, nor twice a sum, is beyond
int64. National budgets of a century passed down ten times are a hundredth of it."""
UNITS = MappingProxyType({"元": 100, "万元": 1_000_000, "亿元": 10_000_000_000})
"""Fen in one of each unit."""
_UNIT_NAMES = MappingProxyType({"yuan": "元", "wan": "万元", "yi": "亿元"})
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|[+-]?\.\d+")


def to_fen(text: str, unit: str = "元") -> int:
    """Fen of an amount written in `unit`: full-width digits and thousands separators are understood.

    Raises ValueError when the text is no number, is not whole fen, or does not fit into int64.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("¥", "").replace("\u2212", "-").replace(" ", "")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f'found "{text}", expected an amount in {unit}')
    try:
        fen = Decimal(plain.replace(",", "")) * fen_in(unit)
    except InvalidOperation as error:
        raise ValueError(f'found "{text}", expected an amount in {unit}') from error
    if fen != fen.to_integral_value():
        raise ValueError(f'found "{text}" {unit}, expected whole fen (yuan with at most two decimals)')
    if abs(fen) > FEN_MOST:
        raise ValueError(f'found "{text}" {unit}, expected less than 92 quadrillion yuan')
    return int(fen)


def yuan(fen: int) -> str:
    """The decimal string in yuan with two decimals, as in every JSON answer: -5 fen is "-0.05"."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{part:02d}"


def beyond_count() -> Misuse:
    """What is raised where amounts add up to more than int64 holds: a wrong sum would look like a right one."""
    most = in_unit(COUNTED_MOST, decimals=0, grouped=True)
    return Misuse(f"amounts add up to more than {most} yuan, more than is counted",
                  "look for amounts in a wrong unit (yuan taken for 万元), correct them or withdraw their batch")


def fen_in(unit: str) -> int:
    """Fen in one 元, 万元 or 亿元 (also yuan, wan, yi). Raises ValueError."""
    name = _UNIT_NAMES.get(unit, unit)
    if name not in UNITS:
        raise ValueError(f'found unit "{unit}", expected one of {", ".join(UNITS)}')
    return UNITS[name]


def in_unit(fen: int, unit: str = "元", decimals: int = 2, *, grouped: bool = False) -> str:
    """An amount shown in a unit, rounded half away from zero; grouped puts a comma at every third digit."""
    scale = 10**decimals
    size = fen_in(unit)
    rounded, rest = divmod(abs(fen) * scale, size)
    rounded += 2 * rest >= size
    whole, part = divmod(rounded, scale)
    sign = "-" if fen < 0 and rounded else ""
    digits = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{digits}.{part:0{decimals}d}" if decimals else f"{sign}{digits}"


def yuan_sql(column: str) -> str:
    """The same as `yuan`, as a SQL expression over a column of fen."""
    return (
        f"(CASE WHEN {column} < 0 THEN '-' ELSE '' END || (abs({column}) // 100) || '.' || "
        f"lpad((abs({column}) % 100)::VARCHAR, 2, '0'))"
    )
