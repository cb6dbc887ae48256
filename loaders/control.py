"""Control files: what the source system says it sent, by table, division and month, beside what was read.

A control file is a table of its own (CSV or workbook): table, division, month, rows, amount; division, month, rows and
amount may be missing or empty. Invariant: each of its lines is answered, agreeing or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lineage import engine
from lineage.engine import Engine, literal, name
from lineage.errors import Misuse
from lineage.money import yuan
from lineage.schema import BUSINESS_DATES, Table
from loaders import cells
from loaders.check import Checked
from loaders.headers import heading, table_by_file_name, unit_in_title
from loaders.raw import RawTable
from loaders.reading import read_file

WORDS = MappingProxyType(
    {
        "table": ("table", "表", "表名", "数据表"),
        "division_code": ("division_code", "区划", "区划代码", "财政区划", "MOF_DIV_CODE"),
        "month": ("month", "月份", "年月", "期间"),
        "rows": ("rows", "行数", "记录数", "笔数"),
        "amount": ("amount", "金额", "合计", "金额合计"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a control file, and what was read for it; amounts in fen, None where the line states none."""

    table: str
    division_code: str
    month: str
    rows: int | None
    amount_fen: int | None
    rows_read: int
    amount_read_fen: int

    @property
    def agrees(self) -> bool:
        """Whether everything the line states was read so."""
        return self.rows in (None, self.rows_read) and self.amount_fen in (None, self.amount_read_fen)

    def to_json(self) -> dict[str, Any]:
        """For the load answer: amounts in yuan."""
        stated = None if self.amount_fen is None else yuan(self.amount_fen)
        return {
            "table": self.table,
            "division_code": self.division_code,
            "month": self.month,
            "rows": self.rows,
            "rows_read": self.rows_read,
            "amount": stated,
            "amount_read": yuan(self.amount_read_fen),
            "agrees": self.agrees,
        }


def compare(database: Engine, path: Path, folder: Path, checked: Mapping[str, Checked]) -> tuple[Line, ...]:
    """Compare a control file with the accepted rows of a load. Raises Misuse where the file makes no sense."""
    words = frozenset(heading(word).whole for listed in WORDS.values() for word in listed)
    read = read_file(database, path, "control", folder, words)
    lines: list[Line] = []
    for raw in read.tables:
        lines += [_line(database, found, checked) for found in _stated(database, raw)]
    if not lines:
        raise Misuse(f"{path.name}: found no line with figures", "expected table, division_code, month, rows, amount")
    return tuple(lines)


def _stated(database: Engine, raw: RawTable) -> list[dict[str, Any]]:
    place: dict[str, tuple[int, int]] = {}
    for index, header in enumerate(raw.headers):
        head = heading(header)
        for column, listed in WORDS.items():
            if {head.name, head.whole} & {heading(word).whole for word in listed}:
                place.setdefault(column, (index, head.fen))
    if "table" not in place or not {"rows", "amount"} & set(place):
        raise Misuse(
            f"{raw.file}: found the headers {', '.join(raw.headers)}",
            "expected table, division_code, month, rows, amount",
        )
    fen = place.get("amount", (0, 0))[1] or unit_in_title(raw.title) or 100
    texts = {column: cells.trimmed(f"c{place[column][0]}") if column in place else "NULL" for column in WORDS}
    chosen = ", ".join(f"{text} AS {name(column)}" for column, text in texts.items())
    return engine.rows(
        database,
        f"""
        SELECT "table", {cells.division("division_code")} AS division_code,
               {cells.month("month")} AS month, month AS month_found,
               {cells.count("rows")} AS rows, rows AS rows_found,
               {cells.money("amount", fen)} AS amount, amount AS amount_found
        FROM (SELECT {chosen}, {raw.row_sql} AS _row FROM {raw.relation} WHERE {raw.where}) t
        WHERE "table" IS NOT NULL ORDER BY _row""",
    )


def _line(database: Engine, said: Mapping[str, Any], checked: Mapping[str, Checked]) -> Line:
    table = table_by_file_name(said["table"])
    if table is None:
        raise Misuse(f'control file: found no table "{said["table"]}"')
    for part in ("month", "rows", "amount"):
        if said[part] is None and said[f"{part}_found"] is not None:
            raise Misuse(
                f'control file: found {part} "{said[f"{part}_found"]}"',
                "write 2017-06, whole rows, yuan with two decimals",
            )
    read = (0, 0)
    if table.name in checked:
        fen = f"coalesce(sum({table.money}), 0)::BIGINT" if table.money else "0"
        read = engine.row(
            database,
            f"SELECT count(*), {fen} FROM {checked[table.name].relation} "
            f"WHERE NOT _bad AND NOT _removed AND {_inside(table, said)}",
        )
    return Line(
        table.name, said["division_code"] or "", said["month"] or "", said["rows"], said["amount"], read[0], read[1]
    )


def _inside(table: Table, said: Mapping[str, Any]) -> str:
    tests = ["true"]
    if said["division_code"]:
        column = next((one for one in ("division_code", "to_division_code") if one in table.names), "")
        if not column:
            raise Misuse(f"control file: {table.name} has no division of its own", "leave the division empty")
        tests.append(f"{column} = {literal(said['division_code'])}")
    if said["month"]:
        dated = BUSINESS_DATES.get(table.name) or ("report_date" if "report_date" in table.names else "")
        if not dated:
            raise Misuse(f"control file: {table.name} has no date", "leave the month empty")
        tests.append(f"strftime({name(dated)}, '%Y-%m') = {literal(said['month'])}")
    return " AND ".join(tests)
