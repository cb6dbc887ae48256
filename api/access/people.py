"""People, their roles, divisions and keys, in one file that a person can read.

Keys are 256 random bits shown once; the file keeps their SHA-256 (a slow hash would add nothing to that much chance).
Invariant: nobody holds two of the three administrators' roles; who is switched off is refused at once, and nothing
of the time before opens anything when that one is switched on again.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from lineage.errors import Misuse, NotFound
from lineage.ledger import durable, lock

READING = frozenset({"reader", "investigator", "loader"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
ROLES = READING | ADMINISTRATORS | {"unmask"}
KEY_PREFIX = "flk_"
_ON, _OFF = frozenset({"yes", "true", "1", "on", "是"}), frozenset({"no", "false", "0", "off", "否"})


@dataclass(frozen=True, slots=True)
class Person:
    """One who may sign in. `divisions` are roots in the fiscal tree; none means nothing, `*` the whole ledger.

    Sessions and tokens from before `valid_from` (seconds since 1970) open nothing.
    """

    name: str
    roles: tuple[str, ...]
    divisions: tuple[str, ...] = ()
    key_hashes: tuple[str, ...] = ()
    active: bool = True
    valid_from: float = 0.0

    def may(self, *roles: str) -> bool:
        """Whether one of the roles is held."""
        return self.active and any(role in self.roles for role in roles)


LOCAL = Person("local", ("reader",), ("*",))
"""The person at this very machine, where nobody has set up sign-in: reads, decides nothing."""


def users_file(ledger: Path) -> Path:
    """Where a ledger's people are kept: beside it, with its key."""
    return Path(os.environ.get("LINEAGE_USERS") or f"{ledger}.users.json")


def read_people(file: Path) -> dict[str, Person]:
    """All people by name; none where there is no file. Raises Misuse for a file that is none of ours."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        people = [_read(row) for row in content["users"]]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Misuse(f"{file}: not a users file ({error})", "see docs/api.md") from error
    try:
        found = {person.name: checked(person) for person in people}
    except Misuse as error:
        raise Misuse(f"{file}: {error.message}", error.hint) from error
    if len(found) < len(people):
        raise Misuse(f"{file}: a name stands twice", "what holds of that person cannot be told: leave one")
    return found


def _read(row: Mapping[str, Any]) -> Person:
    """A person as the file has it. Raises TypeError for a part of another kind: "no" must not pass for true."""
    roles, divisions, hashes = (row[name] for name in ("roles", "divisions", "key_hashes"))
    name, active, since = row["name"], row["active"], row.get("valid_from", 0.0)
    lists = (roles, divisions, hashes)
    are_texts = all(isinstance(one, list) and all(isinstance(part, str) for part in one) for one in lists)
    is_moment = isinstance(since, int | float) and isfinite(since)
    if not (isinstance(name, str) and are_texts and isinstance(active, bool) and is_moment):
        raise TypeError(f"{name!r:.80}: a part is of another kind than it is written with")
    return Person(name, tuple(roles), tuple(divisions), tuple(hashes), active, float(since))


def write_people(file: Path, people: Mapping[str, Person]) -> None:
    """Replace the file at once, readable by its owner only."""
    rows = [asdict(person) for person in sorted(people.values(), key=lambda person: person.name)]
    content = json.dumps({"users": rows}, ensure_ascii=False, indent=2).encode() + b"\n"
    durable.write(file, content, mode=0o600)


@contextmanager
def changing(file: Path) -> Iterator[dict[str, Person]]:
    """The people, to be changed by one at a time; write them before leaving."""
    with lock.held(file.with_name(file.name + ".lock"), "lineage users", ""):
        yield read_people(file)


def checked(person: Person) -> Person:
    """The person, if the roles are known and compatible. Raises Misuse."""
    unknown = set(person.roles) - ROLES
    if not person.name.strip() or not person.name.isprintable() or unknown:
        raise Misuse(
            f'user "{person.name}": found role {", ".join(sorted(unknown)) or "a name that is none"}, expected some of '
            f"{', '.join(sorted(ROLES))}"
        )
    held = ADMINISTRATORS & set(person.roles)
    if len(held) > 1:
        raise Misuse(
            f'user "{person.name}": {" and ".join(sorted(held))} may not be one person',
            "the three administrators watch each other",
        )
    return person


def added(people: Mapping[str, Person], person: Person) -> tuple[dict[str, Person], str]:
    """People with one more, and the new one's key, which is shown this once. Raises Misuse for one who is there."""
    if person.name in people:
        raise Misuse(f"there is a user {person.name} already", "change that one with --change, or give a --new-key")
    return with_new_key({**people, person.name: checked(person)}, person.name)


