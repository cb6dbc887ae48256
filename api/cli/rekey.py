"""`lineage rekey --why …`: renew the key of tokens; the old ledger stays beside until it is destroyed."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, note, print_json
from lineage.words import say


@options("ledger", "json")
def rekey_command(
    settings: Settings,
    why: Annotated[str, typer.Option("--why", help=say("keeping.option_why", LANGUAGE))] = "",
    who: Annotated[str, typer.Option("--who", envvar="LINEAGE_WHO", help=say("keeping.option_who", LANGUAGE))] = "",
) -> int:
    """Renew the key and derive the tables anew."""
    from lineage.ledger import derive
    from lineage.ledger.rekey import rekey

    done = rekey(settings.ledger, who=who or getpass.getuser(), at=datetime.now(UTC), why=why)
    derive(settings.ledger)
    if settings.json:
        print_json({"batches": done.batches, "files": done.files, "before": str(done.before)})
        return DONE
    note(say("keeping.rekeyed", settings.lang, batches=done.batches, files=done.files, before=done.before))
    return DONE
