"""Trace: a record's trail as a layered graph and as tables beside it; the state is the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from api.access.scopes import seen, trail_json
from api.http.asking import Reading
from api.pages.layout import View, choice, form, page, view_of
from api.pages.markup import Safe, table, tag
from lineage import stores
from lineage.attribution import POLICIES
from lineage.money import to_fen
from lineage.subgraph import Direction

routes = APIRouter(include_in_schema=False)
ROWS = 300


@routes.get("/trace")
def trace(
    asker: Reading,
    record: str = "",
    direction: Direction = "up",
    policy: str = "pro-rata",
    bounds: bool = False,
    lang: str = "zh",
    unit: str = "wan",
) -> Response:
    """One record's trail."""
    view = view_of(asker, lang, unit)
    asked = form(
        view,
        "/trace",
        tag("label", view.say("record"), tag("input", name="record", value=record, size=34, required=True)),
        choice("direction", view.say("direction"), [("up", view.say("up")), ("down", view.say("down"))], direction),
        choice("policy", view.say("policy"), [(name, name) for name in POLICIES], policy),
        choice("bounds", view.say("bounds"), [("false", "—"), ("true", "✓")], str(bounds).lower()),
    )
    if not record:
        return page(view, "trace", view.say("trace"), asked, tag("p", view.say("ask_record")))
    name = seen(asker.ledger, asker.scope, record)
    trail = stores.trace(asker.service.home(asker.ledger), name, direction, policy, bounds=bounds)
    answer = trail_json(trail, asker.scope, asker.ledger)
    address = view.to(
        f"/api/v1/graph/{quote(name, safe='')}.html", direction=direction, policy=policy, bounds=str(bounds).lower()
    )
    exports = [
        tag("a", form_, href=f"/api/v1/export/{quote(name, safe='')}?format={form_}&direction={direction}")
        for form_ in ("xlsx", "csv", "json", "graphml", "prov-json")
    ]
    return page(
        view,
        "trace",
        f"{view.say('trace')}: {name}",
        asked,
        _facts(view, answer),
        tag(
            "div",
            tag(
                "section",
                tag("p", tag("a", view.say("own_page"), href=address, target="_blank"), " · ", _spaced(exports)),
                tag("iframe", src=address, title=view.say("trace"), loading="lazy"),
            ),
            tag("section", _ends(view, answer), _breaks(view, answer), _nodes(view, answer)),
            class_="beside",
        ),
    )


def _spaced(links: list[Safe]) -> list[object]:
    return [part for link in links for part in (link, " ")]


def _facts(view: View, answer: dict[str, Any]) -> Safe:
    facts = [("amount", view.money(to_fen(answer["amount"]))), ("state", view.word(answer["state"]))]
    if answer["direction"] == "up":
        facts.append(("unsourced", view.money(to_fen(answer["unsourced"]))))
    return tag("dl", [tag("div", tag("dt", view.say(key)), tag("dd", value)) for key, value in facts], class_="cards")


def _ends(view: View, answer: dict[str, Any]) -> Safe:
    if answer["direction"] == "down":
        rows = [[_record(view, row["record"]), view.money(to_fen(row["amount"]))] for row in answer["reached"][:ROWS]]
        return tag(
            "section",
            tag("h2", view.say("reached")),
            table([view.say("record"), view.say("amount")], rows, right=frozenset({1}), caption=view.say("reached")),
        )
    bounded = any("least" in row for row in answer["sources"])
    heads = [view.say(name) for name in ("record", "tier", "amount", *(("least", "most") if bounded else ()))]
    rows = [
        [
            _record(view, row["record"]),
            view.word(row["tier"]),
            view.money(to_fen(row["amount"])),
            *([view.money(to_fen(row["least"])), view.money(to_fen(row["most"]))] if bounded else []),
        ]
        for row in answer["sources"]
    ]
    return tag(
        "section",
        tag("h2", view.say("sources")),
        table(heads, rows, right=frozenset({2, 3, 4}), caption=view.say("sources")),
    )


def _breaks(view: View, answer: dict[str, Any]) -> Safe | None:
    if not answer["breaks"]:
        return None
    heads = [view.say(name) for name in ("record", "reason", "amount", "payments")]
    rows = [
        [_record(view, row["record"]), row["reason"], view.money(to_fen(row["amount"])), row["payments"]]
        for row in answer["breaks"]
    ]
    return tag(
        "section",
        tag("h2", view.say("breaks")),
        table(heads, rows, right=frozenset({2, 3}), caption=view.say("breaks")),
    )


def _nodes(view: View, answer: dict[str, Any]) -> Safe:
    heads = [view.say(name) for name in ("record", "amount", "date", "division", "state", "name")]
    rows = [
        [
            _record(view, row["record"]),
            view.money(to_fen(row["amount"])),
            row.get("date"),
            row["division_code"],
            view.word(row.get("state")),
            row["title"],
        ]
        for row in answer["nodes"][:ROWS]
    ]
    note = None
    if answer["truncated"] or len(answer["nodes"]) > ROWS:
        note = tag("p", view.say("first_rows", shown=len(rows), total=len(answer["nodes"]) + answer["more"]))
    return tag(
        "section",
        tag("h2", view.say("records")),
        note,
        table(heads, rows, right=frozenset({1}), caption=view.say("records")),
    )


def _record(view: View, record: str) -> object:
    return record if record.startswith("hidden:") else view.record(record)
