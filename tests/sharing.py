"""Build something costly once for all workers of a test run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path


def built_once(folder: Path, build: Callable[[Path], Path]) -> Path:
    """What `build` made in `folder`: the first worker builds while the others wait. A failed build is tried again."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "built.txt"
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            done.write_text(str(build(folder)), encoding="utf-8")
    return Path(done.read_text(encoding="utf-8"))


def kept_ledgers() -> Path | None:
    """Where ledgers are kept from run to run, if they are: for mutants of questions, which make no ledger otherwise."""
    kept = os.environ.get("LINEAGE_KEPT_LEDGERS")
    return Path(kept) if kept else None
