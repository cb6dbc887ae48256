"""One round of a watch: load every feed, derive, check, publish, back up; queue what is to be told; send what is due.

Each step that fails is noted and told, and the others go on. The state is written after the news was queued: a crash
between tells the same messages again under the same ids, which the outbox knows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import lineage
import queries
from api.watch import feeds, messages, news
from api.watch.outbox import Outbox
from api.watch.plan import Plan, Target
from api.watch.state import State, home_of, read_state, write_state
from lineage.errors import LineageError
from lineage.ledger import Ledger, backup
from lineage.words import Language
from queries.findings import Findings
from queries.territory import division_names, subtree


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did, for who runs the watch."""

    at: str
    version: str
    feeds: tuple[feeds.FeedNews, ...]
    new: int
    returned: int
    overdue: int
    mended: int
    queued: int
    taken: int
    failed: int
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Watched:
    """A ledger under watch, at one moment."""

    ledger: Path
    plan: Plan
    state: State
    outbox: Outbox
    now: datetime
    language: Language

    def attempt(self, step: str, work: Callable[[], object]) -> None:
        """Do a step; what stops it is noted under the step's name, and forgotten once it works again."""
        try:
            work()
        except LineageError as error:
            self.state.errors[step] = str(error)
        else:
            self.state.errors.pop(step, None)


def run_round(ledger: Path, plan: Plan, now: datetime, language: Language = "en") -> Round:
    """One whole round at the moment `now`. Raises only where nothing can be kept (disk, permission, damage)."""
    home = home_of(ledger)
    home.mkdir(mode=0o700, exist_ok=True)
    state = read_state(home)
    state.begun_at = now.isoformat(timespec="seconds")
    watched = _Watched(ledger, plan, state, Outbox(home), now, language)
    heard = [one for feed in plan.feeds for one in feeds.look(feed, state.feed(feed.name), ledger, now, language)]
    state.feeds = {feed.name: state.feed(feed.name) for feed in plan.feeds}
    fresh, queued, version = news.News(), 0, ""
    if (ledger / "manifest").is_dir():
        watched.attempt("derive", lambda: queries.prepare(ledger))
        opened = lineage.open(ledger)
        version = opened.version
        found = queries.findings(opened, now.date())
        fresh = news.news_of(found, state, now.date())
        if plan.publish:
            watched.attempt("publish", lambda: _publish(opened, plan.publish))
        if plan.backup and state.backed_up_on != now.date().isoformat() and now.time() >= plan.digest_at:
            watched.attempt("backup", lambda: backup.back_up(ledger, Path(plan.backup), who="watch", at=now))
            state.backed_up_on = now.date().isoformat()
        queued = _tell(watched, opened, found, fresh, heard)
    state.rounds += 1
    state.round_at = now.isoformat(timespec="seconds")
    write_state(home, state)
    taken, failed = watched.outbox.send_due(plan, now)
    watched.outbox.sweep(plan, now)
    counts = (len(fresh.new), len(fresh.returned), len(fresh.overdue), len(fresh.mended))
    return Round(state.round_at, version, tuple(heard), *counts, queued, taken, failed, tuple(state.errors.values()))


def _publish(ledger: Ledger, address: str) -> None:
    from api.homes import home_at
    from queries.bolt.driver import connect
    from queries.bolt.publish import publish

    home_at(address).close()  # says clearly when the driver is not there or the address is none
    connection = connect(address)
    try:
        publish(connection, ledger)
    finally:
        connection.close()


def _tell(watched: _Watched, ledger: Ledger, found: Findings, fresh: news.News, heard: Sequence[feeds.FeedNews]) -> int:
    """Queue what each target is to be told; gives how many messages that makes."""
    plan, state, now = watched.plan, watched.state, watched.now
    frame = messages.Frame(
        watched.ledger.absolute().name,
        ledger.version,
        ledger.as_of.isoformat() if ledger.as_of else "",
        now.isoformat(timespec="seconds"),
        now.date(),
        division_names(ledger),
    )
    digest_due = state.digested_on != now.date().isoformat() and now.time() >= plan.digest_at
    queued = 0
    for target in plan.targets:
        inside, made, framed = _inside(ledger, target), [], replace(frame, language=target.language)
        own = fresh.within(inside, target.severities)
        if own and "findings" in target.tell:
            made.append(messages.findings_message(own, framed))
        if heard and inside is None and "feeds" in target.tell:
            made.append(messages.feeds_message(heard, framed))
        if digest_due and "digest" in target.tell:
            cases = [
                case
                for case in found.cases
                if not case.mended and case.state != "closed" and (inside is None or case.division_code in inside)
            ]
            stale = [name for name, feed in state.feeds.items() if feed.stale] if inside is None else []
            waiting = sum(1 for _ in watched.outbox.waiting()) if inside is None else 0
            made.append(messages.digest_message(cases, stale, waiting, framed))
        queued += sum(watched.outbox.queue(one, target, now) for one in made)
    if digest_due:
        state.digested_on = now.date().isoformat()
    return queued


def _inside(ledger: Ledger, target: Target) -> frozenset[str] | None:
    """The divisions a target is told of; a root that is not in the ledger (yet) adds none."""
    if not target.divisions:
        return None
    inside: set[str] = set()
    for root in target.divisions:
        with suppress(LineageError):
            inside |= subtree(ledger, root)
    return frozenset(inside)
