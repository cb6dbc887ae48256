"""From text cells to typed rows: one SQL select a raw table, and the rows it cannot read as rejects.

Invariant: every row of a raw table becomes a checked row (good or bad), a totals row, or nothing else;
a bad row has at least one reject, and each reject says column, found, expected and hint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lineage import engine
from lineage.engine import Engine, literal, name
from lineage.schema import ColumnType, Table
from lineage.words import Language
from loaders import cells
from loaders.incoming import Incoming, read_cell
from loaders.rejects import Checks, add_rejects, column_checks, missing_column, sign_checks, texts

PROVENANCE = ("_file", "_sheet", "_row", "_extras", "_removed", "_source", "_place", "_line")


@dataclass(frozen=True, slots=True)
class Checked:
    """A table's rows of one load, all files together: the view `checked_NAME` over the raw tables.

    The view reads cells when it is asked, so that the rows are never kept twice; which are bad or repeated stands in
    the relation `faults`. `parts` are (source, select) of its raw tables.
    """

    table: Table
    parts: tuple[tuple[int, str], ...] = ()

    @property
    def relation(self) -> str:
        """The view's name: stored columns, provenance, `_source` and `_place` of the row, `_bad`, `_same`."""
        return f"checked_{self.table.name}"

    @property
    def columns(self) -> str:
        """Its stored columns, quoted."""
        return ", ".join(name(column) for column in self.table.stored_names)

    @property
    def keys(self) -> str:
        """Its key columns, quoted."""
        return ", ".join(name(self.table.column(key).stored) for key in self.table.key)


def create(database: Engine, table: Table) -> Checked:
    """An empty view for a table's checked rows."""
    checked = Checked(table)
    show(database, checked)
    return checked


def check(database: Engine, checked: Checked, incoming: Incoming, source: int, language: Language) -> Checked:
    """Add one raw table's rows to the checked ones and put its faults into `faults` and `rejects_in`.

    `source` tells the raw tables of a load apart. Cost: one pass over the columns that can be bad, one over bad rows.
    """
    checks = _checks(incoming, language)
    bad = " OR ".join(f"({one.condition})" for one in checks) or "false"
    database.execute(f"INSERT INTO faults SELECT {source}, _place, false FROM ({_typed(incoming)}) WHERE {bad}")
    if engine.row(database, f"SELECT count(*) FROM faults WHERE source = {source}")[0]:
        rows = f"SELECT place FROM faults WHERE source = {source}"
        faulty = (
            f"SELECT *, {amount_sql(checked.table)} AS _fen FROM ({_typed(incoming, line=True)}) "
            f"WHERE _place IN ({rows})"
        )
        add_rejects(database, checked.table, faulty, checks)
    extras = "_extra_cells" if incoming.extras else "NULL::VARCHAR"
    provenance = f"_file, _sheet, _row, {extras} AS _extras, _removed, {source} AS _source, _place, _line"
    select = f"SELECT {checked.columns}, {provenance}"
    added = replace(checked, parts=(*checked.parts, (source, f"{select} FROM ({_typed(incoming, line=True)})")))
    show(database, added)
    return added


@dataclass(frozen=True, slots=True)
class Passed:
    """Rows of a raw table that are no records: how many are there at all, how many fill no mapped column, the first."""

    rows: int
    empty: int
    first_empty: int | None


def without_needless_tests(database: Engine, incoming: Incoming) -> tuple[Incoming, Passed]:
    """Rows without a filled column of ours are taken off; where no row states a sum, no later pass looks for one."""
    raw = incoming.raw
    known = f"FROM {raw.relation} WHERE ({raw.where})"  # tests stand in WHERE: there the first that fails ends them
    rows = engine.row(database, f"SELECT count(*) {known}")[0]
    empty, first = engine.row(database, f"SELECT count(*), min({raw.row_sql}) {known} AND ({incoming.empty})")
    if empty:
        raw = replace(raw, where=f"({raw.where}) AND NOT ({incoming.empty})")
    sums = incoming.totals
    if sums != "false":
        found = f"SELECT count(*) FROM {raw.relation} WHERE ({raw.where}) AND ({sums})"
        sums = sums if engine.row(database, found)[0] else "false"
    return replace(incoming, raw=raw, totals=sums), Passed(rows, empty, first)


def show(database: Engine, checked: Checked) -> None:
    """(Re)make the view: rows of a source without faults need no look at `faults`."""
    kinds = database.execute("SELECT DISTINCT source, same FROM faults").fetchall()
    parts = []
    for source, select in checked.parts:
        flags = [
            f"_place IN (SELECT place FROM faults WHERE source = {source} AND same = {same})"
            if (source, same) in kinds
            else "false"
            for same in (False, True)
        ]
        parts.append(f"SELECT *, {flags[0]} AS _bad, {flags[1]} AS _same FROM ({select})")
    empty = ", ".join(f"NULL::{column.stored_type} AS {name(column.stored)}" for column in checked.table.columns)
    nothing = ", ".join(f"NULL AS {column}" for column in PROVENANCE)
    parts = parts or [f"SELECT {empty}, {nothing}, false AS _bad, false AS _same WHERE false"]
    database.execute(f"CREATE OR REPLACE TEMP VIEW {checked.relation} AS {' UNION ALL '.join(parts)}")


