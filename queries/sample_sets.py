"""Saved sets of records with a note: a sample, or any records that somebody wants to come back to; in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse, NotFound
from lineage.ledger import journal

if TYPE_CHECKING:
    from lineage.ledger import Ledger

KIND = "record-set"
"""The kind of the journal's entries."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody says of a set, who, when."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordSet:
    """A set as last saved under its name; earlier states stay in the journal."""

    name: str
    records: tuple[str, ...]
    note: str
    by: str
    at: str
    entry: int

    def to_json(self) -> dict[str, Any]:
        """The set."""
        return {"name": self.name, "records": list(self.records), "note": self.note, "by": self.by, "at": self.at}


def save_set(ledger: Ledger, name: str, records: Iterable[str], note: Note) -> RecordSet:
    """Save records under a name, in the place of what it had. Raises Misuse (no name), NotFound (no such record)."""
    if not name.strip():
        raise Misuse("a set without a name", "name it with --save")
    wanted = [ledger.resolve(record) for record in dict.fromkeys(records)]
    body = {"name": name.strip(), "records": wanted, "note": note.text}
    return _set(journal.append(ledger.path, KIND, body, note.by, note.at))


def record_sets(ledger: Ledger) -> tuple[RecordSet, ...]:
    """All sets as last saved, by name."""
    latest = {entry.body["name"]: _set(entry) for entry in ledger.decisions if entry.kind == KIND}
    return tuple(latest[name] for name in sorted(latest))


def record_set(ledger: Ledger, name: str) -> RecordSet:
    """One set by name. Raises NotFound."""
    known = {one.name: one for one in record_sets(ledger)}
    if name not in known:
        raise NotFound(f"there is no set {name}", f"saved: {', '.join(known) or 'none'}", tuple(known))
    return known[name]


def _set(entry: journal.Entry) -> RecordSet:
    body = entry.body
    return RecordSet(body["name"], tuple(body["records"]), body["note"], entry.by, entry.at, entry.number)
