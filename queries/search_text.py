"""Text as search compares it: half width, lower case, without blanks, simplified; and its pinyin initials."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lineage.documents import document_number

_BLANKS = re.compile(r"\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def words() -> Mapping[str, Any]:
    """Readings, traditional characters and weights."""
    text = Path(__file__).with_name("search_words.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


@cache
def simplified() -> Mapping[int, str]:
    """The simplified form by code point of a traditional character."""
    pairs = (group for group in words()["traditional"]["characters"].split())
    return MappingProxyType({ord(form): group[0] for group in pairs for form in group[1:]})


def plain(text: str) -> str:
    """The form in which texts are compared."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower().translate(simplified())


def document_form(text: str) -> str:
    """The form in which document numbers are compared: the normal form, simplified."""
    return plain(document_number(text) or "")


def initials(texts: Iterable[str]) -> list[str]:
    """Pinyin initials of plain texts; characters that are no Chinese stand for themselves.

    Names with a reading of their own (`readings`) are put in first. Readings are looked up once a character,
    not once a text: a million payees have a few thousand characters.
    """
    from pypinyin import Style, lazy_pinyin

    given = list(texts)
    characters = sorted(set(_HAN.findall("".join(given))))
    letters = {ord(one): lazy_pinyin(one, style=Style.FIRST_LETTER)[0][:1] for one in characters}
    readings: Mapping[str, str] = words()["readings"]
    special = re.compile("|".join(sorted(map(re.escape, readings), key=len, reverse=True)))
    return [special.sub(lambda met: readings[met[0]], text).translate(letters) for text in given]
