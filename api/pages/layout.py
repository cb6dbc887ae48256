"""The frame of every page: navigation, search box, language, unit; the state of a page is its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.responses import HTMLResponse

from api.http.asking import Asker
from api.pages.markup import Safe, joined, tag
from lineage.money import in_unit
from lineage.words import Language, area_words, say

MODULES = ("overview", "trace", "risk", "reconciliation", "ranking", "search")
UNITS = {"yuan": ("元", 2), "wan": ("万元", 2), "yi": ("亿元", 4)}
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class View:
    """How somebody looks at a page: who, in which language and unit, at which address."""

    asker: Asker
    lang: Language
    unit: str

    def say(self, key: str, **values: object) -> str:
        """A word of the pages."""
        return say(f"pages.{key}", self.lang, **values)

    def word(self, word: object) -> str:
        """A code of the answers (a tier, a state, a cause) in the language of the page; itself where it has no word."""
        known = f"word_{word}"
        return self.say(known) if known in area_words("pages") else str(word or "")

    def money(self, fen: int) -> str:
        """An amount in the unit chosen, with digits grouped."""
        unit, decimals = UNITS[self.unit]
        return in_unit(fen, unit, decimals, grouped=True)

    def to(self, path: str, **parameters: Any) -> str:
        """An address of these pages that keeps language and unit."""
        kept = {**{key: value for key, value in parameters.items() if value not in (None, "")}, **self.kept}
        return f"{path}?{urlencode(kept)}" if kept else path

    @property
    def kept(self) -> dict[str, str]:
        """What every address keeps."""
        return {
            **({"lang": self.lang} if self.lang != "zh" else {}),
            **({"unit": self.unit} if self.unit != "wan" else {}),
        }

    def record(self, record: str) -> Safe:
        """A record's name that opens its trail."""
        return tag("a", record, href=self.to("/trace", record=record))


def view_of(asker: Asker, lang: str, unit: str) -> View:
    """The view that an address asks for; unknown words fall back to Chinese and 万元."""
    return View(asker, "en" if lang == "en" else "zh", unit if unit in UNITS else "wan")


def page(view: View, module: str, title: str, *body: object) -> HTMLResponse:
    """One whole page."""
    links = [
        tag("a", view.say(name), href=view.to(f"/{name}"), aria_current="page" if name == module else None)
        for name in MODULES
    ]
    here = view.asker.request.url
    turned = "en" if view.lang == "zh" else "zh"
    other = _with(str(here.path), here.query, lang=turned)
    units = [
        tag(
            "a",
            UNITS[name][0],
            href=_with(str(here.path), here.query, unit=name),
            aria_current="true" if name == view.unit else None,
        )
        for name in UNITS
    ]
    top = tag(
        "header",
        tag("a", view.say("skip"), href="#content", class_="skip"),
        tag("p", tag("a", view.say("title"), href=view.to("/overview")), class_="brand"),
        tag("nav", links, aria_label=view.say("title")),
        tag(
            "form",
            _hidden(view),
            tag("label", view.say("search"), for_="q", class_="unseen"),
            tag("input", id="q", name="q", type="search", placeholder=view.say("search_hint"), accesskey="s"),
            tag("button", view.say("go")),
            action="/search",
            role="search",
        ),
        tag(
            "p", units, tag("a", "English" if turned == "en" else "中文", href=other, hreflang=turned), class_="choices"
        ),
    )
    ledger = view.asker.ledger
    foot = tag(
        "footer",
        view.say("as_of", as_of=ledger.as_of or "-", version=ledger.version),
        " · ",
        view.asker.person.name,
        " · ",
        tag("a", view.say("feeds"), href=view.to("/feeds")),
    )
    whole = joined(
        [
            Safe("<!doctype html>"),
            Safe(f'<html lang="{"zh-CN" if view.lang == "zh" else "en"}">'),
            tag(
                "head",
                head(f"{title} · {view.say('title')}"),
                tag("meta", name="viewport", content="width=device-width"),
            ),
            tag("body", top, tag("main", tag("h1", title), *body, id="content", tabindex="-1"), foot),
            Safe("</html>"),
        ]
    )
    return HTMLResponse(whole, headers={"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"})


def head(title: str) -> list[Safe]:
    """What the head of every page holds. The icon is named, or a browser asks for one at an address of its own."""
    return [
        tag("meta", charset="utf-8"),
        tag("title", title),
        tag("link", rel="icon", href="/assets/icon.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href="/assets/site.css"),
        tag("script", src="/assets/site.js", defer=True),
    ]


def form(view: View, action: str, *fields: object) -> Safe:
    """A form whose answers become the address."""
    return tag("form", _hidden(view), *fields, tag("button", view.say("go")), action=action, class_="asked")


def choice(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Safe:
    """A labelled choice."""
    return tag(
        "label",
        label,
        tag(
            "select",
            [tag("option", shown, value=value, selected=value == chosen) for value, shown in options],
            name=name,
        ),
    )


def _hidden(view: View) -> list[Safe]:
    return [tag("input", type="hidden", name=key, value=value) for key, value in view.kept.items()]


def _with(path: str, query: str, **changed: str) -> str:
    from urllib.parse import parse_qsl

    return f"{quote(path)}?{urlencode({**dict(parse_qsl(query)), **changed})}"
