"""`load`: files in, a batch of the ledger and a plain account of every row out.

Invariant: every row read is loaded, a correction, unchanged or rejected; nothing is committed on a dry run, nor
under `strict` when any row is rejected.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypedDict, Unpack

from lineage import engine
from lineage import ledger as ledgers
from lineage.errors import Damaged, Misuse, Unavailable
from lineage.ledger import Snapshot, SourceFile, StagedTable, Terms, Writer, torn
from lineage.ledger.derived import derive
from lineage.money import beyond_count
from lineage.schema import BY_NAME, TABLES, Table
from lineage.words import Language, say
from loaders import check, control, incoming, rejects, resolution, selects, territory, warn
from loaders import database as databases
from loaders.headers import (
    Mapped,
    heading,
    match,
    mistyped_columns,
    table_by_file_name,
    table_by_headers,
    unit_in_title,
)
from loaders.profile import Profile, read_profile
from loaders.raw import RawTable, ReadFile, Unrecognised
from loaders.reading import files_of, read_files, unopened
from loaders.result import REJECTS_MOST, LoadResult

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the steps done and the steps in all."""


class Choices(TypedDict, total=False):
    """What the caller may choose about a load; every field may be left out.

    `derive` off leaves the derived sets as they are: for several loads in a row, the last of which derives.
    `divisions` are those the loader is bound to: rows of others are rejected; None binds nobody.
    """

    profile: str | Path | None
    dry_run: bool
    strict: bool
    lang: Language
    snapshots: tuple[Snapshot, ...]
    allow_move: bool
    control: Path | None
    wait: bool | float
    derive: bool
    divisions: frozenset[str] | None


@dataclass(slots=True)
class _Work:
    """The state of one load in hand (mutable: it gathers what the files bring)."""

    writer: Writer
    folder: Path
    profile: Profile
    choices: Choices
    checked: dict[str, check.Checked] = field(default_factory=dict)
    sources: list[SourceFile] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    claimed: dict[str, list[RawTable]] = field(default_factory=dict)
    malformed: dict[str, int] = field(default_factory=dict)
    pieces: int = 0

    @property
    def language(self) -> Language:
        """The language of rejects and warnings."""
        return self.choices.get("lang", "en")

    def say(self, key: str, **values: object) -> None:
        """Add a warning."""
        self.warnings.append(say(f"loaders.warning_{key}", self.language, **values))


