"""`lineage users`: people, roles, divisions and keys."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, headings, note, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from api.access.people import Person


def _help(key: str) -> str:
    return say(f"serve.option_{key}", LANGUAGE)


@options("ledger", "json")
def users_command(
    settings: Settings,
    add: Annotated[str, typer.Option("--add", metavar="NAME", help=_help("add"))] = "",
    change: Annotated[str, typer.Option("--change", metavar="NAME", help=_help("change"))] = "",
    new_key: Annotated[str, typer.Option("--new-key", metavar="NAME", help=_help("new_key"))] = "",
    off: Annotated[str, typer.Option("--off", metavar="NAME", help=_help("off"))] = "",
    on: Annotated[str, typer.Option("--on", metavar="NAME", help=_help("on"))] = "",
    take: Annotated[
        Path | None, typer.Option("--import", exists=True, dir_okay=False, metavar="FILE", help=_help("import"))
    ] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help=_help("role"))] = None,
    division: Annotated[list[str] | None, typer.Option("--division", help=_help("division"))] = None,
) -> int:
    """List people, add or change one, give a new key, switch one off or on, or import many from CSV."""
    from api.access import people as persons
    from lineage.errors import Misuse

    asked = [bool(one) for one in (add, change, new_key, off, on, take)]
    if sum(asked) > 1:
        raise Misuse("found several of --add, --change, --new-key, --off, --on, --import", "one at a time")
    if (role or division) and not (add or change):
        raise Misuse("--role and --division go with --add or --change", "name the person")
    file = persons.users_file(settings.ledger)
    keys: dict[str, str] = {}
    if not any(asked):
        return _listed(settings, persons.read_people(file), keys)
    with persons.changing(file) as people:
        if add:
            one = persons.Person(add, tuple(role or ("reader",)), tuple(division or ()))
            people, keys[add] = persons.added(people, one)
        elif change:
            people = persons.changed(people, change, tuple(role or ()) or None, tuple(division) if division else None)
        elif new_key:
            people, keys[new_key] = persons.with_new_key(people, new_key)
        elif take is not None:
            people, keys = persons.imported(people, csv.DictReader(io.StringIO(_text_of(take), newline="")))
        else:
            people = persons.switched(people, off or on, active=bool(on))
        persons.write_people(file, people)
    _say_unknown(settings, division or [])
    return _listed(settings, people, keys)


def _say_unknown(settings: Settings, given: list[str]) -> None:
    """Say which divisions given are not in the ledger: who is bound to such a one sees nothing of it."""
    if not given or not settings.ledger.exists():
        return
    rows = settings.open().rows("SELECT DISTINCT division_code FROM divisions")
    known = {"*", *(str(row["division_code"]) for row in rows)}
    for code in given:
        if code.ljust(9, "0") not in known and code not in known:
            note(say("serve.unknown_division", settings.lang, code=code))


def _text_of(file: Path) -> str:
    """A CSV file's text: UTF-8, or GB18030 as Excel saves it. Raises Misuse."""
    from lineage.errors import Misuse

    content = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Misuse(f"{file}: neither UTF-8 nor GB18030", "save it as CSV UTF-8")


def _listed(settings: Settings, people: Mapping[str, Person], keys: dict[str, str]) -> int:
    """Show the people, and the new keys this once."""
    if settings.json:
        shown = [
            {"name": one.name, "roles": one.roles, "divisions": one.divisions, "active": one.active}
            for one in people.values()
        ]
        print_json({"users": shown, "keys": keys})
        return DONE
    rows = [
        (one.name, " ".join(one.roles), " ".join(one.divisions) or "-", "" if one.active else "off")
        for one in people.values()
    ]
    print_table(headings(settings.lang, "name", "roles", "divisions", "standing"), rows)
    for name, key in keys.items():
        note(say("serve.key", settings.lang, name=name, secret=key))
    return DONE
