"""The ledger as readers see it: one state, at one batch and one business date, that never moves under them.

Opening reads manifests only, no data. Tables are bound when a query first names them: from the derived set when
it fits this view, else built in the engine's memory from the batches.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import unicodedata
import uuid
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lineage.errors import Misuse, NotFound
from lineage.ledger import answers, asserted, checkpoint, current, derived, journal, layers, linked, manifest
from lineage.money import beyond_count
from lineage.schema import BUSINESS_DATES, BY_KIND, BY_NAME

if TYPE_CHECKING:
    import pyarrow

    from lineage.engine import Engine
    from lineage.graph import Graph
    from lineage.ledger.history import History
    from lineage.subgraph import Direction
    from lineage.trail import Trail

Answer = TypeVar("Answer")
Parameters = Sequence[Any] | Mapping[str, Any]
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_KNOWN = {*BY_NAME, *derived.GRAPH_TABLES, *linked.NAMES, "division_rows", "document_number"}


class Ledger:
    """A read-only view of a ledger. Safe for threads: every query runs on a cursor of its own."""

    def __init__(
        self, path: str | Path, *, as_of: date | None = None, as_known: int | None = None, asserted: bool = True
    ) -> None:
        self.path = Path(path)
        self.asserted = asserted
        self.as_known = as_known
        self.batch = manifest.within(checkpoint.last_batch(self.path), as_known)
        """The last batch this view knows, 0 when there is none."""
        self._entries_seen = _entries_at(self.path, as_known)
        self.as_of = as_of or self.latest_business_date
        self._lock = threading.RLock()
        self._bound: set[str] = set()
        self._views: dict[str, Path] = {}
        self._answers: dict[str, Callable[[], str]] = {}
        self._raw_files: set[Path] = set()

    def __repr__(self) -> str:
        known = f"batch {self.batch}" if self.batch else "empty"
        links = "" if self.asserted else ", without accepted links"
        return f"<ledger {self.path}: {known}, as of {self.as_of or 'no day'}{links}>"

    @cached_property
    def history(self) -> History:
        """The batches of this view; read when tables are built from them, not on opening."""
        from lineage.ledger import history

        return history.read(self.path, self.batch)

    @property
    def manifests(self) -> tuple[manifest.Manifest, ...]:
        """The manifests of this view, all of them: cost grows with their number; `history` does not."""
        return manifest.read_all(self.path, self.batch)

    @property
    def version(self) -> str:
        """Last batch and number of decisions, such as `12.3`."""
        return f"{self.batch}.{self._entries_seen}"

    @cached_property
    def latest_business_date(self) -> date | None:
        """The latest date of a current record not later than the load that brought it; None in an empty ledger."""
        latest = manifest.parse(manifest.file_of(self.path, self.batch)).latest_business_date if self.batch else ""
        return date.fromisoformat(latest) if latest else None

    @cached_property
    def decisions(self) -> tuple[journal.Entry, ...]:
        """The journal as known to this view."""
        return journal.read(self.path, self._entries_seen)

    @cached_property
    def links_in_force(self) -> tuple[journal.Entry, ...]:
        """Journal entries of links in force; none when this view leaves asserted links out."""
        return journal.links_in_force(self.decisions) if self.asserted else ()

    @cached_property
    def asserted_links(self) -> list[asserted.AssertedLink]:
        """The asserted links of this view, with what each carries as the records now stand."""
        return asserted.links(self.links_in_force, self.rows)

    def from_batches(self) -> Ledger:
        """The same view, built in memory from the batches whatever lies derived."""
        view = Ledger(self.path, as_of=self.as_of, as_known=self.as_known, asserted=self.asserted)
        view.__dict__.update(_tables_folder=None, _graph_folder=None)
        return view

    def query(self, sql: str, parameters: Parameters = ()) -> pyarrow.Table:
        """The answer as an Arrow table. Every input table and every table of a graph pass is there by its name."""
        return self._run(sql, lambda cursor: cursor.execute(sql, parameters).to_arrow_table())

    def pieces(self, sql: str, rows: int = 500_000) -> pyarrow.RecordBatchReader:
        """The answer as Arrow record batches one after another, so that no more than one need be in memory."""
        return self._run(sql, lambda cursor: cursor.execute(sql).to_arrow_reader(rows))

    def rows(self, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """The answer as one dict a row; cheaper than Arrow for few rows."""
        from lineage import engine

        return self._run(sql, lambda cursor: engine.rows(cursor, sql, parameters))

    def resolve(self, text: str) -> str:
        """`kind:id` of a record named so or by an id that one record only bears. Raises NotFound, Misuse.

        Blanks around, full-width signs and capitals in the kind do not matter where the text as given names nothing.
        """
        for spelt in dict.fromkeys((text, _tidy(text))):
            found = self.bearers(spelt)
            if len(found) > 1:
                raise Misuse(f"{spelt} names {len(found)} records", f"say which: {', '.join(found)}")
            if found:
                return found[0]
        kind, _, name = spelt.rpartition(":")
        self._refuse_later(name, (kind,) if kind in BY_KIND else tuple(BY_KIND))
        near = self._near(name or spelt)
        hint = f"nearest: {', '.join(near)}" if near else "find it with lineage search"
        raise NotFound(f"there is no record {spelt}", hint, near)

    def _refuse_later(self, name: str, kinds: tuple[str, ...]) -> None:
        """Raises NotFound for a record that is there, but dated after the day asked."""
        if self.as_of is None:
            return
        for table in (BY_KIND[kind] for kind in kinds if BY_KIND[kind].name in BUSINESS_DATES):
            with self._lock:
                raw = self._raw(table.name)
            sql = f"SELECT {BUSINESS_DATES[table.name]} AS dated FROM {raw} WHERE {table.key[0]} = $name"
            for row in self.rows(sql, {"name": name}):
                if row["dated"] and row["dated"] > self.as_of:
                    raise NotFound(f"{table.kind}:{name} is dated {row['dated']}, after the day asked, {self.as_of}",
                                   f"ask --as-of {row['dated']} or later")

    def bearers(self, text: str) -> list[str]:
        """Every record that a text names: the one of `kind:id`, or all that bear the bare id."""
        kind, colon, name = text.partition(":")
        return self._bearers(name, (kind,)) if colon and kind in BY_KIND else self._bearers(text, tuple(BY_KIND))

    def _bearers(self, name: str, kinds: tuple[str, ...]) -> list[str]:
        parts = [f"SELECT record FROM {BY_KIND[kind].name} WHERE {BY_KIND[kind].key[0]} = $name" for kind in kinds]
        sql = " UNION ALL ".join(parts)
        return [row["record"] for row in self.rows(sql, {"name": name})]

    def _near(self, name: str) -> tuple[str, ...]:
        """Up to five records whose ids differ by a slip. Only ids alike but for three letters at one end are measured:
        the edit distance to 10 M ids would take a minute.
        """
        parts = [f"SELECT record, {table.key[0]} AS id FROM {table.name}" for table in BY_KIND.values()]
        same = max(2, len(name) - 3)
        sql = (
            f"SELECT record FROM ({' UNION ALL '.join(parts)}) "
            f"WHERE (left(id, {same}) = left($name, {same}) OR right(id, {same}) = right($name, {same})) "
            f"AND damerau_levenshtein(upper(id), upper($name)) <= greatest(1, length($name) // 5) "
            f"ORDER BY damerau_levenshtein(upper(id), upper($name)), record LIMIT 5"
        )
        return tuple(row["record"] for row in self.rows(sql, {"name": name}))

    @cached_property
    def graph(self) -> Graph:
        """The fund-flow graph of this view: memory-mapped from the derived set where that fits, else built."""
        from lineage.graph import keep

        return keep.graph_of(self, self._graph_folder)

    def trace(self, record: str, direction: Direction = "up", policy: str = "pro-rata", **shown: Any) -> Trail:
        """A record's trail up to its sources or down to its payees.

        `shown`: depth, fan_out and max_nodes limit what is shown, never amounts; bounds adds the provable least and
        most of each source. Raises NotFound, Misuse (an ambiguous id, a record that is no node of the graph).
        """
        from lineage.trace import asked, trace

        return trace(self, asked(self, record, policy, **shown), direction)

    @cached_property
    def engine(self) -> Engine:
        """The engine that holds this view's tables; for code below the questions, which ask through `query`."""
        from lineage import engine

        return engine.connect(self._scratch)

    def bind(self, names: set[str]) -> None:
        """Make the tables of these names, and the macro `document_number`, known to the engine."""
        wanted = names & (_KNOWN | self._answers.keys())
        for name in wanted & {*linked.NAMES}:
            self.bind({*linked.needs(name, linked=bool(self.links_in_force))})
        missing = wanted - self._bound
        if not missing:
            return
        with self._lock:
            for name in sorted(missing):
                if name in self._bound:  # also bound meanwhile, by the graph's own questions
                    continue
                if name in BY_NAME:
                    self._bind_table(name)
                elif name in derived.GRAPH_TABLES:
                    self._bind_graph_table(name)
                elif name in self._answers:
                    self._bind_answer(name)
                elif name in linked.NAMES:
                    self._bind_linked(name)
                elif name == "division_rows":
                    sight = current.Sight(self.as_of, self._raw, self._late)
                    self.engine.execute(f"CREATE TABLE {name} AS {current.division_rows_sql(sight)}")
                else:
                    from lineage.engine import with_documents

                    with_documents(self.engine)
                self._bound.add(name)

    def confined(self, names: set[str]) -> Ledger:
        """The same view over an engine that reaches the tables of these names and nothing else of the machine.

        For queries that other people wrote. Cost: the tables are bound, or built, a second time.
        """
        from lineage import engine

        view = Ledger(self.path, as_of=self.as_of, as_known=self.as_known, asserted=self.asserted)
        view.bind(names)
        engine.confine(view.engine, list(view._views.values()))
        return view

    def keep_answer(self, name: str, sql: Callable[[], str]) -> str:
        """A name by which queries find the rows of another query, which is asked once for this view and kept."""
        self._answers.setdefault(name, sql)
        return name

    def keep_table(self, name: str, file: Path) -> None:
        """Write a table as this view sees it, sorted by key in code-point order, and read it from there."""
        from lineage import engine

        table = BY_NAME[name]
        order = ", ".join(engine.name(column) for column in layers.stored_key(table))
        sql = current.table_sql(table, current.Sight(self.as_of, self._raw, self._late))
        engine.write_parquet(self.engine, f"SELECT * FROM ({sql}) ORDER BY {order}", file)
        self._read_from(name, file)
        self._bound.add(name)

    def is_sorted(self, name: str) -> bool:
        """Whether a table is read from a file that is sorted by its key: scanned as it is, it then comes in order."""
        self.bind({name})
        return name in self._views

    @cached_property
    def _scratch(self) -> Path:
        folder = Path(tempfile.gettempdir()) / f"lineage-{uuid.uuid4().hex}"
        weakref.finalize(self, shutil.rmtree, folder, True)
        return folder

    @cached_property
    def _tables_folder(self) -> Path | None:
        found = derived.in_force(self.path)
        return found.folder(self.path) if found and found.fits_tables(self) else None

    @property
    def is_derived(self) -> bool:
        """Whether tables and graph of this view lie ready; else they are built in memory when first asked for."""
        return self._graph_folder is not None

    @cached_property
    def _graph_folder(self) -> Path | None:
        found = derived.in_force(self.path)
        return found.folder(self.path) if found and found.fits_graph(self) else None

    def _run(self, sql: str, ask: Callable[[Engine], Answer]) -> Answer:
        """Ask on a cursor of its own; a derived set or checkpoint swept away meanwhile is done without."""
        from lineage.engine import EngineError, is_overflow

        try:
            self.bind(set(_WORD.findall(sql)))
            return ask(self.engine.cursor())
        except EngineError as error:
            if is_overflow(error):
                raise beyond_count() from error
            if not self._set_is_gone():
                from lineage.ledger import torn

                if damaged := torn.told(error, self.history, [*self._views.values()]):
                    raise damaged from error
                raise
        self._forget_set()
        self.bind(set(_WORD.findall(sql)))
        return ask(self.engine.cursor())

    def _set_is_gone(self) -> bool:
        folders = (folder for folder in (self._tables_folder, self._graph_folder) if folder is not None)
        return not all(map(Path.exists, (*folders, *self._raw_files)))

    def _forget_set(self) -> None:
        with self._lock:
            self.__dict__.update(_tables_folder=None, _graph_folder=None)
            if not all(map(Path.exists, self._raw_files)):
                self._forget_history()
            for name in [name for name in self._views if not self._views[name].exists()]:
                self.engine.execute(f"DROP VIEW IF EXISTS {name}")
                self._bound.discard(name)
                del self._views[name]

    def _forget_history(self) -> None:
        """Checkpoints that a writer replaced are gone: the same rows come from those it made instead."""
        self.__dict__.pop("history", None)
        self._raw_files.clear()
        for view in [view for view in self._bound if view.startswith("raw_")]:
            self.engine.execute(f"DROP VIEW IF EXISTS {view}")
            self._bound.discard(view)

    def _bind_table(self, name: str) -> None:
        if self._tables_folder:
            self._read_from(name, self._tables_folder / f"{name}.parquet")
            return
        sight = current.Sight(self.as_of, self._raw, self._late)
        self.engine.execute(f"CREATE TABLE {name} AS {current.table_sql(BY_NAME[name], sight)}")

    def _bind_answer(self, name: str) -> None:
        sql = self._answers[name]()
        self.bind(set(_WORD.findall(sql)))
        self._read_from(name, answers.kept(self.engine.cursor(), name, sql, self._graph_folder, self._scratch))

    def _bind_linked(self, name: str) -> None:
        for statement in linked.statements(name, linked=bool(self.links_in_force)):
            self.engine.execute(statement, asserted.ends(self.links_in_force) if "$1" in statement else None)

    def _bind_graph_table(self, name: str) -> None:
        folder = self._graph_folder or self._graph_tables_built
        self._read_from(name, folder / f"{name}.parquet")

    @cached_property
    def _graph_tables_built(self) -> Path:
        from lineage.graph import keep

        folder = self._scratch / "graph-tables"
        folder.mkdir(parents=True, exist_ok=True)
        keep.derive(self, folder)
        return folder

    def _read_from(self, name: str, file: Path) -> None:
        from lineage import engine

        self.engine.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {engine.parquet([file])}")
        self._views[name] = file

    def _raw(self, name: str) -> str:
        """A view of a table's rows in force, made when first needed."""
        view = f"raw_{name}"
        if view not in self._bound:
            parts = layers.layers(self.history, name)
            self._raw_files.update(part.path for part in parts if part.merged)
            self.engine.execute(f"CREATE VIEW {view} AS {layers.current_sql(BY_NAME[name], parts)}")
            self._bound.add(view)
        return view

    def _late(self, name: str) -> str:
        """A table of the ids hidden as of the day asked, made when first needed; "" where there are none."""
        late = f"late_{name}"
        if late not in self._bound:
            sight = current.Sight(self.as_of, self._raw, self._late)
            self.engine.execute(f"CREATE TABLE {late} AS {current.late_sql(BY_NAME[name], sight)}")
            self._bound.add(late)
        return late if self.engine.execute(f"SELECT 1 FROM {late} LIMIT 1").fetchone() else ""


def _tidy(text: str) -> str:
    """A record's name as it was probably meant: half-width, no blanks around, the kind in small letters."""
    kind, colon, name = unicodedata.normalize("NFKC", text).strip().partition(":")
    return f"{kind.strip().lower()}:{name.strip()}" if colon else kind


def open_ledger(
    path: str | Path, as_of: date | None = None, as_known: int | None = None, asserted: bool = True
) -> Ledger:
    """Open a ledger for reading. Raises NotFound (no ledger, no such batch), Damaged."""
    return Ledger(path, as_of=as_of, as_known=as_known, asserted=asserted)


def _entries_at(path: Path, as_known: int | None) -> int:
    """Decisions that belong to a view: all of them now; as known at a batch, those made before the next batch."""
    if as_known is not None and manifest.file_of(path, as_known + 1).exists():
        return manifest.parse(manifest.file_of(path, as_known + 1)).journal_entries
    return journal.count(path)
