"""People, their roles, divisions and keys, in one file that a person can read.

Keys are 256 random bits shown once; the file keeps their SHA-256 (a slow hash would add nothing to that much chance).
Invariant: nobody holds two of the three administrators' roles; who is switched off is refused at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lineage.errors import Misuse, NotFound
from lineage.ledger import durable

READING = frozenset({"reader", "investigator", "loader"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
ROLES = READING | ADMINISTRATORS | {"unmask"}
KEY_PREFIX = "flk_"


@dataclass(frozen=True, slots=True)
class Person:
    """One who may sign in. `divisions` are roots in the fiscal tree; none means nothing, `*` the whole ledger."""

    name: str
    roles: tuple[str, ...]
    divisions: tuple[str, ...] = ()
    key_hashes: tuple[str, ...] = ()
    active: bool = True

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
        people = [
            Person(row["name"], tuple(row["roles"]), tuple(row["divisions"]), tuple(row["key_hashes"]), row["active"])
            for row in content["users"]
        ]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise Misuse(f"{file}: not a users file ({error})", "see docs/api.md") from error
    return {person.name: checked(person) for person in people}


def write_people(file: Path, people: Mapping[str, Person]) -> None:
    """Replace the file at once, readable by its owner only."""
    rows = [asdict(person) for person in sorted(people.values(), key=lambda person: person.name)]
    durable.write(file, json.dumps({"users": rows}, ensure_ascii=False, indent=2).encode() + b"\n")
    file.chmod(0o600)


def checked(person: Person) -> Person:
    """The person, if the roles are known and compatible. Raises Misuse."""
    unknown = set(person.roles) - ROLES
    if not person.name.strip() or unknown:
        raise Misuse(
            f'user "{person.name}": found role {", ".join(sorted(unknown)) or "no name"}, expected some of '
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
    """People with one more (or changed), and the new key, which is shown this once."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    known = people.get(person.name)
    keys = (*(known.key_hashes if known else ()), key_hash(key))
    return {**people, person.name: checked(replace(person, key_hashes=keys))}, key


def switched(people: Mapping[str, Person], name: str, *, active: bool) -> dict[str, Person]:
    """People with one switched on or off; off also forgets the keys. Raises NotFound."""
    if name not in people:
        raise NotFound(f"there is no user {name}", "list them with lineage users")
    person = replace(people[name], active=active)
    return {**people, name: person if active else replace(person, key_hashes=())}


def imported(
    people: Mapping[str, Person], rows: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Person], dict[str, str]]:
    """People with rows of name, roles, divisions (lists parted by blanks or ;) added, and a key for each new one."""
    result = dict(people)
    keys: dict[str, str] = {}
    for row in rows:
        roles, divisions = (
            tuple(str(row.get(name) or "").replace(";", " ").split()) for name in ("roles", "divisions")
        )
        result, keys[str(row["name"])] = added(result, Person(str(row["name"]), roles, divisions))
    return result, keys


def key_hash(key: str) -> str:
    """What the file keeps of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
