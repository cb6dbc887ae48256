"""Writing to a ledger: one writer, staged tables in, one batch out, all or nothing.

Files are written aside, synced and renamed into `batches/`, the manifest last. A batch folder without a manifest
is a dead writer's leftover: no reader sees it, the next writer removes it.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lineage import engine
from lineage.errors import Damaged, Misuse, NotFound, Unavailable
from lineage.ledger import checkpoint, clear, covering, durable, history, journal, layers, lock, manifest, tokens, torn
from lineage.ledger.commit import NO_TERMS, Load, Plan, Prepared, StagedTable, Terms, latest_business_date, prepare
from lineage.ledger.history import History
from lineage.ledger.manifest import Manifest, SourceFile, TableOutcome
from lineage.schema import BUSINESS_DATES, BY_NAME, Sensitive


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load or withdrawal did; `batch` is the last batch of the ledger, also when nothing new came."""

    batch: int
    tables: tuple[TableOutcome, ...] = ()
    warnings: tuple[str, ...] = ()
    written: bool = False

    def total(self, count: str) -> int:
        """The sum of one count over all tables, such as `loaded` or `rejected_fen`."""
        return sum(int(getattr(table, count)) for table in self.tables)


@dataclass(slots=True)
class Writer:
    """The one who may write; mutable, for its history grows with each batch.

    `engine` is for staging; its relations vanish with the writer. `terms` say what its loads may do.
    """

    path: Path
    who: str
    at: datetime
    engine: engine.Engine
    key: bytes
    history: History
    work: Path
    terms: Terms

    def token_sql(self, column: str) -> str:
        """SQL for the keyed token of a column of numbers in clear."""
        return tokens.token_sql(tokens.plain_sql(column), self.key)

    def mask_sql(self, column: str, kind: Sensitive) -> str:
        """SQL for the form to show of a column of numbers in clear."""
        return tokens.mask_sql(tokens.plain_sql(column), kind)

    def commit(
        self,
        staged: Sequence[StagedTable],
        *,
        source_files: Sequence[SourceFile] = (),
        profile: str = "",
        rejects: str = "",
        warnings: Sequence[str] = (),
    ) -> Outcome:
        """Write what is new in the staged tables as one batch; nothing new: no batch.

        `rejects` names a relation with the columns of `quarantine.COLUMNS`. Raises Misuse (a duplicated key in a
        staged table, an unknown table), Unavailable (disk).
        """
        load = Load(source_files, profile, rejects, warnings, self.terms)
        plan = self._plan()
        result = prepare(plan, staged, load)
        if not result.files:
            return Outcome(self.history.batch, result.outcomes, result.warnings)
        if clear.is_kept(self.path):
            for part in staged:
                kept = clear.file_of(self.path, plan.batch, part.name)
                clear.keep(self.engine, BY_NAME[part.name], part.relation, kept, self.key)
        made = self._publish(self._manifest(result, load), plan.folder)
        return Outcome(made.batch, result.outcomes, result.warnings, written=True)

    def rehearse(self, staged: Sequence[StagedTable], *, rejects: str = "", warnings: Sequence[str] = ()) -> Outcome:
        """What `commit` would answer; what it writes aside goes when the writer closes, and no batch is made."""
        result = prepare(self._plan(), staged, Load(rejects=rejects, warnings=warnings, terms=self.terms))
        return Outcome(self.history.batch, result.outcomes, result.warnings)

    def _plan(self) -> Plan:
        return Plan(self.engine, self.history, self.key, self._folder(), self.at)

    def withdraw(self, batch: int, why: str) -> Outcome:
        """Take a batch back by a new one. Raises NotFound, Misuse when it is not in force or no reason is given."""
        if not why.strip():
            raise Misuse("a withdrawal needs a reason", "say it with --why")
        if not 1 <= batch <= self.history.batch:
            raise NotFound(f"there is no batch {batch}", f"the last batch is {self.history.batch}")
        if batch in self.history.withdrawn:
            by = self.history.at([number for number, targets in self.history.withdrawals if batch in targets][-1])
            raise Misuse(
                f"batch {batch} was withdrawn by batch {by.batch} ({by.who}, {by.time}: {by.why})",
                f"to undo that, withdraw batch {by.batch}",
            )
        made = self._next(withdraws=(batch,), why=why.strip())
        after = self.history.followed_by(made)
        parts = {table: layers.layers(after, table) for table in BUSINESS_DATES}
        latest = latest_business_date(self.engine, parts, after.loaded_on_sql())
        made = self._publish(replace(made, latest_business_date=latest), self._folder())
        self._note_withdrawals()
        return Outcome(made.batch, written=True)

    def _manifest(self, result: Prepared, load: Load) -> Manifest:
        return replace(
            self._next(),
            profile=load.profile,
            sources=tuple(load.sources),
            outcomes=result.outcomes,
            files=result.files,
            warnings=result.warnings,
            latest_business_date=result.latest_business_date,
        )

    def _next(self, withdraws: tuple[int, ...] = (), why: str = "") -> Manifest:
        last = self.history.batch
        previous = manifest.hash_of(manifest.file_of(self.path, last)) if last else manifest.FIRST
        entries, head = journal.head(self.path)
        return Manifest(
            last + 1,
            self.at.isoformat(timespec="seconds"),
            self.who,
            "",
            previous,
            withdraws=withdraws,
            why=why,
            key=tokens.fingerprint(self.key),
            journal_entries=entries,
            journal_hash=head,
            engine=f"duckdb {engine.VERSION}",
        )

    def _folder(self) -> Path:
        folder = self.work / uuid.uuid4().hex
        _make(folder)
        return folder

    def _publish(self, made: Manifest, written: Path) -> Manifest:
        """The order that makes a batch appear at once: files, their folder, its name, then the manifest."""
        target = layers.batch_folder(self.path, made.batch)
        durable.sync_tree(written)
        durable.discard(target)
        durable.rename(written, target)
        durable.write(manifest.file_of(self.path, made.batch), made.to_bytes())
        self.history = covering.cover(self.engine, self.history.followed_by(made))
        return made

    def _note_withdrawals(self) -> None:
        """Withdrawals are decisions: bring the journal level with the manifests (also after a crash between them).

        Every writer does so before its first batch, so that only the last batch can be one that is not noted.
        """
        made = self.history.last
        if made is None or not made.withdraws:
            return
        noted = (entry.body.get("by_batch") for entry in journal.read(self.path) if entry.kind == journal.WITHDRAWAL)
        if made.batch not in noted:
            body = {"by_batch": made.batch, "batches": list(made.withdraws), "why": made.why}
            journal.append(self.path, journal.WITHDRAWAL, body, made.who, datetime.fromisoformat(made.time))


