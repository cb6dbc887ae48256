"""One request's asker: who, what that one may see, which ledger answers; and the form of every answer.

Invariant: no route reaches a ledger but through an `Asker`, whose scope was worked out by then (deny by default).
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from api.access.people import Person
from api.access.scopes import Scope, scope_of
from api.access.signin import Refused
from api.http.problems import NotModified
from api.http.service import Service
from lineage.errors import Misuse
from lineage.exports.rows import disarmed
from lineage.ledger import Ledger
from lineage.release import VERSION

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Limit = Annotated[int, Query(ge=1, le=1000, description="rows of one page")]
Cursor = Annotated[str, Query(max_length=400, description="`next` of the page before")]
Form = Annotated[str, Query(pattern="^(json|ndjson|csv)$", description="json, or the whole list as ndjson or csv")]


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
            raise HTTPException(403, f"this takes the role {' or '.join(roles)}")

    @property
    def divisions(self) -> tuple[str, ...] | None:
        """The scope as a key of remembered answers."""
        return None if self.scope.divisions is None else tuple(sorted(self.scope.divisions))


def asker(request: Request) -> Asker:
    """Sign in, work out the scope; a change by cookie must bear the session's token."""
    service: Service = request.app.state.service
    client = request.client.host if request.client else ""
    try:
        person = service.doorkeeper.known(request.headers, request.cookies, client)
        if request.method in CHANGING and not service.doorkeeper.csrf_holds(request.headers, request.cookies):
            raise Refused("no csrf token")
    except Refused as error:
        request.state.refused = str(error)
        raise HTTPException(401, "sign in with a key, a token or the sign-in page") from error
    request.state.person = person.name
    ledger = service.ledger
    scope = service.remembered(ledger, ("scope", person.divisions), lambda: scope_of(person, ledger))
    return Asker(request, service, person, ledger, scope)


def reading(request: Request) -> Asker:
    """An asker who may read; answers 304 at once where the asker has this version's answer already."""
    found = asker(request)
    found.must("reader", "investigator", "loader")
    if request.method == "GET" and etag_of(found) in request.headers.get("if-none-match", "").split(", "):
        raise NotModified(etag_of(found))
    return found


Reading = Annotated[Asker, Depends(reading)]
Asking = Annotated[Asker, Depends(asker)]


def etag_of(asker: Asker) -> str:
    """Version, settings, scope and question: equal tags, equal answers."""
    parts = (
        asker.ledger.version,
        asker.service.settings,
        asker.request.url.path,
        asker.request.url.query,
        ",".join(asker.divisions or ("*",)),
        asker.request.headers.get("accept", ""),
    )
    return '"' + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24] + '"'


def answer(asker: Asker, body: dict[str, Any], status: int = 200) -> JSONResponse:
    """A JSON answer that bears version, engine and settings."""
    body = {**body, "version": asker.ledger.version, "engine": VERSION, "settings": asker.service.settings}
    headers = {"ETag": etag_of(asker), "Cache-Control": "private, no-cache"} if asker.request.method == "GET" else {}
    return JSONResponse(body, status, headers)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to be paged: under which name, its rows in order, the columns that tell rows apart."""

    name: str
    rows: Sequence[dict[str, Any]]
    key: str
    beside: dict[str, Any]


def listed(asker: Asker, listing: Listing, limit: int, cursor: str, form: str) -> Response:
    """One page with `next`, or the whole list as a stream whose last line says that it is whole."""
    if form != "json":
        return _stream(listing, form)
    start = _place(asker, listing, cursor) if cursor else 0
    page = list(listing.rows[start : start + limit])
    more = start + limit < len(listing.rows)
    following = _cursor(asker, page[-1][listing.key]) if page and more else None
    return answer(asker, {**listing.beside, listing.name: page, "next": following})


def _cursor(asker: Asker, key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([asker.ledger.version, key]).encode()).decode()


def _place(asker: Asker, listing: Listing, cursor: str) -> int:
    """Where the page after a cursor begins. A cursor of an older version is refused: rows may have moved."""
    try:
        version, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError) as error:
        raise Misuse("cursor: not one this server gave", "take `next` as it is") from error
    if version != asker.ledger.version:
        raise Misuse(f"cursor: of version {version}, the ledger is now {asker.ledger.version}", "begin again")
    for place, row in enumerate(listing.rows):
        if row[listing.key] == key:
            return place + 1
    raise Misuse("cursor: names a row that is not in this list", "use it with the question it came from")


def _stream(listing: Listing, form: str) -> StreamingResponse:
    if form == "ndjson":
        return StreamingResponse(_ndjson(listing), media_type="application/x-ndjson")
    return StreamingResponse(_csv(listing), media_type="text/csv; charset=utf-8")


def _ndjson(listing: Listing) -> Iterator[str]:
    for row in listing.rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"
    yield json.dumps({"end": True, "rows": len(listing.rows)}) + "\n"


def _csv(listing: Listing) -> Iterator[str]:
    columns = list(listing.rows[0]) if listing.rows else [listing.key]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in listing.rows:
        writer.writerow([disarmed(_cell(row.get(column))) for column in columns])
        if buffer.tell() > 2**16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    writer.writerow(["end", len(listing.rows)])
    yield buffer.getvalue()


def _cell(value: Any) -> str | int | bool | None:
    if value is None or isinstance(value, str | int | bool):
        return value
    return json.dumps(value, ensure_ascii=False)
