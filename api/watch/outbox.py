"""The outbox: a message waits in a file until it was taken; what happened to it is journalled, chained, by month.

`NAME.watch/waiting/TARGET-ID.json` is a message not yet taken, `NAME.watch/sent/…` one that was, `NAME.watch/log/
2026-11/journal.jsonl` what happened when. Invariant: a message is sent at least once, never lost by a crash, and one
that was sent is not queued again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from api.watch.channels import SENDERS
from api.watch.messages import Message
from api.watch.plan import Plan, Target
from lineage.errors import Unavailable
from lineage.ledger import durable, journal

QUEUED, SENT, FAILED, GIVEN_UP = "queued", "sent", "failed", "given-up"
LONGEST_PAUSE = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message on its way to one target, `place`-th in line at its time; `next_at` is when it is tried again, after
    `attempts` failures.
    """

    target: str
    queued_at: str
    place: int
    message: Message
    attempts: int = 0
    next_at: str = ""

    @property
    def name(self) -> str:
        """Its file's name."""
        return f"{re.sub(r'[^0-9A-Za-z_-]', '_', self.target)}-{self.message.id}.json"


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox of a watch, in its folder."""

    home: Path

    def queue(self, message: Message, target: Target, now: datetime) -> bool:
        """Put a message in line; False where it is waiting, or was sent, already."""
        place = sum(1 for _ in self._folder("waiting").glob("*.json"))
        one = Waiting(target.name, _iso(now), place, message, 0, _iso(now))
        if any((self.home / folder / one.name).exists() for folder in ("waiting", "sent")):
            return False
        _write(self._folder("waiting") / one.name, one)
        self._note(one, QUEUED, now)
        return True

    def waiting(self) -> Iterator[Waiting]:
        """What waits, the longest waiting first."""
        found = [_read(file) for file in self._folder("waiting").glob("*.json")]
        return iter(sorted(found, key=lambda one: (one.queued_at, one.place, one.name)))

    def send_due(self, plan: Plan, now: datetime) -> tuple[int, int]:
        """Send what is due; gives how many were taken and how many were not."""
        targets = {target.name: target for target in plan.targets}
        taken = failed = 0
        for one in list(self.waiting()):
            if datetime.fromisoformat(one.next_at) > now:
                continue
            target = targets.get(one.target)
            if target is None:
                self._leave(one, GIVEN_UP, now, "no such target in the plan any more")
                continue
            try:
                SENDERS[target.channel](one.message, target, plan.mail)
            except Unavailable as error:
                failed += 1
                self._failed(one, plan, now, str(error))
            else:
                taken += 1
                self._leave(one, SENT, now)
        return taken, failed

    def sweep(self, plan: Plan, now: datetime) -> None:
        """Remove messages sent longer ago than the plan keeps them; the journal keeps that they were."""
        for place in ("sent", "given-up"):
            for file in self._folder(place).glob("*.json"):
                if now.timestamp() - file.stat().st_mtime > plan.keep_days * 86400:
                    file.unlink()

    def _failed(self, one: Waiting, plan: Plan, now: datetime, why: str) -> None:
        """Try again after a pause that doubles each time, up to four hours; give up after the plan's hours."""
        if now - datetime.fromisoformat(one.queued_at) > timedelta(hours=plan.give_up_hours):
            self._leave(one, GIVEN_UP, now, why)
            return
        pause = min(timedelta(minutes=plan.retry_minutes) * 2 ** min(one.attempts, 20), LONGEST_PAUSE)
        later = replace(one, attempts=one.attempts + 1, next_at=_iso(now + pause))
        _write(self._folder("waiting") / one.name, later)
        self._note(later, FAILED, now, why)

    def _leave(self, one: Waiting, what: str, now: datetime, why: str = "") -> None:
        """Journal first: a crash before the rename sends once more, never less."""
        self._note(one, what, now, why)
        place = self._folder(SENT if what == SENT else "given-up")
        durable.rename(self._folder("waiting") / one.name, place / one.name)

    def _note(self, one: Waiting, what: str, now: datetime, why: str = "") -> None:
        month = self._folder("log", now.strftime("%Y-%m"))
        body = {"id": one.message.id, "kind": one.message.kind, "target": one.target, "attempts": one.attempts}
        journal.append(month, what, body | ({"why": why} if why else {}), "watch", now)

    def _folder(self, *parts: str) -> Path:
        folder = self.home.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _write(file: Path, one: Waiting) -> None:
    durable.write(file, durable.to_json(asdict(one)) + b"\n", mode=0o600)


def _read(file: Path) -> Waiting:
    said: dict[str, Any] = json.loads(file.read_bytes())
    return Waiting(**{**said, "message": Message(**said["message"])})


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
