"""SQL that reads one text cell: money, dates, months, years, counts, flags, code lists, division codes, text.

Each function gives an expression that is NULL where the cell cannot be read; the caller compares with the cell
itself to tell that from an empty one. Invariant: no float on the way of an amount; the plain form of a cell is
tried first by one regular expression, so that ordinary files cost one pass.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from lineage.engine import literal
from loaders.raw import SPOILT, RawTable

AMOUNT_FEN_MOST = 10**16
"""100 trillion yuan: more than three national budgets in one record is a fault of the cell."""
BLANKS = " \t\r\n\u00a0\u3000\u200b\ufeff"
_FULL = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000\u2212\u2013\u2014。"
_HALF = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + " ---."
_ANY_FULL = r"[\x{ff01}-\x{ff5e}\x{3000}\x{2212}\x{2013}\x{2014}。]"
CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_UNITS = "一二三四五六七八九"
_WORDS = "〇零" + _UNITS + "○Ｏ"
_UTC = r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?Z"
TRUE_WORDS = ("true", "t", "1", "yes", "y", "是", "有", "√", "✓", "对", "真")
FALSE_WORDS = ("false", "f", "0", "no", "n", "否", "无", "×", "x", "非", "假", "不是")


def trimmed(cell: str) -> str:
    """The cell without blanks at its ends, NULL where nothing is left."""
    return f"nullif(trim({cell}, {literal(BLANKS)}), '')"


def cell_of(raw: RawTable, place: int) -> str:
    """A raw table's cell without blanks at its ends, NULL where nothing is left; a tight table has no such blanks."""
    return f"c{place}" if raw.tight else trimmed(f"c{place}")


def half_width(cell: str) -> str:
    """Full-width digits, letters and signs as ASCII. Most cells have none: a look for one is 40× cheaper."""
    return f"CASE WHEN regexp_matches({cell}, '{_ANY_FULL}') THEN {_translated(cell)} ELSE {cell} END"


def _translated(cell: str) -> str:
    return f"translate({cell}, {literal(_FULL)}, {literal(_HALF)})"


def money(cell: str, fen: int = 100) -> str:
    """Fen of an amount in a unit of `fen` fen. Exact: decimal text to integer; NULL when it is not whole fen."""
    decimals = _decimals(fen)
    plain_point = rf"(\.[0-9]{{1,{decimals}}})?" if decimals else ""
    scaled = f"CAST({cell} AS DECIMAL(15, {min(decimals, 2)}))"
    factor = f"CAST({fen} AS DECIMAL({len(str(fen))}, 0))"
    fast = f"CAST({scaled} * {factor} AS BIGINT)"
    digits = 13 if decimals <= 2 else 8
    if decimals == 6:  # 万元 in two steps: 18 digits overflow in one, and 38 digits are 20× slower
        thousand = "CAST(1000 AS DECIMAL(4, 0))"
        fast = f"CAST(CAST(CAST({cell} AS DECIMAL(18, 6)) * {thousand} AS DECIMAL(18, 3)) * {thousand} AS BIGINT)"
    elif decimals > 2:
        fast = f"CAST(CAST({cell} AS DECIMAL(38, {decimals})) * {factor} AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match({cell}, '-?[0-9]{{1,{digits}}}{plain_point}') THEN {fast} "
        f"ELSE {_any_money(cell, fen)} END"
    )


def _decimals(fen: int) -> int:
    """Decimals that a whole number of fen can need in a unit: 2 in yuan, 6 in 万元."""
    return len(str(fen)) - 1


