"""From staged tables to the files of a batch: which rows are new, corrected, unchanged or rejected.

All rows are compared inside the engine. Invariant, checked before anything is published: per table, in rows and
in fen, read = loaded + corrected + unchanged + rejected.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lineage import engine
from lineage.errors import Misuse
from lineage.ledger import durable, layers, places, quarantine, verdicts
from lineage.ledger.history import History
from lineage.ledger.layers import Layer
from lineage.ledger.manifest import SourceFile, StoredFile, TableOutcome
from lineage.schema import BUSINESS_DATES, BY_NAME, Table


@dataclass(frozen=True, slots=True)
class StagedTable:
    """Rows to be loaded: a relation of the writer's engine with the table's stored columns, `_file`, `_sheet`, `_row`.

    It may have `_extras` (JSON text) and `_removed` (a deletion mark). Keys are unique in it: `repeated` rows,
    the same as another of the load, were left out and count as unchanged. `read` and `read_fen` are the loader's
    own count of the input, rejected rows included; where given, the invariant is checked against them.
    """

    name: str
    relation: str
    repeated: int = 0
    repeated_fen: int = 0
    read: int | None = None
    read_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A full extract: rows of this table, division and year that the load does not have are taken out."""

    table: str
    division: str
    year: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a load may do beyond adding and correcting: take out what full extracts lack, move records."""

    snapshots: Sequence[Snapshot] = ()
    allow_move: bool = False


NO_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Load:
    """What a batch says about itself. `rejects` names a relation with the columns of `quarantine.COLUMNS`, or ""."""

    sources: Sequence[SourceFile] = ()
    profile: str = ""
    rejects: str = ""
    warnings: Sequence[str] = ()
    terms: Terms = NO_TERMS


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a batch is being made: engine, batches before it, key, folder for its files, when."""

    engine: engine.Engine
    history: History
    key: bytes
    folder: Path
    at: datetime

    @property
    def batch(self) -> int:
        """The number the batch will have."""
        return self.history.batch + 1

    def layers(self, table: str) -> tuple[Layer, ...]:
        """The files in force of a table before this batch."""
        return layers.layers(self.history, table)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The files of a batch, written aside, and what its manifest will say. No files: nothing new."""

    files: tuple[StoredFile, ...]
    outcomes: tuple[TableOutcome, ...]
    warnings: tuple[str, ...]
    latest_business_date: str


def prepare(plan: Plan, staged: Sequence[StagedTable], load: Load) -> Prepared:
    """Write the batch's files aside and count. Raises Misuse on unknown tables and duplicated keys."""
    unknown = [part.name for part in staged if part.name not in BY_NAME]
    if unknown:
        raise Misuse(f"there is no table {unknown[0]}", f"tables are {', '.join(BY_NAME)}")
    quarantine.create(plan.engine, load.rejects)
    given = {part.name for part in staged}
    held_back = tuple(_took_nothing_out(plan, snapshot, given) for snapshot in load.terms.snapshots)
    outcomes, files = [], []
    for part in staged:
        outcome, file = _prepare_table(plan, part, load)
        outcomes.append(outcome)
        files.extend(file)
    rejected = quarantine.counts(plan.engine)
    if rejected and (files or _is_first_sight(plan, load)):
        files.append(_stored(plan, quarantine.TABLE, quarantine.write(plan.engine, plan.folder)))
    warnings = [*load.warnings, *(text for text in held_back if text), *_dated_ahead(plan, files)]
    return Prepared(tuple(files), _counted(outcomes, rejected, staged), tuple(warnings), _latest(plan, outcomes, files))


def latest_business_date(
    on: engine.Engine, parts: Mapping[str, tuple[Layer, ...]], loaded_on_sql: str
) -> str:
    """The latest date of a current record that is not later than the load that brought it, ISO, or "".

    `loaded_on_sql` is a query for `batch` and `day`, as `History.loaded_on_sql` makes it.
    """
    latest = ""
    for table, dated in BUSINESS_DATES.items():
        if parts.get(table):
            sql = (
                f"SELECT max(t.{dated})::VARCHAR FROM ({layers.current_sql(BY_NAME[table], parts[table])}) t "
                f"JOIN ({loaded_on_sql}) d ON d.batch = t.batch WHERE t.{dated} <= d.day"
            )
            latest = max(latest, engine.row(on, sql)[0] or "")
    return latest


