"""`lineage withdraw BATCH --why …`: take a wrong load back by a new batch; the old one stays readable `as known`."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, note, print_json
from lineage.words import say


@options("ledger", "json")
def withdraw_command(
    settings: Settings,
    batch: Annotated[int, typer.Argument(metavar="BATCH", min=1, help=say("ledger.argument_batch", LANGUAGE))],
    why: Annotated[str, typer.Option("--why", help=say("ledger.option_why", LANGUAGE))] = "",
    who: Annotated[str, typer.Option("--who", envvar="LINEAGE_WHO", help=say("ledger.option_who", LANGUAGE))] = "",
) -> int:
    """Withdraw a batch and bring the derived set up to date."""
    from lineage.errors import NotFound
    from lineage.ledger import derive, write
    from lineage.ledger.manifest import folder

    if not folder(settings.ledger).is_dir():
        raise NotFound(f"{settings.ledger} holds no ledger", "name it with --ledger")
    with write(settings.ledger, who=who or getpass.getuser(), at=datetime.now(UTC)) as writer:
        outcome = writer.withdraw(batch, why)
    derive(settings.ledger)
    if settings.json:
        print_json({"batch": outcome.batch, "withdraws": [batch], "why": why})
    else:
        note(say("ledger.withdrawn", settings.lang, batch=batch, by=outcome.batch))
    return DONE
