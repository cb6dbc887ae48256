"""For administrators: people (security_admin), who looked at what (audit_admin); neither reads anything of the ledger.

Nobody changes oneself here, so no administrator takes a role of one's own accord, and one always stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Literal
from typing import get_args as choices_of

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.access import audit_reading
from api.access import people as persons
from api.access.people import Person
from api.http import administered
from api.http.asking import Asker, Asking, IsoDay
from api.http.listing import Cursor, Limit, cursor_of, place_of
from api.http.problems import responses
from api.http.told import Told
from lineage.errors import Misuse
from lineage.release import VERSION

routes = APIRouter(tags=["administration"])
Role = Literal[
    "reader", "investigator", "loader", "unmask", "system_admin", "security_admin", "audit_admin"
]
assert set(choices_of(Role)) == persons.ROLES
PersonName = Annotated[str, InPath(min_length=1, max_length=80, description="percent-encoded", examples=["wang"])]
Divisions = Annotated[list[Annotated[str, Field(min_length=1, max_length=20)]], Field(max_length=200)]
People = dict[str, Person]


class PersonAdded(BaseModel):
    """A person to be added; `divisions` are roots in the fiscal tree, `*` for all."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=80, pattern=r"\S", examples=["wang"])
    roles: list[Role] = Field(min_length=1, max_length=7, examples=[["investigator"]])
    divisions: Divisions = Field(default=[], examples=[["410100000"]])


class PersonChanged(BaseModel):
    """What is to be changed of a person; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    roles: list[Role] | None = Field(None, min_length=1, max_length=7)
    divisions: Divisions | None = None
    active: bool | None = Field(None, description="off: at once, keys forgotten")


@routes.get("/users", operation_id="list_users", responses={200: {"model": administered.Users}})
def users(asker: Asking) -> Response:
    """All people with roles and divisions; keys are not shown."""
    asker.must("security_admin", "audit_admin")
    known = persons.read_people(asker.service.doorkeeper.trust.users)
    return _unkept(asker, {"users": [_shown(one) for one in known.values()], "next": None})


@routes.post(
    "/users",
    status_code=201,
    operation_id="add_user",
    responses={201: {"model": administered.KeyGiven}, **responses(409)},
)
def add(asker: Asking, person: PersonAdded) -> Response:
    """Add a person; the key is shown this once, so no idempotency key is taken: it would have to be kept."""

    def work(known: Mapping[str, Person]) -> tuple[People, str]:
        if person.name in known:
            raise Told(409, "user_there", name=person.name)
        return persons.added(known, Person(person.name, tuple(person.roles), tuple(person.divisions)))

    return _changed(asker, person.name, person.model_dump(), work, 201)


@routes.patch("/users/{name:record}", operation_id="change_user", responses={200: {"model": administered.User}})
def change(asker: Asking, name: PersonName, changed: PersonChanged) -> Response:
    """Give a person other roles or divisions, or switch one off or on; sessions and tokens end with switching."""

    def work(known: Mapping[str, Person]) -> tuple[People, str]:
        roles, divisions = (None if part is None else tuple(part) for part in (changed.roles, changed.divisions))
        people = persons.changed(known, name, roles, divisions)
        return (people if changed.active is None else persons.switched(people, name, active=changed.active)), ""

    return _changed(asker, name, changed.model_dump(exclude_none=True), work)


@routes.post(
    "/users/{name:record}/key",
    status_code=201,
    operation_id="give_key",
    responses={201: {"model": administered.KeyGiven}},
)
def give_key(asker: Asking, name: PersonName) -> Response:
    """A new key, shown this once; the old one and its sessions end."""
    return _changed(asker, name, {"key": "new"}, lambda known: persons.with_new_key(known, name), 201)


def _changed(
    asker: Asker,
    name: str,
    facts: dict[str, Any],
    work: Callable[[Mapping[str, Person]], tuple[People, str]],
    status: int = 200,
) -> Response:
    """Change the users file under its lock; what was changed of whom is in the look-up log."""
    asker.must("security_admin")
    if name == asker.person.name:
        raise Told(403, "not_oneself")
    file = asker.service.doorkeeper.trust.users
    with persons.changing(file) as known:
        people, key = work(known)
        persons.write_people(file, people)
    asker.noted(user=name, change=facts)
    return _unkept(asker, _shown(people[name]) | ({"key": key} if key else {}), status)


def _shown(person: Person) -> dict[str, Any]:
    facts = asdict(person)
    return {key: facts[key] for key in ("name", "roles", "divisions", "active")} | {"has_key": bool(person.key_hashes)}


@routes.get(
    "/audit",
    operation_id="read_audit",
    responses={
        200: {
            "model": administered.Looks,
            "description": "a page, or the whole day as a stream that ends with a line saying so",
            "content": {"application/x-ndjson": {"schema": {}}},
        }
    },
)
def audit(
    asker: Asking,
    day: Annotated[IsoDay | None, Query(description="a day in UTC; today without it")] = None,
    who: Annotated[str, Query(max_length=80)] = "",
    about: Annotated[str, Query(max_length=400, description="a text in the address, such as payment:P-1")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
    form: Annotated[Literal["json", "ndjson"], Query(alias="format")] = "json",
) -> Response:
    """Who looked at what on a day, in the order of time, as it stands in the chained files."""
    asker.must("audit_admin")
    ledger, wanted = asker.ledger.path, audit_reading.Wanted(who, about)
    on = (day or datetime.now(UTC).date()).isoformat()
    if form == "ndjson":
        found = audit_reading.lines(ledger, on, wanted)
        return StreamingResponse(_stream(found), headers=NO_STORE, media_type="application/x-ndjson")
    page = list(islice(audit_reading.lines(ledger, on, wanted, _after(asker, cursor)), limit + 1))
    following = cursor_of(asker, [str(part) for part in page[limit - 1][0]]) if len(page) > limit else None
    body = {"day": on, "days": audit_reading.days(ledger), "looks": [entry for _, entry in page[:limit]]}
    return _unkept(asker, {**body, "next": following})


NO_STORE = {"Cache-Control": "no-store"}


def _after(asker: Asker, cursor: str) -> audit_reading.Place:
    if not cursor:
        return audit_reading.START
    place = place_of(asker, cursor)[1]
    if len(place) != 3 or not place[2].isdecimal():
        raise Misuse("cursor: not one this server gave", "take `next` as it is")
    return place[0], place[1], int(place[2])


def _stream(found: Iterator[tuple[audit_reading.Place, dict[str, Any]]]) -> Iterator[str]:
    rows = 0
    for _, entry in found:
        rows += 1
        yield json.dumps(entry, ensure_ascii=False) + "\n"
    yield json.dumps({"end": True, "rows": rows}) + "\n"


def _unkept(asker: Asker, body: dict[str, Any], status: int = 200) -> JSONResponse:
    """An answer that does not hang on the ledger's version: no ETag, kept nowhere."""
    settings = {"version": asker.ledger.version, "engine": VERSION, "settings": asker.service.settings}
    return JSONResponse({**body, **settings}, status, NO_STORE)
