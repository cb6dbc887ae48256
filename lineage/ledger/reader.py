"""The ledger as readers see it: one state, at one batch and one business date, that never moves under them.

Opening reads manifests only, no data. Tables are bound when a query first names them: from the derived set when
it fits this view, else built in the engine's memory from the batches.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import uuid
import weakref
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse, NotFound
from lineage.ledger import current, journal, layers, manifest
from lineage.schema import BY_KIND, BY_NAME, TABLES

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]

    from lineage.engine import Engine

_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


class Ledger:
    """A read-only view of a ledger. Safe for threads: every query runs on a cursor of its own."""

    def __init__(self, path: str | Path, *, as_of: date | None = None, as_known: int | None = None,
                 asserted: bool = True) -> None:
        self.path = Path(path)
        self.asserted = asserted
        self.as_known = as_known
        self.manifests = manifest.read_all(self.path, as_known)
        self._entries_seen = _entries_at(self.path, as_known)
        self.as_of = as_of or self.latest_business_date
        self._lock = threading.RLock()
        self._bound: set[str] = set()

    @property
    def batch(self) -> int:
        """The last batch this view knows, 0 when there is none."""
        return len(self.manifests)

    @property
    def version(self) -> str:
        """Last batch and number of decisions, such as `12.3`."""
        return f"{self.batch}.{self._entries_seen}"

    @property
    def latest_business_date(self) -> date | None:
        """The latest date of a current record not later than the load that brought it; None in an empty ledger."""
        latest = self.manifests[-1].latest_business_date if self.manifests else ""
        return date.fromisoformat(latest) if latest else None

    @cached_property
    def decisions(self) -> tuple[journal.Entry, ...]:
        """The journal as known to this view."""
        return journal.read(self.path, self._entries_seen)

    @cached_property
    def asserted_links(self) -> list[dict[str, Any]]:
        """Links accepted and not revoked: from, to, kind, who, why, at, entry; none if asserted is off."""
        if not self.asserted:
            return []
        return [{**entry.body, "who": entry.by, "at": entry.at, "entry": entry.number}
                for entry in journal.links_in_force(self.decisions)]

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pyarrow.Table:
        """The answer as an Arrow table. Every input table and every table of a graph pass is there by its name."""
        return self._cursor(sql).execute(sql, list(parameters)).to_arrow_table()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The answer as one dict a row; cheaper than Arrow for few rows."""
        from lineage import engine

        return engine.rows(self._cursor(sql), sql, parameters)

    def resolve(self, text: str) -> str:
        """`kind:id` of a record named so or by an id that one record only bears. Raises NotFound, Misuse."""
        kind, colon, name = text.partition(":")
        named = colon and kind in BY_KIND
        found = self._bearers(name, (kind,)) if named else self._bearers(text, tuple(BY_KIND))
        if len(found) > 1:
            raise Misuse(f"{text} names {len(found)} records", f"say which: {', '.join(found)}")
        if not found:
            near = self._near(name or text)
            raise NotFound(f"there is no record {text}", f"nearest: {', '.join(near)}" if near else "", near)
        return found[0]

    def _bearers(self, name: str, kinds: tuple[str, ...]) -> list[str]:
        parts = [f"SELECT record FROM {BY_KIND[kind].name} WHERE {BY_KIND[kind].key[0]} = $name" for kind in kinds]
        sql = " UNION ALL ".join(parts)
        return [row[0] for row in self._cursor(sql).execute(sql, {"name": name}).fetchall()]

    def _near(self, name: str) -> tuple[str, ...]:
        parts = [f"SELECT record, {table.key[0]} AS id FROM {table.name}" for table in BY_KIND.values()]
        sql = (f"SELECT record FROM ({' UNION ALL '.join(parts)}) "
               f"WHERE damerau_levenshtein(upper(id), upper($name)) <= greatest(1, length($name) // 5) "
               f"ORDER BY damerau_levenshtein(upper(id), upper($name)), record LIMIT 5")
        return tuple(row[0] for row in self._cursor(sql).execute(sql, {"name": name}).fetchall())

    @cached_property
    def engine(self) -> Engine:
        """The engine that holds this view's tables; for code below the questions, which ask through `query`."""
        from lineage import engine

        scratch = Path(tempfile.gettempdir()) / f"lineage-{uuid.uuid4().hex}"
        weakref.finalize(self, shutil.rmtree, scratch, True)
        return engine.connect(scratch)

    def _cursor(self, sql: str) -> Engine:
        self.bind(set(_WORD.findall(sql)))
        return self.engine.cursor()

    def bind(self, names: set[str]) -> None:
        """Make the tables of these names, and the macro `document_number`, known to the engine."""
        missing = names - self._bound
        if not missing:
            return
        with self._lock:
            for table in TABLES:
                if table.name in missing - self._bound:
                    self._bind_table(table.name)
            if "document_number" in missing - self._bound:
                from lineage.engine import with_documents

                with_documents(self.engine)
            self._bound |= missing

    def _bind_table(self, name: str) -> None:
        sight = current.Sight(self.as_of, self._raw, self._late)
        self.engine.execute(f"CREATE TABLE {name} AS {current.table_sql(BY_NAME[name], sight)}")

    def _raw(self, name: str) -> str:
        """A view of a table's rows in force, made when first needed."""
        view = f"raw_{name}"
        if view not in self._bound:
            parts = layers.layers(self.path, self.manifests, name)
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


def open_ledger(path: str | Path, as_of: date | None = None, as_known: int | None = None,
                asserted: bool = True) -> Ledger:
    """Open a ledger for reading. Raises NotFound (no ledger, no such batch), Damaged."""
    return Ledger(path, as_of=as_of, as_known=as_known, asserted=asserted)


def _entries_at(path: Path, as_known: int | None) -> int:
    """Decisions that belong to a view: all of them now; as known at a batch, those made before the next batch."""
    if as_known is not None and manifest.file_of(path, as_known + 1).exists():
        return manifest.parse(manifest.file_of(path, as_known + 1)).journal_entries
    return journal.count(path)
