"""One writer at a time: an advisory lock that the operating system drops when its process dies.

So a lock is never stale: what a dead writer leaves is only the note who it was, which the next one overwrites.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lineage.errors import Busy, Unavailable
from lineage.ledger import durable

POLL_SECONDS = 0.05
NOTE = "lock"


@contextmanager
def held(file: Path, who: str, since: str, *, wait: bool | float = True) -> Iterator[bool]:
    """Hold `file` exclusively. With `wait` off, or after that many seconds, raises Busy naming the holder.

    Gives whether the holder before ended well; who died, or failed, left a note.
    """
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise Unavailable(f"could not open {file}: {error.strerror}", "see that you may write there") from error
    try:
        _acquire(handle, file, wait)
        ended_well = not os.fstat(handle).st_size
        with durable.told(file):
            os.ftruncate(handle, 0)
            note = {"who": who, "pid": os.getpid(), "since": since}
            os.pwrite(handle, json.dumps(note, ensure_ascii=False).encode(), 0)
        yield ended_well
        with suppress(OSError):  # what was done is done; the note that stays only makes the next one look about
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder(file: Path) -> str:
    """Who holds the lock, as its note says; "" when nobody noted it."""
    try:
        note = json.loads(file.read_bytes())
        return f"{note['who']} (process {note['pid']}) since {note['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _acquire(handle: int, file: Path, wait: bool | float) -> None:
    until = None if wait is True else time.monotonic() + float(wait)
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if until is not None and time.monotonic() >= until:
                who = holder(file) or "another process"
                raise Busy(f"the ledger is being written by {who}", "wait until it has finished", who) from None
            time.sleep(POLL_SECONDS)
