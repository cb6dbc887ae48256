"""`lineage backup DIR`: a verified second copy of the ledger, the key kept apart."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, note, print_json
from lineage.words import say


@options("ledger", "json")
def backup_command(
    settings: Settings,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help=say("keeping.argument_folder", LANGUAGE))
    ],
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help=say("keeping.option_key", LANGUAGE))] = None,
    who: Annotated[str, typer.Option("--who", envvar="LINEAGE_WHO", help=say("keeping.option_who", LANGUAGE))] = "",
) -> int:
    """Copy, verify, and say what is not in it."""
    from lineage.ledger import backup, clear, tokens

    if key is not None:
        backup.keep_key(settings.ledger, key, folder)
    made = backup.back_up(settings.ledger, folder, who=who or getpass.getuser(), at=datetime.now(UTC))
    if settings.json:
        print_json(asdict(made) | {"folder": str(folder), "key_file": str(key) if key else None})
        return DONE
    shown = asdict(made) | {"folder": folder, "size": f"{made.bytes / 1e6:,.1f} MB"}
    note(say("keeping.backed_up", settings.lang, **shown))
    said = "key_kept" if key is not None else "key_apart"
    note(say(f"keeping.{said}", settings.lang, file=key or tokens.key_file(settings.ledger)))
    if clear.folder(settings.ledger).is_dir():
        note(say("keeping.clear_left_out", settings.lang, folder=clear.folder(settings.ledger)))
    return DONE
