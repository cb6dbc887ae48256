"""Part of `verify`: a checkpoint says of its batches what they and their manifests say themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from lineage import engine
from lineage.errors import Problem
from lineage.ledger import durable, layers, quarantine
from lineage.ledger.checkpoint import Checkpoint
from lineage.ledger.manifest import Manifest, StoredFile
from lineage.ledger.stored_rows import Contents
from lineage.schema import BY_NAME

_HINT = "remove derived/checkpoints: nothing is lost, the next load makes it anew"
_EXPECTED = "what the batches and manifests say"


@dataclass(slots=True)
class Comparing:
    """A checkpoint, held against its batches a run at a time; mutable: it notes what the batches said.

    `whole`: all its batches are read, so that no other may be in it either. Cost: its merged files are read once a
    run, of which only the rows of that run's batches are compared.
    """

    engine: engine.Engine
    ledger: Path
    one: Checkpoint
    whole: bool
    found: list[Problem] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    apart: list[tuple[int, StoredFile]] = field(default_factory=list)
    withdrawals: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    days: list[tuple[int, date]] = field(default_factory=list)
    sources: list[tuple[int, str, str]] = field(default_factory=list)

    def take(self, run: Sequence[Manifest], contents: Contents) -> None:
        """Some batches of the checkpoint, in order, with the rows of their small files."""
        alone = {(batch, stored.table) for batch, stored in self.one.alone}
        for made in run:
            self.batches.append(made.batch)
            self.days.append((made.batch, datetime.fromisoformat(made.time).date()))
            self.sources.extend((made.batch, source.name, source.sha256) for source in made.sources)
            self.withdrawals.extend([(made.batch, made.withdraws)] if made.withdraws else [])
            for stored in made.files:
                if (made.batch, stored.table) in alone:
                    self.apart.append((made.batch, stored))
                elif stored.table != quarantine.TABLE:
                    self.rows[stored.table] += stored.rows
        if self.found:
            return  # one is enough, and is told when the record itself was found whole
        merged = {stored.table for stored in self.one.files}
        for table in sorted({name for name, _ in contents.small} - {quarantine.TABLE}):
            among = f"batch BETWEEN {run[0].batch} AND {run[-1].batch}"
            try:
                missing = self._missing(table, contents, among) if table in merged else self.rows[table]
            except engine.EngineError as error:
                self._note(f"{table}.parquet", _first_line(error))
                continue
            if missing:
                self._note(f"{table}.parquet", f"{missing} rows of batches are not in it as they were")

    def problems(self) -> Iterator[Problem]:
        """What the checkpoint says otherwise, after all batches were taken."""
        one, folder = self.one, self.one.folder(self.ledger)
        for stored in one.files:
            found = durable.sha256(folder / stored.name) if (folder / stored.name).exists() else "none"
            if found != stored.sha256:
                self._note(stored.name, f"sha256 {found}", first=True)
        yield from self.found
        if not self.batches:
            return
        among = set(self.batches)
        said = [[pair for pair in pairs if pair[0] in among] for pairs in (one.withdrawals, one.alone)]
        if said != [self.withdrawals, self.apart]:
            yield self._problem("checkpoint.json", "other withdrawals or files")
        where = "true" if self.whole else f"batch IN ({', '.join(map(str, self.batches))})"
        yield from self._listed("batches.parquet", one.days_sql(self.ledger), where, self.days, "days")
        yield from self._listed("sources.parquet", one.sources_sql(self.ledger), where, sorted(self.sources), "sources")
        for stored in one.files:
            try:
                (there,) = engine.row(self.engine, f"SELECT count(*) FROM {self._kept(stored.table, where)}")
            except engine.EngineError as error:
                yield self._problem(stored.name, _first_line(error))
                continue
            if there != self.rows[stored.table]:
                yield self._problem(f"{stored.table}.parquet", f"{there} rows")

    def _listed(self, file: str, sql: str, where: str, expected: Sequence[object], what: str) -> Iterator[Problem]:
        """A list that a checkpoint keeps of its batches."""
        try:
            found = self.engine.execute(f"FROM ({sql}) WHERE {where} ORDER BY ALL").fetchall()
        except engine.EngineError as error:
            yield self._problem(file, _first_line(error))
            return
        if found != expected:
            yield self._problem(file, f"other {'source files' if what == 'sources' else what}")

    def _missing(self, table: str, contents: Contents, among: str) -> int:
        """Rows of the batches that the merged file lacks."""
        originals: list[str] = []
        for (name, _), rows in contents.tables.items():
            if name == table:
                self.engine.register(f"originals_{len(originals)}", rows)
                columns = layers.listed_sql(BY_NAME[table], rows.column_names)
                originals.append(f"SELECT {columns} FROM originals_{len(originals)}")
        sql = f"({' UNION ALL '.join(originals)}) EXCEPT ALL SELECT * FROM {self._kept(table, among)}"
        (missing,) = engine.row(self.engine, f"SELECT count(*) FROM ({sql})")
        return int(missing)

    def _kept(self, table: str, where: str) -> str:
        """What the checkpoint has of a table, of the batches that are looked at."""
        merged = layers.rows_sql(BY_NAME[table], tuple(layers.merged_layers(self.ledger, self.one, table)))
        return f"(SELECT * FROM ({merged}) WHERE {where})"

    def _note(self, file: str, found: str, *, first: bool = False) -> None:
        self.found.insert(0 if first else len(self.found), self._problem(file, found))

    def _problem(self, file: str, found: str) -> Problem:
        place = self.one.folder(self.ledger).relative_to(self.ledger) / file
        return Problem(str(place), found, _EXPECTED, _HINT)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
