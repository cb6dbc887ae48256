"""Writing that survives a crash: every file is synced before it is named, every name before it counts.

Invariant: a name in the ledger's manifest folder stands for a file that is whole on disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from lineage.errors import Unavailable

_CHUNK = 1 << 20


def write(file: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put a whole file in place: temporary name, fsync, rename, fsync of the folder. Raises Unavailable."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            _write_all(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        rename(temporary, file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Unavailable(
            f"could not write {file}: {error.strerror or error}",
            "see that the disk has space and that you may write there, then try again",
        ) from error


def rename(old: Path, new: Path) -> None:
    """Give a synced file or folder its lasting name, and sync the folder that holds it."""
    os.rename(old, new)
    sync(new.parent)


def sync(path: Path) -> None:
    """Flush one file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def append(file: Path, content: bytes) -> None:
    """Add to the end of a file and sync it; the caller holds the file's lock."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        _write_all(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush all files of a folder, then the folder."""
    for file in sorted(folder.iterdir()):
        sync(file)
    sync(folder)


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