def load(
    ledger: str | Path | Any,
    paths: str | Path | Iterable[str | Path],
    *,
    at: datetime | None = None,
    who: str = "",
    progress: Progress | None = None,
    **choices: Unpack[Choices],
) -> LoadResult:
    """Load files, folders (bundles) or database addresses into a ledger, which is made where there is none.

    `ledger` is a path or an open ledger. `at` is the time of the load (default now), `who` the person (default the
    system's user), `choices` the fields of `Choices`. Raises Misuse, Unreadable, Busy, Damaged, Unavailable.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    path = Path(getattr(ledger, "path", ledger))
    moment = at or datetime.now().astimezone()
    profile = read_profile(choices.get("profile"))
    started = time.perf_counter()
    with _writer(path, who or _user(), moment, choices) as (writer, folder):
        work = _Work(writer, folder, profile, choices)
        try:
            _read_all(work, given, progress)
            result = _commit(work, moment)
        except engine.EngineError as error:
            if engine.is_overflow(error):
                raise beyond_count() from error
            if damaged := torn.told(error, writer.history):
                raise Damaged(damaged.message, f"{damaged.hint}; nothing was written") from error
            why = str(error).splitlines()[0][:300]
            raise Unavailable(
                f"the load could not be done: {why}", "see memory and disk; nothing was written"
            ) from error
        shutil.rmtree(_spool(writer.path), ignore_errors=True)
    loaded = time.perf_counter() - started
    if result.written and choices.get("derive", True):
        try:
            derive(path)
        except Misuse as error:
            raise Misuse(f"batch {result.batch} is written, but {error.message}", error.hint) from error
    seconds = {"load": round(loaded, 3), "derive": round(time.perf_counter() - started - loaded, 3)}
    return replace(result, seconds=seconds)


@contextmanager
def _writer(path: Path, who: str, at: datetime, choices: Choices) -> Iterator[tuple[Writer, Path]]:
    """A writer and a folder for copies; a dry run on a ledger that is not there makes one elsewhere and drops it."""
    with tempfile.TemporaryDirectory(prefix="lineage-load-") as scratch:
        absent = choices.get("dry_run") and not (path / "manifest").is_dir()
        target = Path(scratch) / "ledger" if absent else path
        copies = Path(scratch) / "copies"
        copies.mkdir()
        terms = Terms(choices.get("snapshots", ()), choices.get("allow_move", False))
        with ledgers.write(target, who=who, at=at, wait=choices.get("wait", True), terms=terms) as writer:
            rejects.create_rejects(writer.engine)
            yield writer, copies


def _read_all(work: _Work, given: Sequence[str | Path], progress: Progress | None) -> None:
    extracts = {one.path: one for one in _extracts(work, [str(one) for one in given if databases.is_address(one)])}
    given = [one for one in given if not databases.is_address(one)]
    files = [*files_of(given), *extracts, *_beside(work.profile, files_of(given))]
    for path in unopened(given):
        work.say("unopened", file=path.name + ("/" if path.is_dir() else ""))
    words = frozenset(header for one in work.profile.tables.values() for header in one.headers)
    strict_names = {Path(path).name for path in given if Path(path).is_file()}
    for index, read in enumerate(read_files(work.writer.engine, files, work.folder, words)):
        if progress:
            progress(read.name, index, len(files))
        source = extracts[files[index]].source if files[index] in extracts else read.name
        _take(work, read, source, explicit=read.name in strict_names)
    made = []
    if work.profile.selects:
        selects.make_views(work.writer.engine, work.claimed, work.profile.inputs)
        for one in selects.run_selects(work.writer.engine, work.profile):
            made.append(one)
            _check(work, one)
        work.warnings.extend(selects.own_checks(work.writer.engine, work.profile, work.language))
    lookups = {one.name for one in work.profile.inputs if one.lookup}
    raws = [raw for name, group in work.claimed.items() for raw in group if name not in lookups]
    _reject_torn(work, [raw for group in work.claimed.values() for raw in group])
    work.warnings.extend(selects.unused_rows(work.writer.engine, raws, made, work.language))
    work.warnings.extend(zh if work.language == "zh" else en for zh, en in work.profile.notes)


def _extracts(work: _Work, addresses: Sequence[str]) -> Iterator[databases.Extract]:
    """What the databases gave; the spool beside the ledger outlives a broken connection."""
    if not addresses:
        return
    found = engine.rows(work.writer.engine, f"{work.writer.history.sources_sql()} ORDER BY batch")
    known = [row["name"] for row in found]
    for address in addresses:
        yield from databases.extract(address, work.profile, _spool(work.writer.path), known)


def _spool(ledger: Path) -> Path:
    """Where extracts wait until they are committed: beside the ledger, for they hold numbers in clear."""
    return ledger.absolute().with_name(ledger.absolute().name + ".incoming")


def _reject_torn(work: _Work, raws: Sequence[RawTable]) -> None:
    """Torn records of a profile's inputs reach no select: they count for the first table that the profile makes."""
    torn = [raw for raw in raws if raw.malformed]
    if not torn:
        return
    table = BY_NAME[work.profile.selects[0]]
    if table.name not in work.checked:
        work.checked[table.name] = check.create(work.writer.engine, table)
    for raw in torn:
        rejects.add_malformed(work.writer.engine, table, raw, raw.malformed, work.language)
        work.malformed[table.name] = work.malformed.get(table.name, 0) + len(raw.malformed)


def _beside(profile: Profile, files: Sequence[Path]) -> list[Path]:
    """Files that the profile brings along, for tables that no given file is named after."""
    named = {table.name for table in (table_by_file_name(file.name) for file in files) if table}
    out = []
    for file in profile.beside:
        table = table_by_file_name(file.name) or _table_of_first_line(file)
        if table is None or table.name not in named:
            out.append(file)
    return out