def _prepare_table(plan: Plan, part: StagedTable, load: Load) -> tuple[TableOutcome, list[StoredFile]]:
    table, parts = BY_NAME[part.name], plan.layers(part.name)
    clean = verdicts.clean_sql(plan.engine, table, part.relation, plan.key, plan.batch)
    snapshots = [snapshot for snapshot in load.terms.snapshots if snapshot.table == table.name]
    snapshots = [snapshot for snapshot in snapshots if not _cannot_withdraw(plan, snapshot)]
    target = plan.folder / f"{table.name}.parquet"
    if not parts:
        engine.write_parquet(plan.engine, f"SELECT * FROM ({clean}) WHERE NOT {layers.REMOVED}", target)
        outcome = _first_outcome(plan, table, part, target)
    else:
        plan.engine.execute(f"CREATE OR REPLACE TEMP TABLE staged AS {clean}")
        verdicts.refuse_duplicates(plan.engine, table, "staged")
        verdicts.judge(plan.engine, table, parts, allow_move=load.terms.allow_move)
        quarantine.add_moves(plan.engine, table)
        gone = ""
        if snapshots:
            extracts = [(item.division, item.year) for item in snapshots]
            gone = verdicts.gone_sql(table, places.inside_sql(table, plan.layers, extracts), plan.batch)
        engine.write_parquet(plan.engine, verdicts.changes_sql(table, gone), target)
        outcome = _outcome(plan, table, part, target)
    stored = _stored(plan, table.name, target)
    if stored.rows:
        return outcome, [stored]
    target.unlink()
    return outcome, []


def _first_outcome(plan: Plan, table: Table, part: StagedTable, file: Path) -> TableOutcome:
    """Into an empty table every row is loaded: nothing to compare with."""
    relation = engine.parquet([file])
    verdicts.refuse_duplicates(plan.engine, table, relation)
    fen = f"coalesce(sum({table.money}), 0)::BIGINT" if table.money else "0"
    loaded, loaded_fen = engine.row(plan.engine, f"SELECT count(*), {fen} FROM {relation}")
    staged, staged_fen = engine.row(plan.engine, f"SELECT count(*), {fen} FROM {part.relation}")
    return TableOutcome(
        table.name,
        loaded=loaded,
        loaded_fen=loaded_fen,
        unchanged=staged - loaded,
        unchanged_fen=staged_fen - loaded_fen,
    )


def _outcome(plan: Plan, table: Table, part: StagedTable, file: Path) -> TableOutcome:
    fen = f"coalesce(sum({table.money}), 0)::BIGINT" if table.money else "0"
    counted = plan.engine.execute(
        "SELECT verdict, count(*), coalesce(sum(fen), 0)::BIGINT FROM judged GROUP BY verdict"
    ).fetchall()
    given = {verdict: (rows, sum_fen) for verdict, rows, sum_fen in counted}
    nothing = (0, 0)
    gone = engine.row(
        plan.engine, f"SELECT count(*), {fen} FROM {engine.parquet([file])} WHERE {layers.REMOVED} AND file IS NULL"
    )
    return TableOutcome(
        table.name,
        loaded=given.get("loaded", nothing)[0],
        loaded_fen=given.get("loaded", nothing)[1],
        corrected=given.get("corrected", nothing)[0],
        corrected_fen=given.get("corrected", nothing)[1],
        unchanged=given.get("unchanged", nothing)[0],
        unchanged_fen=given.get("unchanged", nothing)[1],
        removed=gone[0],
        removed_fen=gone[1],
    )