def changed(
    people: Mapping[str, Person], name: str, roles: tuple[str, ...] | None, divisions: tuple[str, ...] | None
) -> dict[str, Person]:
    """People with one's roles or divisions replaced, where given; keys stay. Raises NotFound, Misuse."""
    person = _known(people, name)
    kept = person.divisions if divisions is None else divisions
    return {**people, name: checked(replace(person, roles=roles or person.roles, divisions=kept))}


def with_new_key(people: Mapping[str, Person], name: str) -> tuple[dict[str, Person], str]:
    """People with a new key for one, in place of those before; sessions that an old key began end. Raises NotFound."""
    person = _known(people, name)
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    return {**people, name: replace(person, key_hashes=(key_hash(key),))}, key


def switched(people: Mapping[str, Person], name: str, *, active: bool) -> dict[str, Person]:
    """People with one switched on or off; off also forgets the keys, and ends sessions and tokens for good.

    Raises NotFound.
    """
    person = _known(people, name)
    if person.active == active:
        return dict(people)
    person = replace(person, active=active, valid_from=time.time())
    return {**people, name: person if active else replace(person, key_hashes=())}


def imported(
    people: Mapping[str, Person], rows: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Person], dict[str, str]]:
    """People with rows of name, roles, divisions, active (lists parted by blanks or ;) and a key for each new one.

    Who is there already keeps keys and, unless `active` says otherwise, stays on or off. Raises Misuse with the row's
    number for the first row that cannot be taken; then none is.
    """
    result = dict(people)
    keys: dict[str, str] = {}
    seen: set[str] = set()
    for number, row in enumerate(rows, 2):
        try:
            person = _person_of(row)
            if person.name in seen:
                raise Misuse(f'user "{person.name}": stands twice')
            seen.add(person.name)
            known = result.get(person.name)
            result[person.name] = replace(known, roles=person.roles, divisions=person.divisions) if known else person
            if known is None and person.active:
                result, keys[person.name] = with_new_key(result, person.name)
            elif known is not None and str(row.get("active") or "").strip():
                result = switched(result, person.name, active=person.active)
        except Misuse as error:
            hint = error.hint or "nobody was taken over; mend the row"
            raise Misuse(f"row {number}: {error.message}", hint) from error
    return result, keys


def _person_of(row: Mapping[str, Any]) -> Person:
    """A row as a person. Raises Misuse."""
    unknown = {str(column) for column in row} - {"name", "roles", "divisions", "active"}
    if "name" not in row or unknown:
        found = ", ".join(sorted(map(str, row)))
        raise Misuse(f"found columns {found}, expected name, roles, divisions and, where wanted, active")
    roles, divisions = (tuple(str(row.get(name) or "").replace(";", " ").split()) for name in ("roles", "divisions"))
    active = str(row.get("active") or "yes").strip().lower()
    if active not in _ON | _OFF:
        raise Misuse(f'active: found "{active}", expected yes or no')
    return checked(Person(str(row["name"] or "").strip(), roles or ("reader",), divisions, (), active in _ON))


def _known(people: Mapping[str, Person], name: str) -> Person:
    if name not in people:
        raise NotFound(f"there is no user {name}", "list them with lineage users")
    return people[name]


def key_hash(key: str) -> str:
    """What the file keeps of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
