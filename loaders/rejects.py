"""What is said of a row that cannot be loaded: the conditions, and found, expected and hint as SQL.

All texts stand in `lineage/words/loaders.toml`. Invariant: a row is bad exactly when one of its checks holds, so
every bad row has at least one reject. `found` is masked where the column holds a person's number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from lineage.engine import Engine, literal, name
from lineage.ledger.tokens import mask_sql
from lineage.schema import Column, ColumnType, Sensitive, Table
from lineage.words import Language, say
from loaders import cells
from loaders.headers import UNIT_NAMES, mistyped
from loaders.incoming import Cell, Incoming, is_long_number
from loaders.raw import SPOILT, Malformed, RawTable

FOUND_MOST = 200
REJECT_COLUMNS = (
    '"table" VARCHAR',
    "file VARCHAR",
    "sheet VARCHAR",
    '"row" BIGINT',
    '"column" VARCHAR',
    "found VARCHAR",
    "expected VARCHAR",
    "hint VARCHAR",
    "line VARCHAR",
    "amount_fen BIGINT",
)
_KINDS = {
    ColumnType.MONEY: "money",
    ColumnType.DATE: "date",
    ColumnType.MONTH: "month",
    ColumnType.YEAR: "year",
    ColumnType.COUNT: "count",
    ColumnType.FLAG: "flag",
}


@dataclass(frozen=True, slots=True)
class Checks:
    """One way a row can be bad: SQL of the condition, of what was found and of the hint; the expectation is a text."""

    column: str
    condition: str
    found: str
    expected: str
    hint: str


def create_rejects(database: Engine) -> None:
    """The empty relations of a load: its rejects, and `faults`: rows that are bad, or (`same`) repeat another."""
    database.execute(f"CREATE OR REPLACE TEMP TABLE rejects_in ({', '.join(REJECT_COLUMNS)})")
    database.execute("CREATE OR REPLACE TEMP TABLE faults (source INTEGER, place BIGINT, same BOOLEAN)")


def texts(key: str, language: Language, **values: object) -> tuple[str, str]:
    """(expected, hint) of one kind of problem."""
    filled = {"first": "{first}", **values}
    return say(f"loaders.{key}_expected", language, **filled), say(f"loaders.{key}_hint", language, **filled)


def column_checks(cell: Cell, language: Language, *, header: str, clean: bool) -> Sequence[Checks]:
    """The checks of one column's cell by itself: it can be read, and is not empty where it is required."""
    column, inner, stored = cell.column, name("in_" + cell.column.name), name(cell.column.stored)
    shown = header or column.name
    out = []
    if column.required:
        expected, hint = texts("empty", language, column=shown, meaning=column.zh if language == "zh" else column.en)
        out.append(Checks(column.name, f"{inner} IS NULL", "''", expected, literal(hint)))
    if column.sensitive is not Sensitive.NO:
        expected, hint = texts("masked", language, column=shown)
        masked = f"coalesce(contains({inner}, '**'), false)"
        out.append(Checks(column.name, masked, inner, expected, literal(hint)))
    if not _always_readable(cell, clean=clean):
        key, values = _kind(cell)
        expected, usual = texts(key, language, column=shown, **values)
        out.append(
            Checks(
                column.name,
                f"{stored} IS NULL AND {inner} IS NOT NULL",
                _found(column, inner),
                expected,
                _hint(cell, usual, language),
            )
        )
    return out


def missing_column(incoming: Incoming, column: Column, language: Language) -> Sequence[Checks]:
    """The check for a required column that the file does not have at all: it holds for every row."""
    headers = ", ".join(header for header in incoming.raw.headers if header)[:FOUND_MOST]
    names = ", ".join(dict.fromkeys((column.name, column.zh, *column.standard)))
    expected, hint = texts("missing-column", language, names=names, headers=headers)
    free = [header for header in incoming.raw.headers if header and header not in incoming.header_of.values()]
    slip = mistyped(column, free)
    if slip:
        hint = say("loaders.hint_mistyped", language, header=slip, name=column.zh if language == "zh" else column.name)
    return (Checks(column.name, "true", "NULL", expected, literal(hint)),)


def sign_checks(incoming: Incoming, language: Language) -> Sequence[Checks]:
    """Negative amounts are for reversals, and reversals have negative amounts (2-ledger.md, Reversals)."""
    table, out = incoming.table, []
    reversible = "reverses" in table.names
    for column in table.columns:
        if (
            column.type is not ColumnType.MONEY
            or column.name not in incoming.cells
            or (column.signed and not reversible)
        ):
            continue
        stored, inner = name(column.stored), name("in_" + column.name)
        shown = incoming.header_of.get(column.name, column.name)
        if not column.signed:
            expected, hint = texts("negative", language, column=shown)
            out.append(Checks(column.name, f"coalesce({stored} < 0, false)", inner, expected, literal(hint)))
            continue
        back = "coalesce(\"in_reverses\", '')" if "reverses" in incoming.cells else "''"
        expected, hint = texts("negative-without-reverses", language, column=shown)
        out.append(
            Checks(column.name, f"coalesce({stored} < 0, false) AND {back} = ''", inner, expected, literal(hint))
        )
        expected, hint = texts("reversal-positive", language, column=shown)
        out.append(
            Checks(column.name, f"coalesce({stored} > 0, false) AND {back} <> ''", inner, expected, literal(hint))
        )
    return out