def _counted(
    outcomes: list[TableOutcome], rejected: dict[str, tuple[int, int]], staged: Sequence[StagedTable]
) -> tuple[TableOutcome, ...]:
    """Outcomes with what the loader left out and rejected; here the invariant is checked."""
    parts = {part.name: part for part in staged}
    by_name = {outcome.table: outcome for outcome in outcomes}
    out = []
    for name in [*by_name, *(table for table in rejected if table not in by_name)]:
        part, found = parts.get(name, StagedTable(name, "")), by_name.get(name, TableOutcome(name))
        rows, fen = rejected.get(name, (0, 0))
        found = replace(
            found,
            rejected=rows,
            rejected_fen=fen,
            unchanged=found.unchanged + part.repeated,
            unchanged_fen=found.unchanged_fen + part.repeated_fen,
        )
        read = found.loaded + found.corrected + found.unchanged + rows
        read_fen = found.loaded_fen + found.corrected_fen + found.unchanged_fen + fen
        assert part.read in (None, read), f"{name}: {part.read} rows read, {read} accounted for"
        assert part.read_fen in (None, read_fen), f"{name}: {part.read_fen} fen read, {read_fen} accounted for"
        out.append(replace(found, read=read, read_fen=read_fen))
    return tuple(out)


def _stored(plan: Plan, table: str, file: Path) -> StoredFile:
    relation = engine.parquet([file])
    columns = [name for name, *_ in plan.engine.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    money = "amount_fen" if "amount_fen" in columns else "0"
    rows, fen = engine.row(plan.engine, f"SELECT count(*), coalesce(sum({money}), 0)::BIGINT FROM {relation}")
    return StoredFile(table, file.name, tuple(columns), rows, fen, file.stat().st_size, durable.sha256(file))


def _is_first_sight(plan: Plan, load: Load) -> bool:
    """Whether rejects alone make a batch: only if these very files were not loaded before."""
    out = plan.history.withdrawn
    known = {row["sha256"] for row in engine.rows(plan.engine, plan.history.sources_sql()) if row["batch"] not in out}
    return any(source.sha256 not in known for source in load.sources)


def _took_nothing_out(plan: Plan, snapshot: Snapshot, given: Collection[str]) -> str:
    """What is said of a snapshot that takes nothing out, else ""."""
    if snapshot.table in given:
        return _cannot_withdraw(plan, snapshot)
    return (
        f"{snapshot.table}: snapshot of {snapshot.division}, {snapshot.year} took nothing out, because the load has no "
        f"such table; if nothing is left of it, load {snapshot.table}.csv with its heading only"
    )


def _cannot_withdraw(plan: Plan, snapshot: Snapshot) -> str:
    """Why a snapshot takes nothing out: rejected rows may be the very rows that seem to be missing."""
    rejected = quarantine.counts(plan.engine).get(snapshot.table, (0, 0))[0]
    if not rejected:
        return ""
    return (
        f"{snapshot.table}: snapshot of {snapshot.division}, {snapshot.year} took nothing out, because {rejected} "
        "rows of it were rejected; mend them and load the whole extract again"
    )


def _dated_ahead(plan: Plan, files: Sequence[StoredFile]) -> list[str]:
    out = []
    for file in files:
        if dated := BUSINESS_DATES.get(file.table):
            sql = (
                f"SELECT count(*), max({dated}) FROM {engine.parquet([plan.folder / file.name])} "
                f"WHERE {dated} > DATE '{plan.at.date().isoformat()}' AND NOT {layers.REMOVED}"
            )
            rows, latest = engine.row(plan.engine, sql)
            if rows:
                out.append(
                    f"{file.table}: {rows} rows are dated after the load ({plan.at.date()}), up to {latest}; "
                    "they are hidden unless --as-of asks for a later date"
                )
    return out


def _latest(plan: Plan, outcomes: Sequence[TableOutcome], files: Sequence[StoredFile]) -> str:
    """The ledger's latest business date with this batch; older batches are looked at only if it may have gone back."""
    last = plan.history.last
    before = last.latest_business_date if last else ""
    today = f"SELECT {plan.batch} AS batch, DATE '{plan.at.date().isoformat()}' AS day"
    new = {file.table: (Layer(plan.batch, plan.folder / file.name, file),) for file in files}
    latest = latest_business_date(plan.engine, new, today)
    if latest >= before or not any(outcome.corrected or outcome.removed for outcome in outcomes):
        return max(before, latest)
    parts = {table: (*plan.layers(table), *new.get(table, ())) for table in BUSINESS_DATES}
    return latest_business_date(plan.engine, parts, f"{plan.history.loaded_on_sql()} UNION ALL {today}")
