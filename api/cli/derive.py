"""`lineage derive`: bring the current tables, graph and search index up to date, or with `--anew` make them again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, note, print_json
from lineage.words import say


@options("ledger", "json")
def derive_command(
    settings: Settings,
    anew: Annotated[bool, typer.Option("--anew", help=say("ledger.option_derive_anew", LANGUAGE))] = False,
) -> int:
    """Derive and prepare the search; the record itself is only read."""
    import queries
    from lineage.ledger import derive, derived

    before = derived.in_force(settings.ledger)
    made = derive(settings.ledger, anew=anew)
    queries.prepare(settings.ledger)
    if settings.json:
        print_json({"made": made != before, **asdict(made)})
    else:
        text = "ledger.derived_fits" if made == before else "ledger.derived_made"
        note(say(text, settings.lang, version=made.version, number=made.number))
    return DONE
