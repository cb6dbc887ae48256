"""`lineage archive DIR --year Y`: a year put away: ledger, answers and tables in one folder that checks itself."""

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


@options("ledger", "json", "year")
def archive_command(
    settings: Settings,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help=say("keeping.argument_archive", LANGUAGE))
    ],
    look_ups: Annotated[bool, typer.Option("--look-ups", help=say("keeping.option_look_ups", LANGUAGE))] = False,
    who: Annotated[str, typer.Option("--who", envvar="LINEAGE_WHO", help=say("keeping.option_who", LANGUAGE))] = "",
) -> int:
    """Put the year away; without --year, that of the ledger's latest date."""
    from api.archive import Keeper, archive
    from lineage.errors import Misuse

    latest = settings.open().as_of
    if settings.year is None and latest is None:
        raise Misuse("the ledger has no dated record", "load something first")
    year = settings.year or (latest.year if latest else 0)
    keeper = Keeper(who or getpass.getuser(), datetime.now(UTC))
    made = archive(settings.ledger, folder, year, keeper, look_ups=look_ups)
    if settings.json:
        print_json(asdict(made) | {"folder": str(folder)})
        return DONE
    note(say("keeping.archived", settings.lang, **asdict(made), folder=folder, size=f"{made.bytes / 1e6:,.1f} MB"))
    return DONE
