"""A raw table with its mapping applied: which SQL gives each column's cell, in which unit, by which labels.

Invariant: an `Incoming` says all that `check` needs; headers and profiles are done with when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lineage.engine import literal, name
from lineage.ledger.tokens import mask_sql
from lineage.schema import BY_NAME, Column, ColumnType, Sensitive, Table
from loaders import cells
from loaders.headers import UNIT_NAMES, Mapped, heading
from loaders.labels import labels
from loaders.profile import NOTHING, TableProfile
from loaders.raw import Malformed, RawTable

TOTALS = "(.{0,8}(合计|小计|总计|共计|累计|合計|小計|總計)|(grand|sub)?total|sum)"
"""What a totals row says, blanks and colons taken out: 合计, 城关镇小计, 本月合计, total."""
_TOTALS_ENDS = "计計lLmM 　:："


@dataclass(frozen=True, slots=True)
class Cell:
    """One column's cell: SQL of its text over the raw relation (trimmed unless `ready`), and how to read it."""

    table: Table
    column: Column
    sql: str
    fen: int = 100
    dates: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows on their way into one table. `header_of` names each column as the file does, for messages; `sensitive`
    are the positions of persons' numbers, which no message shows; `units` the headers of amounts with the unit that a
    title or a profile gives them, so that a row written out alone still says it. `totals` and `empty` are the
    conditions of rows that are no records: they state sums, or fill only columns that nobody maps (a numbered form)."""

    table: Table
    raw: RawTable
    cells: Mapping[str, Cell]
    header_of: Mapping[str, str]
    totals: str = "false"
    empty: str = "false"
    removed: str = "false"
    extras: str = ""
    file_sql: str = ""
    sheet_sql: str = ""
    sensitive: Mapping[int, Sensitive] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)

    @property
    def malformed(self) -> tuple[Malformed, ...]:
        """Records of the file whose cells could not be told apart."""
        return self.raw.malformed

    def line_sql(self) -> str:
        """The whole row as a JSON object, header to cell."""
        seen: dict[str, int] = {}
        pairs = []
        for position, header in enumerate(self.raw.headers):
            label = self.units.get(position) or header.strip() or f"({position + 1})"
            seen[label] = seen.get(label, 0) + 1
            label = label if seen[label] == 1 else f"{label} ({seen[label]})"
            kind = self.sensitive.get(position, Sensitive.NO)
            cell = f"c{position}" if kind is Sensitive.NO else mask_sql(f"c{position}", kind)
            pairs.append(f"{literal(label)}, {cell}")
        return f"json_object({', '.join(pairs)})"


def from_mapping(raw: RawTable, mapped: Mapped, profile: TableProfile = NOTHING, *, title_fen: int = 0) -> Incoming:
    """Rows of a file whose headers were matched; the profile's units, constants and ids go before the file's."""
    table = mapped.table
    own_unit = {
        column: profile.units.get(column) or fen or title_fen or 100 for column, (_, fen) in mapped.columns.items()
    }
    found: dict[str, Cell] = {}
    for column in table.columns:
        sql = _sql(column, mapped, profile, raw)
        if sql:
            found[column.name] = _cell(
                table, column, sql, profile, own_unit.get(column.name, profile.units.get(column.name, 100))
            )
    header_of = {column: raw.headers[place] for column, (place, _) in mapped.columns.items()}
    return Incoming(
        table,
        raw,
        MappingProxyType(found),
        MappingProxyType(header_of),
        totals=_totals(raw, mapped),
        empty=" AND ".join(f"{cells.cell_of(raw, place)} IS NULL" for place, _ in mapped.columns.values()),
        removed=_removed(raw, profile),
        extras=_extras(raw, profile),
        file_sql=literal(raw.file),
        sheet_sql=literal(raw.sheet),
        sensitive={place: table.column(column).sensitive for column, (place, _) in mapped.columns.items()},
        units={
            place: f"{raw.headers[place].strip()}（{UNIT_NAMES[found[column].fen]}）"
            for column, (place, fen) in mapped.columns.items()
            if table.column(column).type is ColumnType.MONEY and found[column].fen not in (fen or 100,)
        },
    )


def from_select(table_name: str, raw: RawTable, profile: TableProfile) -> Incoming:
    """Rows made by a profile's select, whose columns are the table's own names and `_file`, `_sheet`, `_row`."""
    table = BY_NAME[table_name]
    place = {header: position for position, header in enumerate(raw.headers)}
    found = {
        column.name: _cell(table, column, f"c{place[column.name]}", profile, profile.units.get(column.name, 100))
        for column in table.columns
        if column.name in place
    }
    return Incoming(
        table,
        raw,
        MappingProxyType(found),
        MappingProxyType({}),
        file_sql="_file",
        sheet_sql="_sheet",
        sensitive={at: table.column(column).sensitive for column, at in place.items() if column in table.names},
        removed=f"coalesce(c{place['_removed']}, 'false') = 'true'" if "_removed" in place else "false",
        units={place[name]: f"{name}（{UNIT_NAMES[cell.fen]}）" for name, cell in found.items() if cell.fen != 100},
    )


def read_cell(cell: Cell, *, clean: bool) -> str:
    """SQL that reads the trimmed cell `in_NAME` of a column into its stored form."""
    inner = name("in_" + cell.column.name)
    readers: Mapping[ColumnType, Callable[[], str]] = {
        ColumnType.MONEY: lambda: cells.money(inner, cell.fen),
        ColumnType.DATE: lambda: cells.day(inner, cell.dates),
        ColumnType.MONTH: lambda: cells.month(inner),
        ColumnType.YEAR: lambda: cells.year(inner),
        ColumnType.COUNT: lambda: cells.count(inner),
        ColumnType.FLAG: lambda: cells.flag(inner, cell.labels),
        ColumnType.TEXT: lambda: _text(cell, inner, clean=clean),
    }
    return readers[cell.column.type]()


def is_long_number(table: Table, column: Column) -> bool:
    """Whether a program may have written a column's numbers as 6.2E+18: persons' numbers and the table's own key."""
    return column.sensitive is not Sensitive.NO or (column.name in table.key and column.name.endswith("_id"))


