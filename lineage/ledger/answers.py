"""Answers kept: the rows of a query that many questions begin with, worked out once for a view of the ledger.

They lie in the derived set, in `answers/`, where it fits the view and can be written, else in the view's own
scratch folder. A file is named by a hash of its SQL, so what another release asked is never taken for it; it is
put there by rename, whole and synced. Invariant: it may be thrown away at any time.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import Unavailable
from lineage.ledger import durable

if TYPE_CHECKING:
    from lineage.engine import Engine

FOLDER = "answers"


def kept(engine: Engine, name: str, sql: str, derived: Path | None, scratch: Path) -> Path:
    """The file that holds a query's rows, written now where it is not there yet. Raises Unavailable (no space)."""
    file = f"{name}-{hashlib.sha256(sql.encode()).hexdigest()[:16]}.parquet"
    if derived is not None:
        if (derived / FOLDER / file).exists():
            return derived / FOLDER / file
        with suppress(OSError, Unavailable):  # not ours to write, or full: nothing is lost but the time
            return _written(engine, sql, derived / FOLDER / file)
    return _written(engine, sql, scratch / FOLDER / file)


def _written(engine: Engine, sql: str, file: Path) -> Path:
    from lineage import engine as engines

    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.stem}-{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        engines.write_parquet(engine, sql, aside)
        durable.sync(aside)
        durable.rename(aside, file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return file
