"""Trace: a record's trail as a layered graph and as tables beside it; everything chosen is in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

import queries
from api.http.routes.records import PAGE_POLICY
from api.pages.grid import ROWS_SHOWN, Drawn, Link, Money
from api.pages.layout import Beside, View, choice, facts, form, page, view_of
from api.pages.markup import Safe, tag
from api.pages.search import hits_grid
from api.pages.sights import Looking, kept_sight
from api.pages.trail_asked import (
    DEPTHS,
    FAN_OUTS,
    Asked,
    answer_of,
    asked_of,
    hidden_beyond,
    links_for,
)
from api.pages.trail_links import accepted_grid, proposals_part
from api.pages.trail_tables import (
    Trail,
    breaks_grid,
    findings_grid,
    flows_grid,
    policies_grid,
    reached_grid,
    records_grid,
    row_part,
    sources_grid,
    steps_grid,
)
from lineage.attribution import POLICIES
from lineage.errors import NotFound
from lineage.money import to_fen
from lineage.words import say
from queries.described import describe
from queries.search import Filter

routes = APIRouter(include_in_schema=False)
EXPORTS = ("xlsx", "csv", "json", "graphml", "prov-json")


@routes.get("/trace")
def trace(asker: Looking) -> Response:
    """One record's trail; without a record, what to do."""
    view = view_of(asker)
    asked = asked_of(view)
    if not asked.record:
        return page(view, "trace", view.say("trace"), _form(view, asked), tag("p", view.say("ask_record")))
    try:
        answer = answer_of(view, asked)
    except NotFound as error:
        return _nothing_of_that_name(view, asked, error)
    seen_of = None if view.table else ROWS_SHOWN
    rows = (*answer["nodes"][:seen_of], *answer.get("sources", ())[:seen_of], *answer.get("reached", ())[:seen_of])
    records = [row["record"] for row in rows if not row["record"].startswith("hidden:")]
    known = describe(asker.ledger, [*records, *(record for record, _ in asked.pins)])
    trail = Trail(view, asked, answer, known, hidden_beyond(view, asked, answer))
    title = view.word(answer["record"].partition(":")[0]) + " " + answer["record"].partition(":")[2]
    ends = sources_grid(trail) if asked.direction == "up" else reached_grid(trail)
    breaks = breaks_grid(trail)
    return page(
        view,
        "trace",
        f"{view.say('trace')}: {title}",
        _form(view, asked),
        _lead(trail),
        _facts(trail),
        tag("section", _actions(view, asked, answer["record"]), _frame(view, asked), class_="stage"),
        _pins(trail),
        Beside((ends, breaks)) if breaks.rows else [ends, breaks],
        proposals_part(trail, links_for(view, answer)),
        accepted_grid(trail),
        findings_grid(trail),
        policies_grid(trail),
        records_grid(trail),
        flows_grid(trail),
        row_part(trail),
        steps_grid(trail),
    )


@routes.get("/trace/graph")
def graph(asker: Looking) -> Response:
    """The same trail as an interactive graph page: stands in the trail page, or alone."""
    from viz import view as drawn

    view = view_of(asker)
    asked = asked_of(view)
    try:
        answer = answer_of(view, asked)
    except NotFound as error:
        raise NotFound(view.say("no_record", record=asked.record), view.say("try_search")) from error
    whole = drawn(answer, lang=view.lang, divisions=dict(view.names))
    return HTMLResponse(whole, headers={"Content-Security-Policy": PAGE_POLICY, "X-Frame-Options": "SAMEORIGIN"})


def _form(view: View, asked: Asked) -> Safe:
    kept = [tag("input", type="hidden", name="pin", value=record) for record, _ in asked.pins]
    kept += [tag("input", type="hidden", name="note", value=note) for _, note in asked.pins]
    policies = [(name, f"{say(f'viz.policy_{name}', view.lang)} {name}") for name in POLICIES]
    depths = [("", view.say("no_limit")), *((depth, depth) for depth in _with(DEPTHS, asked.depth))]
    counts = [(count, count) for count in _with(FAN_OUTS, asked.fan_out)]
    yes_no = [("", view.say("yes")), ("no", view.say("no"))]
    return form(
        view,
        "/trace",
        kept,
        tag("label", view.say("record"), tag("input", name="record", value=asked.record, size=30, required=True)),
        choice("direction", view.say("direction"), [(one, view.say(one)) for one in ("up", "down")], asked.direction),
        choice("policy", view.say("policy"), policies, asked.policy),
        choice("bounds", view.say("bounds"), yes_no, "" if asked.bounds else "no"),
        choice("depth", view.say("depth"), depths, "" if asked.depth is None else str(asked.depth)),
        choice("fan_out", view.say("fan_out"), counts, str(asked.fan_out)),
    )


def _with(offered: tuple[str, ...], chosen: int | None) -> list[str]:
    """The values offered, and the one an address names."""
    return sorted({*offered, *([] if chosen is None else [str(chosen)])}, key=int)


