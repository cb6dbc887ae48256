"""What a person sees where an answer cannot be given: what is wrong, in the page's language, and where to go on."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.pages.layout import MODULES, framed
from api.pages.markup import tag
from lineage.words import Language, area_words, say


def problem_page(request: Request, status: int, detail: str, hint: str = "") -> Response:
    """The page of one error; who has to sign in is brought to the sign-in page and back."""
    lang: Language = "en" if request.query_params.get("lang") == "en" else "zh"
    if status == 401:
        there = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        return RedirectResponse(f"/signin?{urlencode({'next': there, 'lang': lang})}", 303)
    known = f"problem_{status}" in area_words("pages")
    title = say(f"pages.problem_{status}" if known else "pages.problem_500", lang)
    kept = urlencode([(key, value) for key, value in parse_qsl(request.url.query) if key in ("lang", "unit")])
    links = [
        tag("li", tag("a", say(f"pages.{name}", lang), href=f"/{name}?{kept}" if kept else f"/{name}"))
        for name in MODULES
    ]
    said = "" if status == 404 and detail == "Not Found" else detail
    main = tag(
        "main",
        tag("h1", title),
        tag("p", said, class_="lead", role="alert") if said else None,
        tag("p", hint) if hint else None,
        tag("p", tag("code", request.url.path)),
        tag("p", say("pages.go_on", lang)),
        tag("ul", links),
        id="content",
    )
    brand = tag("p", tag("a", say("pages.title", lang), href="/overview"), class_="brand")
    return framed(lang, f"{title} · {say('pages.title', lang)}", [tag("header", brand), main], status)