def add_rejects(database: Engine, table: Table, faulty: str, checks: Sequence[Checks]) -> None:
    """Put the faults of bad rows (a select with cells, stored columns, `_line`, `_fen`) into `rejects_in`."""
    database.execute(f"CREATE OR REPLACE TEMP TABLE faulty AS {faulty}")
    for one in checks:
        database.execute(
            f"INSERT INTO rejects_in SELECT {literal(table.name)}, _file, _sheet, _row, {literal(one.column)}, "
            f"left({one.found}, {FOUND_MOST}), {literal(one.expected)}, {one.hint}, _line, _fen "
            f"FROM faulty WHERE {one.condition}"
        )
    database.execute("DROP TABLE faulty")


def add_malformed(
    database: Engine, table: Table, raw: RawTable, malformed: Sequence[Malformed], language: Language
) -> None:
    """Put records whose cells could not be told apart into `rejects_in`, the cells under the headings as they fell."""
    rows = []
    for one in malformed:
        heads = [*raw.headers, *(f"({place + 1})" for place in range(len(raw.headers), len(one.cells)))]
        line = {
            head.strip() or f"({place + 1})": cell
            for place, (head, cell) in enumerate(zip(heads, one.cells, strict=False))
        }
        expected, hint = texts(one.problem, language, **dict(one.values))
        rows.append(
            [
                table.name,
                raw.file,
                raw.sheet,
                one.row,
                "",
                one.found[:FOUND_MOST],
                expected,
                hint,
                json.dumps({head: cell[:1_000] for head, cell in line.items()}, ensure_ascii=False),
                None,
            ]
        )
    if rows:
        database.executemany(f"INSERT INTO rejects_in VALUES ({', '.join('?' * len(REJECT_COLUMNS))})", rows)


def _always_readable(cell: Cell, *, clean: bool) -> bool:
    """Plain text of a clean file can always be kept as it is."""
    column = cell.column
    if column.type is not ColumnType.TEXT or column.choices:
        return False
    return clean and not is_long_number(cell.table, column)


def _kind(cell: Cell) -> tuple[str, dict[str, object]]:
    """The name of the text for a cell that cannot be read, and its values."""
    column = cell.column
    if column.type is ColumnType.MONEY:
        decimals = len(str(cell.fen)) - 1
        return "money", {"unit": UNIT_NAMES.get(cell.fen, f"{cell.fen} 分"), "decimals": decimals}
    if column.choices:
        return "choice", {"choices": ", ".join(column.choices), "labels": "、".join(list(cell.labels)[:6])}
    return (_KINDS[column.type], {}) if column.type in _KINDS else ("text", {})


def _found(column: Column, inner: str) -> str:
    """The cell as found, without the mark of a spoilt number, a person's number masked."""
    plain = f"ltrim({inner}, {literal(SPOILT)})"
    return plain if column.sensitive is Sensitive.NO else mask_sql(plain, column.sensitive)


def _hint(cell: Cell, usual: str, language: Language) -> str:
    """SQL of the hint: what the cell itself gives away, else the usual one."""
    inner, column = name("in_" + cell.column.name), cell.column
    half = cells.half_width(inner)
    guesses: list[tuple[str, str]] = []
    if column.type is ColumnType.MONEY:
        guesses = [
            (f"regexp_matches({half}, '[0-9][oO]|[oO][0-9]')", "hint_letter_o"),
            (f"regexp_matches({half}, '[0-9][lI]|[lI][0-9]')", "hint_letter_l"),
            (f"regexp_full_match({half}, '-?[0-9]+\\.[0-9]{{3,}}')", "hint_decimals"),
            (f"regexp_full_match({half}, '[0-9]+,[0-9]{{1,2}}')", "hint_comma"),
            (f"regexp_full_match({half}, '[-/\\\\]+')", "hint_dash"),
            (f"regexp_matches({half}, '[壹贰叁肆伍陆柒捌玖拾佰仟一二三四五六七八九十百千]')", "hint_words"),
            (f"regexp_full_match({half}, '-?[0-9,.]{{15,}}')", "hint_large"),
            (f"starts_with({inner}, '#')", "hint_formula"),
        ]
    elif column.type is ColumnType.DATE:
        guesses = [
            (f"regexp_full_match({half}, '[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{4}}')", "hint_day_first"),
            (f"regexp_full_match({half}, '(19|20)[0-9]{{2}}[-/.年]?[0-9]{{1,2}}月?(份)?')", "hint_no_day"),
            (
                f"regexp_full_match({half}, '[0-9]{{2}}[-/.年][0-9]{{1,2}}[-/.月][0-9]{{1,2}}日?|[0-9]{{6}}')",
                "hint_short_year",
            ),
            (f"regexp_full_match({half}, '[-/\\\\]+')", "hint_no_date"),
            (f"regexp_matches({half}, '(30|31)日?$|02-?29|2月29')", "hint_no_such_day"),
        ]
    elif column.type is ColumnType.TEXT and not column.choices:
        guesses = [(f"regexp_matches({inner}, '{cells.CONTROLS}')", "hint_control")]
    said = "".join(f"WHEN {test} THEN {literal(say(f'loaders.{key}', language))} " for test, key in guesses)
    return f"CASE {said}ELSE {literal(usual)} END" if said else literal(usual)
