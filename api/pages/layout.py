"""The frame of every page: navigation, search box, language, unit; the state of a page is its address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from fastapi.responses import HTMLResponse, Response

from api.http.asking import Asker
from api.http.views import sight_of
from api.pages.grid import Grid, sheet_html, workbook
from api.pages.markup import Safe, joined, tag
from api.pages.sights import SIGHT, kept_sight, takes_sight
from lineage.errors import NotFound
from lineage.money import in_unit
from lineage.words import Language, area_words, say

MODULES = ("overview", "trace", "risk", "repairs", "reconciliation", "ranking", "cases", "search")
UNITS = {"yuan": ("元", 2), "wan": ("万元", 2), "yi": ("亿元", 4)}
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# What an answer's words are looked up under, first the pages' own.
_AREAS = ("pages.word_", "viz.reason_", "viz.kind_", "viz.evidence_", "viz.policy_", "rules.", "findings.")


@dataclass(frozen=True, slots=True)
class View:
    """How somebody looks at a page: who, in which language and unit, at which address; `kept` is in every address."""

    asker: Asker
    lang: Language
    unit: str
    names: Mapping[str, str]
    kept: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """A word of the pages."""
        return say(f"pages.{key}", self.lang, **values)

    def word(self, word: object) -> str:
        """A code of the answers (a tier, a state, a cause) in the language of the page; itself where it has no word."""
        for start in _AREAS:
            area, _, key = f"{start}{word}".partition(".")
            if key in area_words(area):
                return say(f"{area}.{key}", self.lang)
        return str(word or "")

    @property
    def unit_name(self) -> str:
        """The unit as `lineage.money` calls it."""
        return UNITS[self.unit][0]

    @property
    def unit_word(self) -> str:
        """The unit in the language of the page."""
        return say(f"viz.unit_{self.unit}", self.lang)

    def money(self, fen: int) -> str:
        """An amount in the unit chosen, with digits grouped."""
        unit, decimals = UNITS[self.unit]
        return in_unit(fen, unit, decimals, grouped=True)

    def to(self, path: str, **parameters: Any) -> str:
        """An address of these pages that keeps language and unit; a list gives its parameter several times."""
        kept = {key: value for key, value in parameters.items() if value not in (None, "", [], ())}
        query = urlencode({**kept, **self.kept}, doseq=True)
        return f"{path}?{query}" if query else path

    def here(self, **changed: object) -> str:
        """This very address with some parameters changed; None takes one away."""
        url = self.asker.request.url
        kept = [(key, value) for key, value in parse_qsl(url.query) if key not in changed and key != "table"]
        kept += [(key, str(value)) for key, value in changed.items() if value is not None]
        return f"{quote(url.path)}?{urlencode(kept)}" if kept else quote(url.path)

    @property
    def offset(self) -> int:
        """From which row on a long table is shown."""
        text = self.asker.request.query_params.get("offset", "")
        return int(text) if text.isdecimal() else 0

    @property
    def table(self) -> str | None:
        """Which table is wanted as a file; None for the page."""
        return self.asker.request.query_params.get("table")

    @property
    def is_present(self) -> bool:
        """Whether what is shown is the ledger in force, not another day's, an earlier batch's, or without links."""
        return sight_of(self.asker.ledger) is None

    @property
    def may_decide(self) -> bool:
        """Whether the page offers decisions: to investigators, on what stands now."""
        return self.is_present and self.asker.person.may("investigator")

    def place(self, code: str | None) -> str:
        """A division's name; its code where it has none."""
        return self.names.get(code or "", code or "")


def view_of(asker: Asker) -> View:
    """The view that an address asks for; unknown words fall back to Chinese and 万元."""
    from queries.territory import division_names

    asked = asker.request.query_params
    lang: Language = "en" if asked.get("lang") == "en" else "zh"
    unit = asked["unit"] if asked.get("unit") in UNITS else "wan"
    ledger = asker.ledger
    names = asker.service.remembered(ledger, ("names",), lambda: division_names(ledger))
    kept = kept_sight(asker.request)
    kept |= {"lang": lang} if lang != "zh" else {}
    kept |= {"unit": unit} if unit != "wan" else {}
    return View(asker, lang, unit, names, kept)


