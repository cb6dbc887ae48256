"""A proposed profile for a file nobody knows yet: headers guessed by name and by what stands under them, with samples.

Invariant: a draft is TOML that `read_profile` takes; every header of the file is in it, mapped or left empty.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lineage import engine
from lineage.engine import Engine
from lineage.schema import TABLES, Column, ColumnType, Sensitive, Table
from lineage.words import Language, say
from loaders import cells
from loaders.headers import Mapped, heading, likeness, match, table_by_file_name, table_by_headers, vocabulary
from loaders.labels import labels
from loaders.layout import known_words
from loaders.profile import read_profile, shipped
from loaders.raw import RawTable
from loaders.reading import read_file
from loaders.selects import claim

SAMPLES = 3
SAMPLE_ROWS = 1_000
LIKENESS_LEAST = 0.6
_READABLE = 0.9


@dataclass(frozen=True, slots=True)
class Guess:
    """One header of the file: the column proposed ("" for none), why, samples of its cells (long numbers masked)."""

    header: str
    column: str
    why: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed mapping of one table of a file; `shipped` names the engine's own profiles that know such files."""

    file: str
    sheet: str
    table: Table
    guesses: tuple[Guess, ...]
    shipped: tuple[str, ...] = ()

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Headers that nothing maps."""
        return tuple(guess.header for guess in self.guesses if not guess.column)

    @property
    def missing(self) -> tuple[Column, ...]:
        """Required columns of the table that no header gives."""
        given = {guess.column for guess in self.guesses}
        return tuple(column for column in self.table.columns if column.required and column.name not in given)


def draft(path: str | Path, table_name: str = "") -> tuple[Draft, ...]:
    """Propose a mapping for each table in a file; `table_name` says which table it is. Raises Unreadable, NotFound."""
    database = engine.connect()
    with tempfile.TemporaryDirectory(prefix="lineage-draft-") as folder:
        read = read_file(database, Path(path), "drafted", Path(folder))
        return tuple(_draft(database, raw, table_name) for raw in read.tables if any(raw.headers))


def to_toml(drafts: Sequence[Draft], language: Language) -> str:
    """The drafts as the text of a profile, samples and doubts as comments."""
    lines = [f"# {say('loaders.draft_head', language, file=drafts[0].file)}", ""] if drafts else []
    for one in drafts:
        lines += [f"[table.{one.table.name}.headers]"]
        for guess in one.guesses:
            samples = " | ".join(guess.samples) or "–"
            note = say(f"loaders.draft_{guess.why}", language)
            lines.append(f"{_quoted(guess.header)} = {_quoted(guess.column)}  # {note}: {_comment(samples)}")
        lines += _missing_lines(one, language)
        if one.shipped:
            lines += ["", f"# {say('loaders.draft_shipped', language, profiles=', '.join(one.shipped))}"]
        lines.append("")
    return "\n".join(lines)


def _missing_lines(one: Draft, language: Language) -> list[str]:
    """What to fill in for required columns that no header gives: keys are built from columns, others are constants."""
    lines: list[str] = []
    keys = [column for column in one.missing if column.name in one.table.key]
    others = [column for column in one.missing if column not in keys]
    if one.missing:
        lines += ["", f"# {say('loaders.draft_missing', language)}"]
    if keys:
        heads = ", ".join(_quoted(guess.header) for guess in one.guesses[:2])
        lines += [f"# [table.{one.table.name}.ids]"]
        form = f'{{ prefix = "…", from = [{heads}] }}'
        lines += [f"# {column.name} = {form}  # {column.zh}, {column.en}" for column in keys]
    if others:
        lines += [f"# [table.{one.table.name}.constants]"]
        lines += [f'# {column.name} = "{_first_choice(column)}"  # {column.zh}, {column.en}' for column in others]
    return lines


def _first_choice(column: Column) -> str:
    return " | ".join(column.choices) or "…"


def _shipped_for(raw: RawTable) -> tuple[str, ...]:
    """Shipped profiles one of whose inputs this file is."""
    return tuple(name for name in shipped() if claim(read_profile(name), raw) is not None)


def _draft(database: Engine, raw: RawTable, table_name: str) -> Draft:
    table = next((one for one in TABLES if one.name == table_name), None) or _likely_table(raw)
    mapped = match(raw.headers, table)
    by_place = {place: column for column, (place, _) in mapped.columns.items()}
    samples = [_samples(database, raw, place) for place in range(len(raw.headers))]
    free = [column for column in table.columns if column.name not in mapped.columns]
    guesses = []
    for place, header in enumerate(raw.headers):
        if not header.strip():
            continue
        column, why = by_place.get(place, ""), "known"
        if not column:
            column, why = _guess(database, raw, place, free, table)
            free = [one for one in free if one.name != column]
        shown = _masked(samples[place], next((one for one in table.columns if one.name == column), None))
        guesses.append(Guess(header.strip(), column, why, shown))
    return Draft(raw.file, raw.sheet, table, tuple(guesses), _shipped_for(raw))


def _likely_table(raw: RawTable) -> Table:
    """By name, by headers, or else the table most of whose columns' names are like the headers."""
    found: Mapped | None = table_by_headers(raw.headers)
    named = table_by_file_name(raw.sheet or raw.file) or table_by_file_name(raw.file)
    if named or found:
        return named or found.table  # type: ignore[union-attr]

    def fit(table: Table) -> float:
        words = vocabulary(table.name)
        return sum(max(likeness(header, word) for word in words) for header in raw.headers if header)

    return max(TABLES, key=fit)


