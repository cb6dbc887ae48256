"""What a person types, understood: an amount, a document number, a number of an account or person, plain words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from lineage.documents import document_number

_AMOUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)(亿元?|万元?|元)?")
_UNIT_FEN = {"亿": 10**10, "万": 10**6, "元": 100, "": 100}
_DOCUMENT = re.compile(r"(?P<issuer>[^〔〕0-9]*)〔(?P<year>[0-9]{4})〕(?P<number>[0-9]+)号?")


@dataclass(frozen=True, slots=True)
class AmountAsked:
    """An amount in fen, and how far off one may be that is written with as many decimals: `12.5万` within 500 yuan."""

    fen: int
    within_fen: int


@dataclass(frozen=True, slots=True)
class DocumentParts:
    """A document number in its three parts."""

    issuer: str
    year: str
    number: str


def amount_asked(term: str) -> AmountAsked | None:
    """The amount that a term may mean; None when it can mean none."""
    met = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", term).replace("￥", "").replace("¥", ""))
    if met is None:
        return None
    digits, unit = met[1].replace(",", ""), (met[2] or "").removesuffix("元") or ("元" if met[2] else "")
    unit_fen = _UNIT_FEN[unit]
    fen = Decimal(digits) * unit_fen
    if fen != int(fen) or fen > 2**62:
        return None
    decimals = len(digits.partition(".")[2])
    step = unit_fen // 10**decimals if 10**decimals <= unit_fen else 0
    return AmountAsked(int(fen), step // 2 if unit in ("万", "亿") else 0)


def pulled_apart(text: str) -> str:
    """A text with blanks where Chinese and digits meet, 年, 第 and 号 left out: for 豫财农2017年15号 and its like."""
    parts = re.sub(r"(?<=[0-9])(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[0-9])", " ", text).split()
    return " ".join(part for part in (part.strip("年第号") for part in parts) if part)


def document_parts(text: str) -> DocumentParts | None:
    """The parts of a document number in any bracket form; None when it is not whole."""
    met = _DOCUMENT.fullmatch(document_number(text) or "")
    return DocumentParts(met["issuer"], met["year"], met["number"]) if met else None


def is_near(one: DocumentParts, other: DocumentParts) -> bool:
    """Whether two different numbers are one slip apart: two of three parts alike, the third one slip off."""
    differing = [
        (a, b) for a, b in ((one.issuer, other.issuer), (one.year, other.year), (one.number, other.number)) if a != b
    ]
    return len(differing) == 1 and one_slip(*differing[0])


def one_slip(one: str, other: str) -> bool:
    """Whether one character added, left out, changed, or two neighbours swapped make the texts equal."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    return one[start + 1 :] == other[start + 1 :] or (
        one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    )