def _any_money(cell: str, fen: int) -> str:
    """The long way: full-width digits, separators, ¥, 元 behind, a minus behind or brackets, exponents."""
    plain = f"replace(replace(trim({half_width(cell)}), ' ', ''), chr(160), '')"
    bare = rf"regexp_replace({plain}, '^(-?)(?:[¥￥]|RMB|CNY)|元整?$|人民币', '\1', 'g')"
    minus = rf"regexp_replace(regexp_replace({bare}, '^\((.*)\)$', '-\1'), '^([0-9][0-9.,]*)-$', '-\1')"
    grouped = (
        f"CASE WHEN regexp_full_match({minus}, '[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+(\\.[0-9]*)?') "
        f"THEN replace({minus}, ',', '') ELSE {minus} END"
    )
    worded = f"CASE WHEN {grouped} LIKE '%万' THEN 1000000 WHEN {grouped} LIKE '%亿' THEN 10000000000 ELSE {fen} END"
    number = f"rtrim({grouped}, '万亿')"
    form = r"[+-]?([0-9]{1,16}(\.[0-9]{0,10}0*)?|\.[0-9]{1,10}0*|[0-9](\.[0-9]{1,15})?[eE][+-]?[0-9]{1,2})"
    exact = f"TRY_CAST({number} AS DECIMAL(38, 10)) * CAST({worded} AS DECIMAL(11, 0))"
    fen_value = f"TRY_CAST({exact} AS DECIMAL(38, 10))"
    whole = f"({fen_value}) % 1 = 0 AND abs({fen_value}) <= {AMOUNT_FEN_MOST}"
    return f"CASE WHEN regexp_full_match({number}, '{form}') AND {whole} THEN TRY_CAST({fen_value} AS BIGINT) END"


def day(cell: str, formats: tuple[str, ...] = ()) -> str:
    """A date of the years 1900 to 2199; `formats` (strptime) are a profile's own and are tried first.

    A moment in UTC (…Z, as programs write it) is taken by the clock of Beijing: the day people meant.
    """
    text = half_width(cell)
    iso = f"WHEN regexp_full_match({cell}, '(19|20|21)[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}') THEN TRY_CAST({cell} AS DATE)"
    own = "".join(
        f"WHEN try_strptime({text}, {literal(form)}) IS NOT NULL "
        f"THEN CAST(try_strptime({text}, {literal(form)}) AS DATE) "
        for form in formats
    )
    parts = (
        r"^((?:19|20|21)[0-9]{2})\s*[-/.年 ]\s*([0-9]{1,2})\s*[-/.月 ]\s*([0-9]{1,2})\s*[日号.]?"
        r"(?:[ T]*[0-9]{1,2}[:时][0-9]{1,2}(?:[:分][0-9]{1,2}(?:\.[0-9]+)?秒?)?(?:\+08(?::?00)?)?)?$"
    )
    packed = r"^((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})(?:[0-9]{6})?(?:\.0)?$"
    joined = r"\1-\2-\3"
    serial = (
        f"CASE WHEN CAST({text} AS DOUBLE) BETWEEN 1 AND 109000 THEN DATE '1899-12-30' + "
        f"CAST(floor(CAST({text} AS DOUBLE)) AS INTEGER) END"
    )
    worded = half_width(_digits_of_words(cell))
    return (
        f"CASE {own if formats else iso} {iso if formats else ''} "
        f"WHEN regexp_matches({text}, '{parts}') THEN TRY_CAST(regexp_replace({text}, '{parts}', '{joined}') AS DATE) "
        f"WHEN regexp_full_match({text}, '{_UTC}') "
        f"THEN CAST(TRY_CAST(rtrim({text}, 'Z') AS TIMESTAMP) + INTERVAL 8 HOUR AS DATE) "
        f"WHEN regexp_matches({cell}, '[{_WORDS}十]') "
        f"THEN TRY_CAST(regexp_replace({worded}, '{parts}', '{joined}') AS DATE) "
        f"WHEN regexp_matches({text}, '{packed}') THEN "
        f"TRY_CAST(regexp_replace({text}, '{packed}', '{joined}') AS DATE) "
        f"WHEN regexp_full_match({text}, '[0-9]{{5}}(\\.[0-9]+)?') THEN {serial} END"
    )


def _digits_of_words(cell: str) -> str:
    """二〇一七年十月二十一日 as 2017年10月21日, the form of official documents."""
    tens = (
        rf"regexp_replace(regexp_replace(regexp_replace(regexp_replace({cell}, '([二三])十([{_UNITS}])', '\1\2', 'g'), "
        rf"'([二三])十', '\1〇', 'g'), '十([{_UNITS}])', '一\1', 'g'), '十', '一〇', 'g')"
    )
    return f"translate({tens}, '{_WORDS}', '0012345678900')"


