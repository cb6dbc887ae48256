"""`lineage export TABLE -o FILE`: a whole table as Parquet, CSV or XLSX, or the whole graph as GraphML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, note
from lineage.words import say


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"export.option_{key}", LANGUAGE)


@options("ledger", "as_of", "as_known", "asserted")
def export_command(
    settings: Settings,
    table: Annotated[str, typer.Argument(metavar="TABLE", help=text("table"))],
    output: Annotated[Path, typer.Option("-o", "--output", dir_okay=False, help=text("output"))],
) -> int:
    """Write the file and say how much is in it."""
    from lineage.errors import Unavailable
    from lineage.exports.tables import write

    ledger = settings.open()
    try:
        count = write(ledger, table, output)
    except OSError as error:
        raise Unavailable(f"{output}: {error.strerror}") from error
    note(say("export.written", settings.lang, table=table, count=count, path=output))
    return DONE
