"""Writing that survives a crash: every file is synced before it is named, every name before it counts.

Invariant: a name in the ledger's manifest folder stands for a file that is whole on disk. What the disk refuses raises
Unavailable, which names the file and says what to do.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lineage.errors import Unavailable

_CHUNK = 1 << 20
_HINTS = {
    errno.ENOSPC: "free some space, then try again",
    errno.EDQUOT: "free some space, then try again",
    errno.EIO: "the disk reports a fault: look at the system's log, then run lineage verify and try again",
}
_HINT = "see that the disk has space and that you may write there, then try again"


def write(file: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put a whole file in place: temporary name, fsync, rename, fsync of the folder. Raises Unavailable."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with told(file):
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            try:
                _write_all(handle, content)
                os.fsync(handle)
            finally:
                os.close(handle)
        rename(temporary, file)
    except Unavailable:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def rename(old: Path, new: Path) -> None:
    """Give a synced file or folder its lasting name, and sync the folder that holds it. Raises Unavailable."""
    with told(new):
        os.rename(old, new)
    sync(new.parent)


def sync(path: Path) -> None:
    """Flush one file or folder to the disk. Raises Unavailable."""
    with told(path):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def append(file: Path, content: bytes) -> None:
    """Add to the end of a file and sync it; the caller holds the file's lock. Raises Unavailable.

    What could not be synced is cut away again: it was not acknowledged, and no later sync would bring it to the disk.
    """
    with told(file):
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        before = os.fstat(handle).st_size
        try:
            _write_all(handle, content)
            os.fsync(handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, before)
            raise
        finally:
            os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush all files of a folder and of those inside, then the folder."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            sync_tree(entry)
        else:
            sync(entry)
    sync(folder)


@contextmanager
def told(file: Path) -> Iterator[None]:
    """What the system refuses, with the file it was about."""
    try:
        yield
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, _HINT)
        raise Unavailable(f"could not write {file}: {error.strerror or error}", hint) from error


def sha256(file: Path) -> str:
    """The hash of a file's bytes, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def to_json(value: Any) -> bytes:
    """One way to write JSON, so that equal values have equal bytes and hashes; a slotted dataclass is an object."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_members)
    return text.encode()


def discard(path: Path) -> None:
    """Remove a file or folder that nothing names any more."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _members(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _write_all(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view[:_CHUNK]) :]
