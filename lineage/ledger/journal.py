"""The journal: decisions of people, append-only, each line holding the hash of the line before.

Kinds: `finding-event`, `link-accepted`, `link-revoked`, `withdrawal`, `settings`, `seal`. An entry counts once
its line ends in a newline and is synced; of several taken at once each says how many more there are, and none counts
before the last. What a crash tore off is no entry and is cut away by the next writer.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lineage.errors import Damaged, NotFound
from lineage.ledger import durable, lock
from lineage.ledger.manifest import FIRST

LINK_ACCEPTED = "link-accepted"
LINK_REVOKED = "link-revoked"
WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision: running number from 1, kind, what was decided, who, when, hash of the line before.

    `more` is how many of those taken at once with it follow.
    """

    number: int
    kind: str
    body: dict[str, Any]
    by: str
    at: str
    previous: str
    more: int = 0

    def to_json(self) -> dict[str, Any]:
        """As an answer to who decided."""
        return {"entry": self.number, "by": self.by, "at": self.at, **self.body}

    def to_bytes(self) -> bytes:
        """The line without its newline; its SHA-256 is what the next line names as `previous`."""
        return durable.to_json(
            {
                "number": self.number,
                "kind": self.kind,
                "body": self.body,
                "by": self.by,
                "at": self.at,
                "previous": self.previous,
            }
            | ({"more": self.more} if self.more else {})  # a single decision's line is as the first release wrote it
        )


def file_of(ledger: Path) -> Path:
    """Where a ledger's journal lies."""
    return ledger / "journal.jsonl"


def append(ledger: Path, kind: str, body: dict[str, Any], by: str, at: datetime) -> Entry:
    """Write one decision and sync it. Raises NotFound without a ledger, Damaged on a broken last line."""
    return append_all(ledger, [(kind, body)], by, at)[0]


def append_all(ledger: Path, decisions: list[tuple[str, dict[str, Any]]], by: str, at: datetime) -> list[Entry]:
    """Write several decisions at once; they take effect together or not at all, torn writes included."""
    if not ledger.is_dir():
        raise NotFound(f"{ledger} holds no ledger", "name it with --ledger")
    moment = at.isoformat(timespec="seconds")
    with lock.held(ledger / "journal.lock", by, moment):
        _cut_torn(ledger)
        before, previous = head(ledger)
        entries = []
        for number, (kind, body) in enumerate(decisions, before + 1):
            entries.append(Entry(number, kind, body, by, moment, previous, before + len(decisions) - number))
            previous = hashlib.sha256(entries[-1].to_bytes()).hexdigest()
        durable.append(file_of(ledger), b"".join(entry.to_bytes() + b"\n" for entry in entries))
        if not before:
            durable.sync(ledger)
    return entries


def read(ledger: Path, up_to: int | None = None) -> tuple[Entry, ...]:
    """All decisions in order, or the first `up_to`. Raises Damaged when a line is no entry."""
    found = []
    for number, line in enumerate(lines(ledger)[:up_to], 1):
        try:
            found.append(Entry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise Damaged(f"{file_of(ledger)}:{number}: no journal entry ({error})", "run lineage verify") from error
    return tuple(found)


def count(ledger: Path) -> int:
    """The number of decisions."""
    return _whole(ledger).count(b"\n")


def head(ledger: Path) -> tuple[int, str]:
    """The number of decisions and the hash of the last one's line."""
    whole = _whole(ledger)
    last = whole[whole.rfind(b"\n", 0, len(whole) - 1) + 1 : -1]
    return whole.count(b"\n"), hashlib.sha256(last).hexdigest() if whole else FIRST


def links_in_force(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Accepted links that nobody revoked, in order; a revocation names the entry's number or its two ends."""
    active: dict[int, Entry] = {}
    for entry in entries:
        if entry.kind == LINK_ACCEPTED:
            active[entry.number] = entry
        elif entry.kind == LINK_REVOKED:
            for number in [number for number, link in active.items() if _revokes(entry.body, number, link.body)]:
                del active[number]
    return tuple(active.values())


def _revokes(body: dict[str, Any], number: int, link: dict[str, Any]) -> bool:
    if "entry" in body:
        return bool(body["entry"] == number)
    return (body.get("from"), body.get("to")) == (link.get("from"), link.get("to"))


def lines(ledger: Path) -> list[bytes]:
    """The lines that count, without their newlines."""
    return _whole(ledger).split(b"\n")[:-1]


def _whole(ledger: Path) -> bytes:
    """The journal up to the last decision that is whole: what follows was never acknowledged."""
    try:
        content = file_of(ledger).read_bytes()
    except FileNotFoundError:
        return b""
    end = content.rfind(b"\n") + 1
    while end and _is_followed(content[content.rfind(b"\n", 0, end - 1) + 1 : end]):
        end = content.rfind(b"\n", 0, end - 1) + 1
    return content[:end]


def _is_followed(line: bytes) -> bool:
    """Whether a line says that more belong to it. One that is no entry is told by who reads it, not here."""
    if b'"more":' not in line:
        return False
    try:
        return bool(json.loads(line).get("more"))
    except (ValueError, AttributeError):
        return False


def _cut_torn(ledger: Path) -> None:
    file, whole = file_of(ledger), len(_whole(ledger))
    if file.exists() and file.stat().st_size > whole:
        with file.open("r+b") as stream:
            stream.truncate(whole)