def page(view: View, module: str, title: str, *body: object) -> Response:
    """One whole page; or, where its address names a table of it, that table as a workbook."""
    if view.table is not None:
        for grid in _grids(body):
            if grid.name == view.table:
                return workbook(view, [grid], f"{module}-{view.table}")
        raise NotFound(view.say("no_table", table=view.table), view.say("take_its_link"))
    ledger = view.asker.ledger
    csrf = view.asker.service.doorkeeper.csrf_of(view.asker.request.cookies)
    foot = tag(
        "footer",
        view.say("as_of", as_of=ledger.as_of or "-", version=ledger.version),
        " · ",
        view.asker.person.name,
        " · ",
        tag("a", view.say("feeds"), href=view.to("/feeds")),
        " · ",
        tag("a", view.say("contract"), href="/docs"),
        [" · ", tag("button", view.say("signout"), id="signout", type="button")] if csrf else None,
    )
    main = tag("main", _seen_as(view), tag("h1", title), _drawn(view, body), id="content", tabindex="-1")
    return framed(view.lang, f"{title} · {view.say('title')}", [_top(view, module), main, foot], csrf=csrf)


def framed(lang: Language, title: str, body: object, status: int = 200, *, csrf: str = "") -> HTMLResponse:
    """The outermost form of a page; `csrf` is the token that decisions made on it must bear."""
    whole = joined(
        [
            Safe("<!doctype html>"),
            Safe(f'<html lang="{"zh-CN" if lang == "zh" else "en"}">'),
            tag("head", head(title), tag("meta", name="csrf", content=csrf) if csrf else None),
            tag("body", body),
            Safe("</html>"),
        ]
    )
    headers = {"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN", "Cache-Control": "no-store"}
    return HTMLResponse(whole, status, headers)