def _guess(database: Engine, raw: RawTable, place: int, free: Sequence[Column], table: Table) -> tuple[str, str]:
    """The free column whose name is like the header, or the only one of a kind that reads the cells."""
    if heading(raw.headers[place]).whole in known_words():
        return "", "nobody"  # it has a meaning, and not in this table
    likes = [(_likest(raw.headers[place], column, table), column.name, column) for column in free]
    for alike, _, column in sorted(likes, key=lambda one: one[0], reverse=True):
        if alike >= LIKENESS_LEAST and _reads(database, raw, place, column, table):
            return column.name, "like"
    for kind in (ColumnType.DATE, ColumnType.MONEY):
        wanted = [column for column in free if column.type is kind and column.required]
        others = (ColumnType.YEAR, ColumnType.COUNT)
        if (
            len(wanted) == 1
            and _reads(database, raw, place, wanted[0], table)
            and not any(
                _reads(database, raw, place, column, table) for column in table.columns if column.type in others
            )
        ):
            return wanted[0].name, "content"
    coded = [column for column in free if column.choices and _reads(database, raw, place, column, table)]
    return (coded[0].name, "content") if len(coded) == 1 else ("", "nobody")


def _likest(header: str, column: Column, table: Table) -> float:
    words = [word for word, found in vocabulary(table.name).items() if any(name == column.name for name, _ in found)]
    return max((likeness(header, word) for word in words), default=0.0)


def _reads(database: Engine, raw: RawTable, place: int, column: Column, table: Table) -> bool:
    """Whether nine of ten filled cells can be read as the column's type."""
    readers: Mapping[ColumnType, str] = MappingProxyType(
        {
            ColumnType.MONEY: cells.money("x"),
            ColumnType.DATE: cells.day("x"),
            ColumnType.MONTH: cells.month("x"),
            ColumnType.YEAR: cells.year("x"),
            ColumnType.COUNT: cells.count("x"),
            ColumnType.FLAG: cells.flag("x", {}),
        }
    )
    read = readers.get(column.type, "x")
    if column.choices:
        read = cells.choice("x", column.choices, labels(table.name, column.name))
    total, good = engine.row(
        database, f"SELECT count(*), count(*) FILTER (({read}) IS NOT NULL) FROM ({_cells(raw, place)})"
    )
    return bool(total) and good >= _READABLE * total


def _samples(database: Engine, raw: RawTable, place: int) -> tuple[str, ...]:
    found = database.execute(
        f"SELECT x FROM ({_cells(raw, place)}) GROUP BY x ORDER BY count(*) DESC, x LIMIT {SAMPLES}"
    )
    return tuple(str(one[0])[:40] for one in found.fetchall())


def _cells(raw: RawTable, place: int) -> str:
    return (
        f"SELECT {cells.trimmed(f'c{place}')} AS x FROM {raw.relation} WHERE ({raw.where}) "
        f"AND {cells.trimmed(f'c{place}')} IS NOT NULL LIMIT {SAMPLE_ROWS}"
    )


def _masked(samples: tuple[str, ...], column: Column | None) -> tuple[str, ...]:
    digits = [sum(sign.isdigit() for sign in sample) for sample in samples]
    if (column is not None and column.sensitive is not Sensitive.NO) or max(digits, default=0) >= 15:
        return tuple("*" * max(0, len(sample) - 4) + sample[-4:] for sample in samples)
    return samples


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _comment(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
