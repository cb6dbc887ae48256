"""`lineage users`: people, roles, divisions and keys."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Settings, options
from api.cli.output import DONE, note, print_json, print_table
from lineage.words import say


@options("ledger", "json")
def users_command(
    settings: Settings,
    add: Annotated[str, typer.Option("--add", metavar="NAME")] = "",
    role: Annotated[list[str] | None, typer.Option("--role")] = None,
    division: Annotated[list[str] | None, typer.Option("--division")] = None,
    off: Annotated[str, typer.Option("--off", metavar="NAME")] = "",
    on: Annotated[str, typer.Option("--on", metavar="NAME")] = "",
    take: Annotated[Path | None, typer.Option("--import", exists=True, dir_okay=False)] = None,
) -> int:
    """List people, add one (a key is shown once), switch one off or on, or import many from CSV."""
    from api.access.people import Person, added, imported, read_people, switched, users_file, write_people

    file = users_file(settings.ledger)
    people = read_people(file)
    keys: dict[str, str] = {}
    if add:
        people, keys[add] = added(people, Person(add, tuple(role or ("reader",)), tuple(division or ())))
    elif off or on:
        people = switched(people, off or on, active=bool(on))
    elif take is not None:
        with take.open(encoding="utf-8-sig", newline="") as stream:
            people, keys = imported(people, csv.DictReader(stream))
    if add or off or on or take:
        write_people(file, people)
    rows = [(one.name, " ".join(one.roles), " ".join(one.divisions) or "-", "" if one.active else "off")
            for one in people.values()]
    if settings.json:
        print_json({"users": [{"name": one.name, "roles": one.roles, "divisions": one.divisions, "active": one.active}
                              for one in people.values()], "keys": keys})
        return DONE
    print_table(("name", "roles", "divisions", "state"), rows)
    for name, key in keys.items():
        note(say("serve.key", settings.lang, name=name, secret=key))
    return DONE
