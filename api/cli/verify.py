"""`lineage verify`: is everything as it was written? The first thing that is not is named."""

from __future__ import annotations

from dataclasses import asdict

from api.cli.options import Settings, options
from api.cli.output import DONE, FOUND, note, print_json
from lineage.words import say


@options("ledger", "json")
def verify_command(settings: Settings) -> int:
    """Recompute hash chain, files, rows, fen and journal; 1 when something differs."""
    from lineage.ledger import verify

    found = verify(settings.ledger)
    if settings.json:
        print_json({"ok": found.problem is None, **asdict(found)})
    elif found.problem is None:
        note(say("ledger.whole", settings.lang, **asdict(found)))
    else:
        note(say("ledger.differs", settings.lang, problem=found.problem, batches=found.batches))
    return DONE if found.problem is None else FOUND
