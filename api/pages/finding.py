"""Search: one box; and the sign-in page."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.responses import FileResponse

import queries
from api.http.asking import Reading
from api.pages.layout import POLICY, head, page, view_of
from api.pages.markup import Safe, joined, table, tag
from lineage.errors import NotFound
from lineage.money import to_fen
from lineage.words import Language, say
from queries.search import Filter

routes = APIRouter(include_in_schema=False)
ASSETS = Path(__file__).parent / "assets"
TYPES = {"site.css": "text/css", "site.js": "text/javascript", "icon.svg": "image/svg+xml"}


@routes.get("/search")
def search(asker: Reading, q: str = "", kind: str = "", lang: str = "zh", unit: str = "wan") -> Response:
    """What a text names."""
    view = view_of(asker, lang, unit)
    if not q.strip():
        return page(view, "search", view.say("search"), tag("p", view.say("search_hint")))
    wanted = Filter(kind=kind or None, divisions=asker.scope.divisions)
    answer = queries.search(asker.ledger, q, wanted, queries.Page(100)).to_json()
    rows = [
        [
            view.record(hit["record"]),
            hit["title"],
            hit["snippet"],
            hit["division_code"],
            "" if hit["amount"] is None else view.money(to_fen(hit["amount"])),
        ]
        for hit in answer["hits"]
    ]
    heads = [view.say(name) for name in ("record", "name", "message", "division", "amount")]
    return page(
        view,
        "search",
        f"{view.say('search')}: {q}",
        tag("p", view.say("hits", count=answer["total"])),
        table(heads, rows, right=frozenset({4}), caption=view.say("search")),
    )


@routes.get("/signin")
def sign_in(request: Request, lang: str = "zh") -> Response:
    """A key opens a session."""
    tongue: Language = "en" if lang == "en" else "zh"
    body = tag(
        "main",
        tag("h1", say("pages.signin", tongue)),
        tag(
            "form",
            tag("label", say("pages.key", tongue), tag("input", name="key", type="password", required=True)),
            tag("button", say("pages.signin", tongue)),
            id="signin",
            class_="asked",
        ),
        tag("p", id="said", role="alert"),
    )
    whole = joined(
        [
            Safe("<!doctype html>"),
            Safe(f'<html lang="{tongue}">'),
            tag("head", head(say("pages.signin", tongue))),
            tag("body", body),
            Safe("</html>"),
        ]
    )
    return HTMLResponse(whole, headers={"Content-Security-Policy": POLICY})


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
