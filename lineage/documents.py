"""Document numbers (文号) in normal form, so that 豫财农[2017]第012号 and 豫财农〔2017〕12号 are one.

Normal form: NFKC, without blanks, any bracket as 〔〕, without 第 before the number, without leading
zeros. Real notices write the brackets in six ways and pad the number (see the field notes on Henan).
"""

from __future__ import annotations

import re
import unicodedata

OPENING = "[({〔【〖《〈「『<"
CLOSING = "])}〕】〗》〉」』>"
_BRACKETS = str.maketrans(OPENING + CLOSING, "〔" * len(OPENING) + "〕" * len(CLOSING))
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_NUMBER = re.compile(r"〕第?0*([0-9])")
_WELL_FORMED = re.compile(r"[\u4e00-\u9fff]{2,8}〔([0-9]{4})〕第?[0-9]+号")
_FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_HALF_WIDTH = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F))
MACRO = "document_number"
SLOW = "document_number_python"


def document_number(text: str | None) -> str | None:
    """The normal form of a document number; None for nothing or blanks."""
    if text is None:
        return None
    plain = _bracketed(text)
    return _NUMBER.sub(r"〕\1", plain) or None


def document_year(text: str | None) -> int | None:
    """The year inside a well-formed number, else None: well formed is 2-8 characters, 〔year〕, 第?, digits, 号."""
    found = _WELL_FORMED.fullmatch(_bracketed(text)) if text else None
    return int(found[1]) if found else None


def macro_sql() -> str:
    """SQL that creates the macro `document_number(text)`, equal to the function above.

    DuckDB has no NFKC. Numbers in normal form already, and texts of ASCII and Chinese characters, take regular
    expressions; with full-width forms among them `translate` (40 times slower: 4 s for a million); any other text
    the slow way through Python, row by row, so that both always agree.
    """
    in_form = r"[\x{4e00}-\x{9fff}]+〔[0-9]{4}〕[1-9][0-9]*号"
    plain = r"[\x{01}-\x{7e}\x{3000}-\x{3020}\x{4e00}-\x{9fff}]*"
    wide = r"[\x{01}-\x{7e}\x{3000}-\x{3020}\x{4e00}-\x{9fff}\x{ff01}-\x{ff5e}]*"
    narrow = f"translate(t, '{_FULL_WIDTH}', '{_HALF_WIDTH.replace(chr(39), chr(39) * 2)}')"
    return (
        f"CREATE OR REPLACE MACRO {MACRO}(t) AS CASE WHEN regexp_full_match(t, '{in_form}') THEN t "
        f"WHEN regexp_full_match(t, '{plain}') THEN {_form_sql('t')} "
        f"WHEN regexp_full_match(t, '{wide}') THEN {_form_sql(narrow)} ELSE {SLOW}(t) END"
    )


def _form_sql(text: str) -> str:
    """Half-width text without blanks, brackets and number in normal form; NULL for nothing."""
    blanks = f"regexp_replace({text}, '[\\s\\x0b\\x{{1c}}-\\x{{1f}}\\x{{3000}}]+', '', 'g')"
    opened = f"regexp_replace({blanks}, '[{_escaped(OPENING)}]', '〔', 'g')"
    closed = f"regexp_replace({opened}, '[{_escaped(CLOSING)}]', '〕', 'g')"
    return f"nullif(regexp_replace({closed}, '〕第?0*([0-9])', '〕\\1', 'g'), '')"


def _escaped(characters: str) -> str:
    return "".join("\\" + character if character in "[](){}" else character for character in characters)


def _bracketed(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).translate(_BRACKETS)
