"""`lineage national TARGET --master URL`: every province of a national ledger worked out on a Spark cluster."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, FOUND, amount_text, note, print_json, print_table
from lineage.words import say


@options("ledger", "json", "as_of", "unit")
def national_command(
    settings: Settings,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help=say("national.argument_target", LANGUAGE))],
    master: Annotated[str, typer.Option("--master", help=say("national.option_master", LANGUAGE))] = "local[*]",
) -> int:
    """Split the ledger by province, work each out, name what leads across; 1 when something does."""
    from queries import national

    made = national.run(settings.ledger, target, master, as_of=settings.as_of)
    if settings.json:
        print_json(asdict(made))
    else:
        names = dict.fromkeys(one.table for one in made.results)
        rows = [[name, made.total(name)[0], amount_text(made.total(name)[1], settings.unit)] for name in names]
        heads = [say(f"national.{name}", settings.lang) for name in ("table", "rows", "amount")]
        print_table(heads, rows, right=heads[1:])
        note(say("national.done", settings.lang, provinces=len(made.provinces), target=target))
        if made.refused:
            note(
                say(
                    "national.refused",
                    settings.lang,
                    edges=made.refused,
                    amount=amount_text(made.refused_fen, settings.unit),
                    target=target,
                )
            )
        for table, count in made.unplaced.items():
            note(say("national.unplaced", settings.lang, rows=count, table=table))
    return FOUND if made.refused or made.unplaced else DONE
