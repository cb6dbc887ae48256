"""`lineage restore DIR`: a ledger made again from a backup, verified before it appears."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, note, print_json
from lineage.words import say


@options("ledger", "json")
def restore_command(
    settings: Settings,
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", exists=True, file_okay=False, help=say("keeping.argument_folder", LANGUAGE)),
    ],
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", exists=True, dir_okay=False, help=say("keeping.option_key", LANGUAGE)),
    ] = None,
) -> int:
    """Restore to --ledger, which must not be there, and derive its tables."""
    from lineage.ledger import backup, derive, tokens

    said = backup.restore(folder, settings.ledger, key)
    derive(settings.ledger)
    if settings.json:
        print_json(asdict(said) | {"ledger": str(settings.ledger)})
        return DONE
    note(say("keeping.restored", settings.lang, folder=folder, ledger=settings.ledger, **asdict(said)))
    place = tokens.key_file(settings.ledger)
    if not place.exists():
        note(say("keeping.no_key", settings.lang, file=place))
    return DONE