def _table_of_first_line(file: Path) -> Table | None:
    with file.open(encoding="utf-8-sig") as lines:
        mapped = table_by_headers(lines.readline().strip().split(","))
    return mapped.table if mapped else None


def _take(work: _Work, read: ReadFile, source: str, *, explicit: bool) -> None:
    """Put each table of a file where it belongs: under an input of the profile, or straight into its checks."""
    work.sources.append(SourceFile(source, read.sha256, read.size))
    for foot in read.notes:
        work.say("foot", text=foot)
    if read.hidden:
        work.say("hidden", file=read.name, sheets=", ".join(read.hidden))
    if not any(header for raw in read.tables for header in raw.headers):
        work.say("empty_file", file=read.name)
        return
    recognised = False
    for raw in read.tables:
        one = selects.claim(work.profile, raw)
        if one is not None:
            work.claimed.setdefault(one.name, []).append(selects.with_overflow(one, raw))
            recognised = True
            continue
        mapped = _mapped(work, raw)
        if mapped is None:
            if raw.sheet:
                work.say("unknown_file", file=f"{raw.file}[{raw.sheet}]")
            continue
        recognised = True
        _map_and_check(work, raw, mapped)
    if not recognised and explicit:
        headers = ", ".join(header for raw in read.tables for header in raw.headers if header)[:300]
        raise Unrecognised(
            f"{read.name}: cannot tell which table this is; its headers are {headers or 'empty'}",
            "name the file after a table (payments.csv, 支付.xlsx), or give --profile; "
            f"`lineage profile draft {read.name}` proposes one",
        )
    if not recognised:
        work.say("unknown_file", file=read.name)


def _mapped(work: _Work, raw: RawTable) -> Mapped | None:
    """The table of a raw table: by the sheet's or file's name, else by its headers."""
    own = {table: one.headers for table, one in work.profile.tables.items()}
    drawn = [table for table, heads in own.items() if heads and _has_all(raw, heads)]
    if len(drawn) == 1:  # a profile that was drawn up for just this file
        return match(raw.headers, BY_NAME[drawn[0]], own[drawn[0]])
    named = table_by_file_name(raw.sheet) if raw.sheet else None
    named = named or table_by_file_name(raw.file)
    if named is not None:
        mapped = match(raw.headers, named, own.get(named.name, MappingProxyType({})))
        if mapped.keys_found or len(mapped.columns) >= 2:
            return mapped
        by_headers = table_by_headers(raw.headers, own)
        return by_headers or (mapped if mapped.columns or not any(raw.headers) else None)
    return table_by_headers(raw.headers, own)


def _has_all(raw: RawTable, heads: Iterable[str]) -> bool:
    """Whether every header that a profile names stands in the file."""
    return {heading(head).whole for head in heads} <= {heading(header).whole for header in raw.headers}


def _map_and_check(work: _Work, raw: RawTable, mapped: Mapped) -> None:
    profile = work.profile.table(mapped.table.name)
    known = {heading(header).whole for header in _named_by(profile)}
    unknown = [header for header in mapped.unknown if heading(header).whole not in known]
    place = raw.file + (f"[{raw.sheet}]" if raw.sheet else "")
    if unknown:
        work.say("unknown_column", file=place, columns=", ".join(unknown[:20]))
    for column, header in mistyped_columns(mapped, unknown):
        work.say("mistyped_column", file=place, header=header, column=column.name, name=column.zh)
    if mapped.doubled:
        work.say("doubled_column", file=place, columns=", ".join(mapped.doubled))
    one = incoming.from_mapping(raw, mapped, profile, title_fen=unit_in_title(raw.title))
    one, passed = check.without_needless_tests(work.writer.engine, one)
    if not passed.rows and not raw.malformed:
        work.say("no_rows", file=place)
    if passed.empty:
        work.say("empty_rows", file=place, rows=passed.empty, row=passed.first_empty, columns=", ".join(mapped.unknown))
    _check(work, one)
    work.warnings.extend(warn.totals(work.writer.engine, work.checked[one.table.name], one, work.pieces, work.language))


