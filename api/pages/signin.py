"""Signing in and out; the style, the script and the icon of the pages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.responses import FileResponse

from api.pages.layout import framed, other_language
from api.pages.markup import tag
from lineage.errors import NotFound
from lineage.words import Language, say

routes = APIRouter(include_in_schema=False)
ASSETS = Path(__file__).parent / "assets"
TYPES = {"site.css": "text/css", "site.js": "text/javascript", "icon.svg": "image/svg+xml"}


@routes.get("/signin")
def sign_in(request: Request) -> Response:
    """A key opens a session; `next` is the page that was asked for."""
    asked = request.query_params
    lang: Language = "en" if asked.get("lang") == "en" else "zh"
    there = asked.get("next", "")
    safe = there if there.startswith("/") and not there.startswith(("//", "/\\")) else "/overview"
    has_provider = request.app.state.service.doorkeeper.provider is not None
    field = tag("input", name="key", type="password", required=True, autocomplete="current-password", size=44)
    other = other_language(lang, lambda turned: f"/signin?{urlencode({'next': safe, 'lang': turned})}")
    body = tag(
        "main",
        tag("p", other, class_="choices"),
        tag("h1", f"{say('pages.title', lang)} · {say('pages.signin', lang)}"),
        tag("p", say("pages.signin_told", lang)),
        tag(
            "form",
            tag("label", say("pages.key", lang), field),
            tag("button", say("pages.signin", lang)),
            id="signin",
            class_="asked",
            data_next=safe,
        ),
        tag("p", tag("a", say("pages.signin_site", lang), href="/signin/oidc")) if has_provider else None,
        tag("p", class_="said", role="alert"),
        id="content",
        class_="door",
    )
    return framed(lang, say("pages.signin", lang), body)


@routes.get("/favicon.ico")
def icon() -> Response:
    """The icon, for browsers that ask at the address of old; the contract's plain page names none."""
    return asset("icon.svg")


@routes.get("/assets/{name}")
def asset(name: str) -> Response:
    """The style, the script and the icon of the pages."""
    if name not in TYPES:
        raise NotFound(f"there is no asset {name}")
    return FileResponse(ASSETS / name, media_type=TYPES[name], headers={"Cache-Control": "max-age=300"})