def head(title: str) -> list[Safe]:
    """What the head of every page holds. The icon is named, or a browser asks for one at an address of its own."""
    return [
        tag("meta", charset="utf-8"),
        tag("title", title),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("link", rel="icon", href="/assets/icon.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href="/assets/site.css"),
        tag("script", src="/assets/site.js", defer=True),
    ]


def _top(view: View, module: str) -> Safe:
    links = [
        tag("a", view.say(name), href=view.to(f"/{name}"), aria_current="page" if name == module else None)
        for name in MODULES
    ]
    units = [
        tag(
            "a",
            say(f"viz.unit_{name}", view.lang),
            href=view.here(unit=name),
            aria_current="true" if name == view.unit else None,
        )
        for name in UNITS
    ]
    box = tag(
        "form",
        kept_fields(view),
        tag("label", view.say("search"), for_="q", class_="unseen"),
        tag("input", id="q", name="q", type="search", placeholder=view.say("search_hint"), accesskey="s"),
        tag("button", view.say("go")),
        action="/search",
        role="search",
    )
    other = other_language(view.lang, lambda turned: view.here(lang=turned))
    return tag(
        "header",
        tag("a", view.say("skip"), href="#content", class_="skip"),
        tag("p", tag("a", view.say("title"), href=view.to("/overview")), class_="brand"),
        tag("nav", links, aria_label=view.say("modules")),
        box,
        tag("p", tag("span", units, role="group", aria_label=view.say("unit")), other, class_="choices"),
    )


def other_language(lang: Language, address: Callable[[Language], str]) -> Safe:
    """The way to the same page in the other language, whose address `address` gives."""
    turned: Language = "en" if lang == "zh" else "zh"
    return tag("a", "English" if turned == "en" else "中文", href=address(turned), hreflang=turned, lang=turned)


def _seen_as(view: View) -> object:
    """How the ledger is looked at, and a form to look at it otherwise; nothing on pages that show the present only."""
    request, ledger = view.asker.request, view.asker.ledger
    kept = kept_sight(request)
    if not takes_sight(request):
        return tag("p", view.say("present_only"), class_="sight") if kept else None
    told = [view.say("seen_of", day=ledger.as_of or "—")]
    told += [view.say("seen_known", batch=ledger.as_known)] if ledger.as_known is not None else []
    told += [] if ledger.asserted else [view.say("seen_without")]
    others = [(key, value) for key, value in parse_qsl(request.url.query) if key not in (*SIGHT, "table", "offset")]
    links = [("", view.say("yes")), ("no", view.say("no"))]
    fields = tag(
        "form",
        [tag("input", type="hidden", name=key, value=value) for key, value in others],
        tag("label", view.say("as_of_day"), tag("input", name="as_of", type="date", value=kept.get("as_of", ""))),
        tag("label", view.say("as_known"), tag("input", name="as_known", value=kept.get("as_known", ""), size=5,
                                               inputmode="numeric")),
        choice("asserted", view.say("with_asserted"), links, kept.get("asserted", "") and "no"),
        tag("button", view.say("go")),
        action=quote(request.url.path),
        class_="asked",
    )  # fmt: skip
    back = tag("a", view.say("to_present"), href=view.here(**dict.fromkeys(SIGHT)))
    summary = tag("summary", " · ".join(told))
    form_class = "sight" if view.is_present else "sight other"
    return tag("details", summary, fields, None if view.is_present else tag("p", back), class_=form_class,
               open=not view.is_present)  # fmt: skip


def cannot_decide(view: View) -> Safe | None:
    """Why a page offers no decisions; None where it does."""
    if view.may_decide:
        return None
    return tag("p", view.say("investigators_only" if view.is_present else "decided_in_the_present"), class_="hint")


def form(view: View, action: str, *fields: object) -> Safe:
    """A form whose answers become the address."""
    return tag("form", kept_fields(view), *fields, tag("button", view.say("go")), action=action, class_="asked")


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


def place_field(view: View, chosen: str, label: str = "division") -> Safe:
    """A field for a division, by code or name, with all of the asker's to choose from."""
    scope = view.asker.scope
    options = [tag("option", name, value=code) for code, name in sorted(view.names.items()) if scope.holds(code)]
    shown = tag("input", name="division", value=chosen, size=12, list="divisions", autocomplete="off")
    return tag("label", view.say(label), shown, tag("datalist", options, id="divisions"))


def kept_fields(view: View) -> list[Safe]:
    """Language, unit and how the ledger is looked at, so that a form keeps them."""
    return [tag("input", type="hidden", name=key, value=value) for key, value in view.kept.items()]


def facts(items: list[tuple[object, object]]) -> Safe:
    """A row of cards: what, how much."""
    return tag("dl", [tag("div", tag("dt", what), tag("dd", value)) for what, value in items], class_="cards")


def _drawn(view: View, body: object) -> list[object]:
    found: list[object] = []
    for part in body if isinstance(body, (list, tuple)) else [body]:
        if isinstance(part, Grid):
            found.append(sheet_html(view, part))
        elif isinstance(part, Folded):
            found.append(tag("details", tag("summary", part.words), _drawn(view, part.parts)))
        elif isinstance(part, Beside):
            columns = [tag("div", _drawn(view, column)) for column in part.columns]
            found.append(tag("div", columns, class_="pair"))
        else:
            found.append(_drawn(view, part) if isinstance(part, (list, tuple)) else part)
    return found


@dataclass(frozen=True, slots=True)
class Folded:
    """Parts of a page that are opened by those who want them."""

    words: str
    parts: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Parts of a page that stand side by side where there is room."""

    columns: tuple[object, ...]


def _grids(body: object) -> Iterator[Grid]:
    if isinstance(body, Grid):
        yield body
    elif isinstance(body, (Beside, Folded)):
        yield from _grids(body.columns if isinstance(body, Beside) else body.parts)
    elif isinstance(body, (list, tuple)):
        for part in body:
            yield from _grids(part)