def _named_by(profile: Any) -> list[str]:
    """Headers that a profile uses for ids and deletion marks."""
    parts = [part for composed in profile.ids.values() for part in composed.parts]
    return [*parts, *([profile.deleted.header] if profile.deleted else []), *profile.extras]


def _check(work: _Work, one: incoming.Incoming) -> None:
    table = one.table
    database = work.writer.engine
    one = resolution.with_resolution(database, one)
    if table.name not in work.checked:
        work.checked[table.name] = check.create(database, table)
    work.pieces += 1
    work.checked[table.name] = check.check(database, work.checked[table.name], one, work.pieces, work.language)
    rejects.add_malformed(database, table, one.raw, one.malformed, work.language)
    work.malformed[table.name] = work.malformed.get(table.name, 0) + len(one.malformed)


def _commit(work: _Work, at: datetime) -> LoadResult:
    database, language = work.writer.engine, work.language
    in_order = [work.checked[table.name] for table in TABLES if table.name in work.checked]
    for checked in in_order:
        check.mark_repeated(database, checked, language)
    inside = work.choices.get("divisions")
    if inside is not None:
        territory.reject_outside(work.writer, in_order, inside, language)
    staged = [_staged(work, checked) for checked in in_order]
    work.warnings.extend(warn.all_of(work.writer, work.checked, at.date(), language))
    problems = int(engine.row(database, "SELECT count(*) FROM rejects_in")[0])
    lines = _controlled(work)
    doubtful = problems > 0 or not all(line.agrees for line in lines)
    stop = work.choices.get("dry_run", False) or (work.choices.get("strict", False) and doubtful)
    if stop:
        outcome = work.writer.rehearse(staged, rejects="rejects_in", warnings=work.warnings)
    else:
        outcome = work.writer.commit(
            staged, source_files=work.sources, profile=work.profile.name, rejects="rejects_in", warnings=work.warnings
        )
    shown = engine.rows(
        database,
        f'SELECT file, sheet, "row", "column", found, expected, hint, "table" FROM rejected '
        f'ORDER BY file, sheet, "row", "column" LIMIT {REJECTS_MOST}',
    )
    problems = int(engine.row(database, "SELECT count(*) FROM rejected")[0])
    return LoadResult(
        outcome.batch,
        outcome.tables,
        tuple(shown),
        tuple(outcome.warnings),
        outcome.written,
        stop,
        problems,
        tuple(line.to_json() for line in lines),
    )


def _controlled(work: _Work) -> tuple[control.Line, ...]:
    """The control file's lines beside what was read; those that do not agree become warnings."""
    path = work.choices.get("control")
    if path is None:
        return ()
    lines = control.compare(work.writer.engine, Path(path), work.folder, work.checked)
    for line in lines:
        if not line.agrees:
            said = line.to_json()
            work.say("control", **{key: "–" if value in (None, "") else value for key, value in said.items()})
    return lines


def _staged(work: _Work, checked: check.Checked) -> StagedTable:
    """The good rows of a table as the commit wants them, with this loader's own count of what was read."""
    database = work.writer.engine
    money = checked.table.money or "0"
    fen = f"coalesce(sum({money}){{}}, 0)::BIGINT"
    same_only = " FILTER (WHERE _same)"
    sums = f"count(*), {fen.format('')}, count(*){same_only}, {fen.format(same_only)}"
    read, read_fen, same, same_fen = engine.row(database, f"SELECT {sums} FROM {checked.relation}")
    database.execute(
        f"CREATE OR REPLACE TEMP VIEW staged_{checked.table.name} AS SELECT {checked.columns}, _file, _sheet, "
        f"_row, _extras, _removed FROM {checked.relation} WHERE NOT _bad AND NOT _same"
    )
    return StagedTable(
        checked.table.name,
        f"staged_{checked.table.name}",
        repeated=same,
        repeated_fen=same_fen,
        read=read + work.malformed.get(checked.table.name, 0),
        read_fen=read_fen,
    )


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("LOGNAME") or "unknown"