def month(cell: str) -> str:
    """`YYYY-MM` of a month or a day."""
    text = half_width(cell)
    parts = r"^((?:19|20|21)[0-9]{2})[-/.年]?(0?[1-9]|1[0-2])月?(份)?$"
    shaped = f"regexp_extract({text}, '{parts}', 1) || '-' || lpad(regexp_extract({text}, '{parts}', 2), 2, '0')"
    return (
        f"CASE WHEN regexp_full_match({cell}, '(19|20|21)[0-9]{{2}}-(0[1-9]|1[0-2])') THEN {cell} "
        f"WHEN regexp_matches({text}, '{parts}') THEN {shaped} ELSE strftime({day(cell)}, '%Y-%m') END"
    )


def year(cell: str) -> str:
    """A year of 1949 to 2199, with or without 年 or 年度."""
    return (
        f"CASE WHEN regexp_full_match({half_width(cell)}, '(19[4-9]|20[0-9]|21[0-9])[0-9](\\.0)?(年|年度)?') "
        f"THEN CAST(left({half_width(cell)}, 4) AS SMALLINT) END"
    )


def count(cell: str) -> str:
    """A whole number that is not negative, with or without thousands separators and 人 or 户."""
    plain = f"rtrim(replace({half_width(cell)}, ',', ''), '人户 ')"
    whole = f"CAST(split_part({plain}, '.', 1) AS INTEGER)"
    return f"CASE WHEN regexp_full_match({plain}, '[0-9]{{1,9}}(\\.0)?') THEN {whole} END"


def flag(cell: str, labels: Mapping[str, str]) -> str:
    """True or false by the usual words; `labels` adds a profile's or a column's own."""
    words = dict.fromkeys(TRUE_WORDS, "true") | dict.fromkeys(FALSE_WORDS, "false")
    words |= {label: value for label, value in labels.items() if value in ("true", "false")}
    return (
        f"CASE {cell} WHEN 'true' THEN true WHEN 'false' THEN false ELSE CAST({_looked_up(cell, words)} AS BOOLEAN) END"
    )


def choice(cell: str, choices: tuple[str, ...], labels: Mapping[str, str]) -> str:
    """One of the column's codes, by itself or by a label. Where the column has no choices, labels only translate."""
    if not choices:
        return f"coalesce({_looked_up(cell, labels)}, {cell})" if labels else cell
    listed = ", ".join(literal(one) for one in choices)
    known = _looked_up(cell, {one: one for one in choices} | dict(labels))
    return f"CASE WHEN {cell} IN ({listed}) THEN {cell} ELSE {known} END"


def _looked_up(cell: str, words: Mapping[str, str]) -> str:
    """The value of a word in a map: one look-up a cell, where a CASE would read the cell again for each word."""
    plain = {_plain(word): value for word, value in words.items()}
    listed = ", ".join(f"{literal(word)}: {literal(value)}" for word, value in plain.items())
    return f"(MAP {{{listed}}})[lower(replace({half_width(cell)}, ' ', ''))]"


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).lower().replace(" ", "")


def division(cell: str) -> str:
    """A division code of nine digits: the six of the national standard are padded, the noughts behind nine dropped
    (statistics write twelve), full-width digits and a `.0` of a program understood. Anything else stays as it is."""
    plain = half_width(cell)
    return (
        f"CASE WHEN length({cell}) = 6 AND regexp_full_match({cell}, '[0-9]{{6}}') THEN {cell} || '000' "
        f"WHEN regexp_full_match({cell}, '[0-9]{{9}}') THEN {cell} "
        f"WHEN regexp_full_match({plain}, '[0-9]{{6}}(000)?(000)?(\\.0)?') THEN left({plain}, 6) || '000' "
        f"WHEN regexp_full_match({plain}, '[0-9]{{9}}(000)?(\\.0)?') THEN left({plain}, 9) ELSE {cell} END"
    )


def text(cell: str, *, clean: bool = True, number: bool = False) -> str:
    """Text as given; NULL where a workbook spoilt a long number, where it holds control characters (unless the file
    is `clean`), or where the column holds numbers of many digits (`number`) and a program wrote 6.2E+18."""
    conditions = [] if clean else [f"regexp_matches({cell}, '{CONTROLS}')", f"starts_with({cell}, {literal(SPOILT)})"]
    if number:
        conditions.append(f"regexp_full_match({cell}, '[0-9]\\.[0-9]+[eE]\\+?[0-9]{{1,3}}|[0-9][eE]\\+[0-9]{{1,3}}')")
    return f"CASE WHEN NOT ({' OR '.join(conditions)}) THEN {cell} END" if conditions else cell