def is_division(column: Column) -> bool:
    """Whether a text column holds a division code."""
    return column.references == "divisions" or column.name == "division_code"


def _text(cell: Cell, inner: str, *, clean: bool) -> str:
    column = cell.column
    if column.choices:
        return cells.choice(inner, column.choices, cell.labels)
    long_number = is_long_number(cell.table, column)
    read = cells.text(inner, clean=clean, number=long_number)
    if is_division(column):
        read = cells.division(read)
    return cells.choice(read, (), cell.labels) if cell.labels else read


def _cell(table: Table, column: Column, sql: str, profile: TableProfile, fen: int) -> Cell:
    listed = dict(labels(table.name, column.name)) | dict(profile.codes.get(column.name, {}))
    return Cell(table, column, sql, fen, profile.dates.get(column.name, ()), MappingProxyType(listed))


def _sql(column: Column, mapped: Mapped, profile: TableProfile, raw: RawTable) -> str:
    given = f"c{mapped.columns[column.name][0]}" if column.name in mapped.columns else ""
    composed = profile.ids.get(column.name)
    if composed is not None and composed.parts:
        parts = ", ".join(cells.cell_of(raw, position(raw, part)) for part in composed.parts)
        return f"{literal(composed.prefix)} || concat_ws({literal(composed.separator)}, {parts})"
    if composed is not None and given:
        return f"{literal(composed.prefix)} || {cells.trimmed(given)}"
    if column.name in profile.constants:
        constant = literal(profile.constants[column.name])
        return f"coalesce({cells.trimmed(given)}, {constant})" if given else constant
    return given


def position(raw: RawTable, header: str) -> int:
    """Where a header named by a profile stands. Raises Misuse when the file does not have it."""
    from loaders.raw import Unrecognised

    wanted = heading(header).whole
    for index, found in enumerate(raw.headers):
        if heading(found).whole == wanted:
            return index
    raise Unrecognised(
        f'{raw.file}: found no header "{header}", which the profile names', f"headers are {', '.join(raw.headers)}"
    )


def _totals(raw: RawTable, mapped: Mapped) -> str:
    """The condition (or NULL) of a totals row: the word is its key, or in the first cells of a row without one."""
    key = mapped.columns.get(mapped.table.key[0], (0, 0))[0]
    tests = []
    for place in sorted({*range(min(3, len(raw.headers))), key}):
        if not _is_choice(mapped, place):  # the look at the last sign is what most rows cost
            plain = f"lower(translate(c{place}, ' 　:：', ''))"
            alone = "" if place == key else f"{cells.cell_of(raw, key)} IS NULL AND "
            last = " OR ".join(f"ends_with(c{place}, '{sign}')" for sign in _TOTALS_ENDS)
            tests.append(f"({alone}({last}) AND regexp_full_match({plain}, '{TOTALS}'))")
    return " OR ".join(tests) or "false"


def _is_choice(mapped: Mapped, place: int) -> bool:
    return any(at == place and mapped.table.column(column).choices for column, (at, _) in mapped.columns.items())


def _removed(raw: RawTable, profile: TableProfile) -> str:
    if profile.deleted is None:
        return "false"
    values = ", ".join(literal(value) for value in profile.deleted.values)
    return f"coalesce({cells.cell_of(raw, position(raw, profile.deleted.header))} IN ({values}), false)"


def _extras(raw: RawTable, profile: TableProfile) -> str:
    """Columns that the profile keeps though no table has them: a JSON object of the cells that are filled."""
    if not profile.extras:
        return ""
    pairs = ", ".join(f"{literal(header)}, {cells.cell_of(raw, position(raw, header))}" for header in profile.extras)
    return f"json_object({pairs})::VARCHAR"
