"""The session of the pages: begun with a key, a token or at the site's sign-in provider; ended by signing out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.people import Person
from api.access.sessions import SESSION_SECONDS
from api.access.signin import COOKIE, WAY_COOKIE, Refused
from api.http.answers import Session
from api.http.asking import Asking, only_known_parameters
from api.http.service import Service
from api.http.told import Told
from lineage.errors import NotFound

routes = APIRouter(tags=["session"])
pages = APIRouter(include_in_schema=False)
BACK = "/signin/oidc/callback"


class KeyShown(BaseModel):
    """A key or a token to sign in with."""

    model_config = ConfigDict(extra="forbid")
    key: str = Field(min_length=1, max_length=8192, examples=["flk_…"])


@routes.post("/session", status_code=201, operation_id="sign_in", responses={201: {"model": Session}})
def sign_in(request: Request, shown: KeyShown) -> Response:
    """Begin a session for the pages: a cookie, and the token that changes must bear as X-CSRF-Token."""
    only_known_parameters(request)
    service: Service = request.app.state.service
    try:
        service.doorkeeper.must_be_meant(request.headers, {})
        person = service.doorkeeper.known({"authorization": f"Bearer {shown.key}"}, {}, "")
    except Refused as error:
        request.scope["state"]["noted"] = {"refused": str(error)}
        raise Told(401, "key_opens_nothing") from error
    cookie, csrf = service.doorkeeper.session(person, shown.key)
    response = JSONResponse(_shown(person, csrf), 201, {"Cache-Control": "no-store"})
    _set_cookie(request, response, cookie)
    return response


@routes.get("/session", operation_id="get_session", responses={200: {"model": Session}})
def who_am_i(asker: Asking) -> Response:
    """Who is signed in, with which roles and divisions; in a session, its CSRF token too."""
    csrf = asker.service.doorkeeper.csrf_of(asker.request.cookies)
    return JSONResponse(_shown(asker.person, csrf), headers={"Cache-Control": "no-store"})


@routes.delete("/session", operation_id="sign_out")
def sign_out(asker: Asking) -> Response:
    """End the session of this browser, here and on the server: the cookie opens nothing any more."""
    asker.service.doorkeeper.sessions.end(asker.request.cookies.get(COOKIE, ""))
    response = JSONResponse({"name": None})
    response.delete_cookie(COOKIE)
    return response


@pages.get("/signin/oidc")
def to_provider(request: Request) -> Response:
    """Send the browser to the site's sign-in provider."""
    service: Service = request.app.state.service
    provider = service.doorkeeper.provider
    if provider is None:
        raise NotFound("this site has no sign-in provider", "sign in with a key")
    address, way = provider.beginning()
    response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    _set_cookie(request, response, service.doorkeeper.way(way), WAY_COOKIE)
    return response


@pages.get(BACK)
def from_provider(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take the code that the provider gave, and begin a session for the person it names."""
    service: Service = request.app.state.service
    door = service.doorkeeper
    if door.provider is None:
        raise NotFound("this site has no sign-in provider", "sign in with a key")
    try:
        if error or not code or WAY_COOKIE not in request.cookies:
            raise Refused(f"the provider gave no code {error}")
        person = door.person(door.provider.name(code, state, door.way_back(request.cookies[WAY_COOKIE])))
    except Refused as refused:
        request.scope["state"]["noted"] = {"refused": str(refused)}
        raise Told(401, "provider_opens_nothing") from refused
    request.state.person = person.name
    cookie, _ = door.session(person)
    # a page, not a redirect: on a way that another site began, a browser would not send a strict cookie
    onward = "<!doctype html><meta charset=utf-8><title>…</title><meta http-equiv=refresh content='0;url=/overview'>"
    response = HTMLResponse(onward, headers={"Cache-Control": "no-store"})
    _set_cookie(request, response, cookie)
    response.delete_cookie(WAY_COOKIE)
    return response


def _shown(person: Person, csrf: str) -> dict[str, Any]:
    return {"name": person.name, "roles": person.roles, "divisions": person.divisions, "csrf": csrf}


def _set_cookie(request: Request, response: Response, value: str, name: str = COOKIE) -> None:
    """A cookie that scripts do not read; the one of the way to a provider comes back from another site."""
    service: Service = request.app.state.service
    seconds, site = (600, "lax") if name == WAY_COOKIE else (SESSION_SECONDS, "strict")
    oidc = service.doorkeeper.trust.oidc
    is_secure = request.url.scheme == "https" or (oidc is not None and oidc.back.startswith("https:"))
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite=site, secure=is_secure)  # type: ignore[arg-type]
