"""Which of the files that a question reads cannot be read: the engine's own error often names none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lineage import engine
from lineage.errors import Damaged
from lineage.ledger import layers
from lineage.ledger.history import History
from lineage.schema import TABLES

_HINTS = {
    "batches": "run lineage verify, and take the file from a backup",
    "checkpoints": "remove derived/checkpoints: nothing is lost, the next load makes it anew",
    "derived": "run lineage derive --anew: it is made of the batches",
}


def told(error: Exception, history: History, bound: Sequence[Path] = ()) -> Damaged | None:
    """The error as one that names the file; None where all can be read, so that the question is at fault.

    `bound` are the derived files that questions read; the others are those of the batches. Cost: reads the files, up to
    the first that fails; nothing where the engine did not get as far as reading.
    """
    if engine.is_overflow(error) or not engine.may_be_damage(error):
        return None
    on = engine.connect()
    parts = (part.path for table in TABLES for part in layers.layers(history, table.name))
    try:
        for file in dict.fromkeys((*bound, *parts)):
            why = _unreadable(on, file)
            if why:
                within = file.relative_to(history.ledger).parts if file.is_relative_to(history.ledger) else ()
                hint = next((hint for part, hint in _HINTS.items() if part in within), "")
                return Damaged(f"{file} cannot be read: {why}", hint)
    finally:
        on.close()
    return None


def _unreadable(on: engine.Engine, file: Path) -> str:
    try:
        on.execute(f"SELECT sum(hash(COLUMNS(*))) FROM {engine.parquet([file])}").fetchall()
    except engine.EngineError as error:
        return str(error).splitlines()[0][:200]
    return ""
