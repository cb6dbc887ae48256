"""One request's asker: who, what that one may see, which ledger answers.

Invariant: no route reaches a ledger but through an `Asker`, whose scope was worked out by then (deny by default).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from api.access.hiding import Words
from api.access.people import Person
from api.access.scopes import Scope, scope_of, territory
from api.access.signin import Refused
from api.http import PREFIX
from api.http.contract import LANGUAGES, parameters_of
from api.http.problems import BODIED, NotModified, header_text
from api.http.service import Service
from api.http.told import Told
from api.http.views import Sight
from lineage.ledger import Ledger
from lineage.release import VERSION

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="the same key again gives the same answer and does nothing anew",
    ),
]


def _iso(value: Any) -> Any:
    """A day as YYYY-MM-DD only: a bare number would be taken for seconds since 1970."""
    is_day = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    if not is_day and value is not None:
        raise PydanticCustomError("day", "expected a day such as 2017-06-30")
    return value


IsoDay = Annotated[date, BeforeValidator(_iso)]
AsOf = Annotated[IsoDay | None, Query(description="business date to look at; the latest without it")]
AsKnown = Annotated[int | None, Query(ge=1, le=10**9, description="use only what was loaded up to this batch")]
Asserted = Annotated[bool, Query(description="count links that people accepted, or leave them out")]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, within which scope, of which ledger."""

    request: Request
    service: Service
    person: Person
    ledger: Ledger
    scope: Scope

    def must(self, *roles: str) -> None:
        """Refuse who holds none of the roles."""
        if not self.person.may(*roles):
            raise Told(403, "role", roles=" / ".join(roles))

    @property
    def divisions(self) -> tuple[str, ...] | None:
        """The scope as a key of remembered answers."""
        return None if self.scope.divisions is None else tuple(sorted(self.scope.divisions))

    @property
    def words(self) -> Words:
        """What takes outside names out of texts, for this scope."""
        key = ("words", self.divisions)
        return self.service.remembered(self.ledger, key, lambda: Words(self.scope, self.ledger))

    def within(self, division: str) -> frozenset[str] | None:
        """The codes that a `division` of a question means for this asker; None for all ("" asked, nothing barred)."""
        return territory(self.ledger, self.scope, division) if division else self.scope.divisions

    def below(self, root: str) -> frozenset[str]:
        """One of a person's own divisions with all below it."""
        person = Person(self.person.name, (), (root,))
        scope = self.service.remembered(self.ledger, ("scope", (root,)), lambda: scope_of(person, self.ledger))
        return scope.divisions or frozenset()

    def noted(self, **facts: Any) -> None:
        """Add facts to this request's line of the look-up log."""
        self.request.scope["state"].setdefault("noted", {}).update(facts)


def asker(request: Request) -> Asker:
    """Sign in, work out the scope; a change by cookie must bear the session's token and come from these pages."""
    service: Service = request.app.state.service
    client = request.client.host if request.client else ""
    try:
        person = service.doorkeeper.known(request.headers, request.cookies, client)
        if request.method in BODIED:
            service.doorkeeper.must_be_meant(request.headers, request.cookies)
    except Refused as error:
        request.scope["state"]["noted"] = {"refused": str(error)}
        raise Told(401, "sign_in") from error
    request.state.person = person.name
    only_known_parameters(request)
    ledger = service.ledger
    scope = service.remembered(ledger, ("scope", person.divisions), lambda: scope_of(person, ledger))
    return Asker(request, service, person, ledger, scope)


def only_known_parameters(request: Request) -> None:
    """A parameter that a route does not know, or that comes twice, is refused: silence would be a wrong answer."""
    if not request.url.path.startswith(PREFIX) or not request.scope["query_string"]:
        return
    known = parameters_of(request.app, request.scope["route"].operation_id)
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            if not known:
                raise Told(422, "no_parameters", place=f"query.{name}")
            raise Told(422, "no_parameter", place=f"query.{name}", known=", ".join(known))
        if given.count(name) > 1:
            raise Told(422, "repeated", place=f"query.{name}", times=given.count(name))
    if (lang := request.query_params.get("lang", LANGUAGES[0])) not in LANGUAGES:
        raise Told(422, "language", place="query.lang", found=lang)


def reading(request: Request) -> Asker:
    """An asker who may read; answers 304 at once where the asker has this version's answer already."""
    return looking(request, Sight())


def viewing(request: Request, as_of: AsOf = None, as_known: AsKnown = None, asserted: Asserted = True) -> Asker:
    """The same of the ledger as of a day, as known at a batch, with or without accepted links.

    Who may see what is judged by the fiscal tree of today, whatever is looked at.
    """
    return looking(request, Sight(as_of, as_known, asserted))


def looking(request: Request, sight: Sight) -> Asker:
    """An asker who may read, of a view of the ledger. Raises NotFound, Busy, NotModified."""
    found = asker(request)
    found.must("reader", "investigator", "loader")
    viewed = replace(found, ledger=found.service.viewed(found.ledger, sight))
    if not viewed.service.is_asked_remotely(viewed.ledger):
        _unless_known(viewed, viewed.ledger.version)
    return viewed


Reading = Annotated[Asker, Depends(reading)]
Viewing = Annotated[Asker, Depends(viewing)]
Asking = Annotated[Asker, Depends(asker)]


def etag_of(asker: Asker, version: str = "") -> str:
    """Version, settings, scope and question: equal tags, equal answers."""
    parts = (
        version or asker.ledger.version,
        asker.service.settings,
        VERSION,
        asker.request.url.path,
        asker.request.url.query,
        ",".join(asker.divisions if asker.divisions is not None else ("*",)),
        ",".join(asker.person.roles),
    )
    return '"' + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24] + '"'


def _unless_known(asker: Asker, version: str) -> None:
    """Raise NotModified where the asker has the answer. What a purpose is given for is always answered, and logged."""
    if asker.request.method != "GET" or header_text(asker.request, "x-purpose"):
        return
    known = asker.request.headers.get("if-none-match", "")
    tags = {one.strip().removeprefix("W/") for one in known.split(",")}
    if etag_of(asker, version) in tags or "*" in tags:
        raise NotModified(etag_of(asker, version))


def answer(asker: Asker, body: dict[str, Any], status: int = 200, *, version: str = "") -> JSONResponse:
    """A JSON answer that bears version (of the graph's home, where another than the ledger's), engine and settings."""
    version = version or asker.ledger.version
    headers = {}
    if asker.request.method == "GET":
        _unless_known(asker, version)
        headers = {"ETag": etag_of(asker, version), "Cache-Control": "private, no-cache"}
    body = {**body, "version": version, "engine": VERSION, "settings": asker.service.settings}
    return JSONResponse(body, status, headers)