@contextmanager
def write(
    path: str | Path, *, who: str, at: datetime, wait: bool | float = True, terms: Terms = NO_TERMS
) -> Iterator[Writer]:
    """Hold the ledger for writing; makes it (and its key, beside it) where there is none.

    Raises Busy when another holds it and `wait` is off or used up, Damaged on a wrong key or broken chain.
    """
    ledger = Path(path)
    for folder in (ledger, manifest.folder(ledger), ledger / "batches", ledger / "derived"):
        _make(folder)
    with lock.held(ledger / lock.NOTE, who, at.isoformat(timespec="seconds"), wait=wait) as ended_well:
        known = history.read(ledger)
        if not ended_well or not known.batch % checkpoint.LOOSE_MOST:  # a power cut may have taken the note too
            _clean(ledger, known.batch)
        key = tokens.read_or_make_key(ledger, make=not known.batch)
        if known.last and known.last.key != tokens.fingerprint(key):
            raise Damaged(
                f"{tokens.key_file(ledger)} is not the key this ledger was written with",
                "put the right key back: under another one equal numbers would no longer match",
            )
        work = ledger / "batches" / f".writing-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        _make(work)
        staging = engine.connect(work / "spill", ordered=False)
        engine.spare_memory(staging, work / "spill", megabytes=2560)  # the cells of ten million payments, mostly
        try:
            writer = Writer(ledger, who, at, staging, key, covering.cover(staging, known), work, terms)
            writer._note_withdrawals()
            yield writer
        except engine.EngineError as error:
            if damaged := torn.told(error, known):
                raise damaged from error
            raise
        finally:
            staging.close()
            durable.discard(work)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"could not make {folder}: {error.strerror}", "see that you may write there") from error


def _clean(ledger: Path, last: int) -> None:
    """Remove what dead writers left: the lock is ours, so nobody else is writing."""
    for name in os.listdir(ledger / "batches"):
        if name.startswith(".writing-") or (name.isdigit() and int(name) > last):
            durable.discard(ledger / "batches" / name)
    for name in os.listdir(manifest.folder(ledger)):
        if name.startswith("."):
            durable.discard(manifest.folder(ledger) / name)
