"""Feeds: what lies there is loaded when it has changed and has come to rest; silence is noticed.

A folder is left as it is: loading is idempotent, and whoever delivers keeps the files. A load that fails stops no
other feed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import loaders
from api.watch.plan import Feed
from api.watch.state import FeedState
from lineage.errors import LineageError
from lineage.words import Language


@dataclass(frozen=True, slots=True)
class FeedNews:
    """What happened to a feed in a round: "loaded", "rejected" (some rows), "failed", "stale", "delivering" (again)."""

    feed: str
    what: str
    told: str
    rows: int = 0
    rejected: int = 0
    batch: int = 0


def look(feed: Feed, state: FeedState, ledger: Path, now: datetime, language: Language) -> list[FeedNews]:
    """Load a feed if something new lies there. Never raises for what a feed does wrong: it becomes news."""
    state.looked_at = now.isoformat(timespec="seconds")
    news: list[FeedNews] = []
    try:
        signature = signature_of(feed, now)
        if signature is not None and signature != state.signature:
            news += _load(feed, state, ledger, now, language)
            state.signature = signature
        state.error = ""
    except LineageError as error:
        if str(error) != state.error:  # told once, not every round
            news.append(FeedNews(feed.name, "failed", str(error)))
        state.error = str(error)
    return [*news, *_silence(feed, state, now)]


def signature_of(feed: Feed, now: datetime) -> str | None:
    """Names, sizes and times of the files there; None while one of them is still being written, or none is there.

    A database is asked every time: its watermark knows what is new.
    """
    if "://" in feed.source:
        return now.isoformat()
    place = Path(feed.source)
    files = [place] if place.is_file() else sorted(one for one in place.rglob("*") if one.is_file())
    visible = [one for one in files if not any(part.startswith(".") for part in one.relative_to(place).parts)]
    if not visible:
        return None
    digest = hashlib.sha256()
    for one in visible:
        seen = one.stat()
        if now.timestamp() - seen.st_mtime < feed.settle_seconds:
            return None
        digest.update(f"{one.relative_to(place)}\0{seen.st_size}\0{seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _load(feed: Feed, state: FeedState, ledger: Path, now: datetime, language: Language) -> list[FeedNews]:
    result = loaders.load(
        ledger, feed.source, profile=feed.profile or None, who=f"watch:{feed.name}", at=now, lang=language, derive=False
    )
    if result.written or "://" not in feed.source:
        state.delivered_at = now.isoformat(timespec="seconds")
    if result.written:
        state.batch = result.batch
    state.rejected = result.rejected
    if not result.written:
        return []
    what = "rejected" if result.rejected else "loaded"
    return [FeedNews(feed.name, what, "", result.loaded + result.corrected, result.rejected, result.batch)]


def _silence(feed: Feed, state: FeedState, now: datetime) -> list[FeedNews]:
    """Stale once more than `expected_hours` passed without anything new; told when it begins and when it ends."""
    if not feed.expected_hours:
        return []
    state.delivered_at = state.delivered_at or now.isoformat(timespec="seconds")  # the clock starts with the watch
    since = datetime.fromisoformat(state.delivered_at)
    stale = now - since > timedelta(hours=feed.expected_hours)
    if stale == state.stale:
        return []
    state.stale = stale
    return [FeedNews(feed.name, "stale" if stale else "delivering", since.isoformat(timespec="minutes"))]