def _nothing_of_that_name(view: View, asked: Asked, error: NotFound) -> Response:
    """What was typed is no record: what search finds for it."""
    wanted = Filter(divisions=view.asker.scope.divisions)
    found = queries.search(view.asker.ledger, asked.record, wanted, queries.Page(20))
    shown = hits_grid(view, found)
    said = view.say("no_record", record=asked.record)
    more = view.say("meant_one_of") if found.total else view.say("nothing_like_it")
    made = page(view, "trace", said, _form(view, asked), tag("p", more, role="alert"), shown)
    made.status_code = 404
    return made


def _lead(trail: Trail) -> Safe | None:
    """What the record is, in its own words."""
    found = trail.known.get(trail.answer["record"])
    if found is None:
        return None
    view = trail.view
    parts = [view.place(found.division_code), found.title, found.doc_no, found.date.isoformat() if found.date else ""]
    return tag("p", " · ".join(part for part in parts if part), class_="lead")


def _facts(trail: Trail) -> Safe:
    view, answer = trail.view, trail.answer
    cards: list[tuple[object, object]] = [
        (view.say("amount"), view.money(to_fen(answer["amount"]))),
        (
            view.say("state"),
            tag("span", view.word(answer["state"]), class_=f"state {answer['state']}"),
        ),
    ]
    if answer["pool"] != answer["amount"]:
        cards.insert(1, (view.say("pool"), view.money(to_fen(answer["pool"]))))
    if answer["direction"] == "up":
        cards.append((view.say("poverty_money"), _bounded(view, answer, "poverty", "poverty_amount")))
        cards.append((view.say("unsourced"), _bounded(view, answer, "unsourced", "unsourced")))
        if answer["mixed"]:
            met = trail.opens(answer["mixed"]["first_pool"])
            amount = view.money(to_fen(answer["mixed"]["amount"]))
            where = tag("a", met.words, href=met.href) if isinstance(met, Link) else met
            cards.append((view.say("mixed"), [amount, tag("small", view.say("met_at"), " ", where)]))
    return facts(cards)


def _bounded(view: View, answer: Mapping[str, Any], name: str, amount: str) -> object:
    """An amount, with what is provable of it; poison knows none."""
    if answer[amount] is None:
        shown = view.say("possible") if answer.get(f"{name}_possible") else "—"
    else:
        shown = view.money(to_fen(answer[amount]))
    if answer.get(f"{name}_least") is None:
        return shown
    ends = [view.money(to_fen(answer[f"{name}_{end}"])) for end in ("least", "most")]
    return [shown, tag("small", view.say("provable", least=ends[0], most=ends[1]))]


def _actions(view: View, asked: Asked, record: str) -> Safe:
    """The graph on its own page, the trail as files, the evidence pack."""
    name = quote(record, safe="")
    alone = tag("a", view.say("own_page"), href=view.to("/trace/graph", **asked.parameters()), target="_blank")
    query = urlencode({"direction": asked.direction, "policy": asked.policy, **kept_sight(view.asker.request)})
    files = [
        [" ", tag("a", form_.upper(), href=f"/api/v1/export/{name}?format={form_}&{query}")] for form_ in EXPORTS
    ]
    pack = tag("a", view.say("pack"), href=view.to("/trace/pack", **asked.parameters()))
    case = tag("a", view.say("into_case"), href=view.to("/cases", record=record))
    return tag("p", alone, " · ", pack, " · ", case, " · ", view.say("files"), files, class_="links")


def _frame(view: View, asked: Asked) -> Safe:
    return tag(
        "iframe", src=view.to("/trace/graph", **asked.parameters(pin=[], note=[])), title=view.say("graph"), id="graph"
    )


def _pins(trail: Trail) -> Safe | None:
    """The records pinned with what was noted of each: a form, so that notes go into the address."""
    asked, view = trail.asked, trail.view
    if not asked.pins:
        return None
    hidden = [
        tag("input", type="hidden", name=name, value=value)
        for name, values in asked.parameters(pin=[], note=[]).items()
        for value in (values if isinstance(values, list) else [values])
        if value not in ("", None)
    ]
    lines = [
        tag(
            "li",
            tag("input", type="hidden", name="pin", value=record),
            _shown(trail.opens(record)),
            " ",
            _shown(trail.amount(record)),
            tag("input", name="note", value=note, size=28, aria_label=view.say("note_of", record=record)),
            tag("a", view.say("unpin"), href=view.to("/trace", **_unpinned(asked, record))),
        )
        for record, note in asked.pins
    ]
    keep = tag("button", view.say("keep_notes"))
    kept = [tag("input", type="hidden", name=key, value=value) for key, value in view.kept.items()]
    whole = tag("form", kept, hidden, tag("ul", lines), keep, action="/trace", class_="pins")
    return tag("section", tag("div", tag("h2", view.say("pins")), class_="sheet-head"), whole, class_="sheet")


def _unpinned(asked: Asked, record: str) -> dict[str, Any]:
    return asked.parameters(pins=tuple(pin for pin in asked.pins if pin[0] != record))


def _shown(cell: object) -> object:
    if isinstance(cell, Link):
        return tag("a", cell.words, href=cell.href)
    return cell.html if isinstance(cell, Drawn) else "" if isinstance(cell, Money) else cell
