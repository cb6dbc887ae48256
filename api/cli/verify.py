"""`lineage verify`: is everything as it was written? The first thing that is not is named."""

from __future__ import annotations

import secrets
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, FOUND, note, print_json
from lineage.errors import Misuse
from lineage.words import say
from lineage.words.errors import told_problem

if TYPE_CHECKING:
    from lineage.ledger.extent import Since


@options("ledger", "json")
def verify_command(
    settings: Settings,
    anchors: Annotated[list[Path] | None, typer.Option("--anchor", help=say("ledger.option_anchor", LANGUAGE))] = None,
    export: Annotated[Path | None, typer.Option("--export-anchor", help=say("ledger.option_export", LANGUAGE))] = None,
    since: Annotated[Path | None, typer.Option("--since", help=say("ledger.option_since", LANGUAGE))] = None,
    sample: Annotated[int | None, typer.Option("--sample", help=say("ledger.option_sample", LANGUAGE))] = None,
    derived: Annotated[bool, typer.Option("--derived", help=say("ledger.option_derived", LANGUAGE))] = False,
) -> int:
    """Recompute hash chain, files, rows, fen and journal; 1 when something differs."""
    from lineage.ledger import anchor, durable, verify

    head = anchor.of(settings.ledger) if export else None
    found = verify(settings.ledger, [anchor.read(file) for file in anchors or ()], _since(since, sample))
    if derived and found.problem is None:
        from lineage.ledger.rederived import differing
        from queries import prepared

        found = replace(found, problem=differing(settings.ledger) or prepared.differing(settings.ledger))
    if export and head and found.problem is None:
        durable.write(export, head.to_bytes())
    if settings.json:
        print_json({"ok": found.problem is None, "derived_checked": derived, **asdict(found)})
    elif found.problem is None:
        note(say("ledger.whole", settings.lang, **asdict(found)))
        if found.unread:
            note(say("ledger.unread", settings.lang, unread=found.unread))
        note(say("ledger.derived_equal" if derived else "ledger.derived_unchecked", settings.lang))
        if export:
            note(say("ledger.exported", settings.lang, file=export))
    else:
        problem = told_problem(found.problem, settings.lang)
        note(say("ledger.differs", settings.lang, problem=problem, batches=found.batches))
    return DONE if found.problem is None else FOUND


def _since(file: Path | None, sample: int | None) -> Since | None:
    """What to read; the earlier batches are drawn by chance, so that nobody knows beforehand which."""
    from lineage.ledger import anchor
    from lineage.ledger.extent import SAMPLE, Since

    if file is None:
        if sample is not None:
            raise Misuse("--sample without --since", "without --since every batch is read")
        return None
    return Since(anchor.read(file), secrets.randbits(64), SAMPLE if sample is None else sample)