def totals_rows(database: Engine, incoming: Incoming) -> tuple[tuple[int, int | None], ...]:
    """The totals rows of a raw table that were left out: row number and amount, where one can be read."""
    if incoming.totals == "false":
        return ()
    amount = incoming.cells.get("amount")
    read = read_cell(amount, clean=True).replace(name("in_amount"), "t.in_amount") if amount else "NULL::BIGINT"
    inner = f"{cells.trimmed(amount.sql)} AS in_amount" if amount else "NULL AS in_amount"
    answer = database.execute(
        f"SELECT _row, {read} FROM (SELECT {incoming.raw.row_sql} AS _row, {inner} FROM {incoming.raw.relation} "
        f"WHERE ({incoming.raw.where}) AND ({incoming.totals})) t ORDER BY 1"
    ).fetchall()
    return tuple((int(row), fen) for row, fen in answer)


def mark_repeated(database: Engine, checked: Checked, language: Language) -> None:
    """Of rows with one key the first stays; a later one is the same (`_same`) or, where it differs, rejected."""
    keys, relation = checked.keys, checked.relation
    twice = f"SELECT {keys} FROM {relation} WHERE NOT _bad GROUP BY {keys} HAVING count(*) > 1"
    if not engine.row(database, f"SELECT count(*) FROM ({twice})")[0]:
        return
    joined = " AND ".join(f"r.{key} IS NOT DISTINCT FROM t.{key}" for key in keys.split(", "))
    content = f"({', '.join(map(name, checked.table.compared))}, _removed)"
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT _source, _place, row_number() OVER same AS nth, "
        f"{content} IS NOT DISTINCT FROM first_value({content}) OVER same AS equal, "
        f"first_value(_file || ':' || _row) OVER same AS first_place FROM "
        f"(SELECT * FROM {relation} WHERE NOT _bad) r SEMI JOIN ({twice}) t ON {joined} "
        f"WINDOW same AS (PARTITION BY {keys} ORDER BY _source, _row, _place)"
    )
    database.execute("INSERT INTO faults SELECT _source, _place, equal FROM repeated WHERE nth > 1")
    _reject_repeated(database, checked, language)
    show(database, checked)


def _reject_repeated(database: Engine, checked: Checked, language: Language) -> None:
    expected, hint = texts("repeated-key", language, keys=", ".join(checked.table.key))
    key = " || '; ' || ".join(
        f"coalesce({name(checked.table.column(one).stored)}::VARCHAR, '')" for one in checked.table.key
    )
    database.execute(
        f"INSERT INTO rejects_in SELECT {literal(checked.table.name)}, _file, _sheet, _row, "
        f"{literal(checked.table.key[0])}, {key}, {literal(expected)}, "
        f"replace({literal(hint)}, '{{first}}', first_place), "
        f"_line, {amount_sql(checked.table)} FROM {checked.relation} JOIN repeated USING (_source, _place) "
        "WHERE nth > 1 AND NOT equal"
    )


def amount_sql(table: Table) -> str:
    """The fen that a reject of this table counts, where it has an amount."""
    return "amount_fen" if table.money else "NULL::BIGINT"


def _checks(incoming: Incoming, language: Language) -> Sequence[Checks]:
    out: list[Checks] = []
    for column in incoming.table.columns:
        cell = incoming.cells.get(column.name)
        if cell is None:
            out.extend(missing_column(incoming, column, language) if column.required else ())
        else:
            out.extend(
                column_checks(cell, language, header=incoming.header_of.get(column.name, ""), clean=incoming.raw.clean)
            )
    out.extend(sign_checks(incoming, language))
    return out


def _typed(incoming: Incoming, *, line: bool = False) -> str:
    """A select of the raw table's rows: trimmed cells as `in_NAME`, stored columns, provenance (and the whole line)."""
    raw = incoming.raw
    inner = [
        "rowid AS _place",
        f"{raw.row_sql} AS _row",
        f"{incoming.file_sql} AS _file",
        f"{incoming.sheet_sql} AS _sheet",
        f"{incoming.removed} AS _removed",
    ]
    inner += [
        f"{cell.sql if raw.tight else cells.trimmed(cell.sql)} AS {name('in_' + column)}"
        for column, cell in incoming.cells.items()
    ]
    inner += [f"{incoming.line_sql()}::VARCHAR AS _line"] if line else []
    inner += [f"{incoming.extras} AS _extra_cells"] if incoming.extras else []
    outer = []
    for column in incoming.table.columns:
        cell = incoming.cells.get(column.name)
        read = read_cell(cell, clean=raw.clean) if cell else f"NULL::{column.stored_type}"
        if column.type is ColumnType.TEXT and cell is not None and raw.clean and read == name("in_" + column.name):
            read = name("in_" + column.name)
        outer.append(f"{read} AS {name(column.stored)}")
    return (
        f"SELECT *, {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {raw.relation} "
        f"WHERE ({raw.where}) AND NOT coalesce({incoming.totals}, false))"
    )
