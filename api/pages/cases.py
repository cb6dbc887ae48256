"""Cases: the sets of records that people work on, each with its notes, views, papers, history, and what has moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.http.asking import Reading
from api.http.routes.cases import case_within, cases_within, moved_within
from api.pages.grid import Cell, Column, Drawn, Grid, Link, Money
from api.pages.layout import Folded, View, cannot_decide, facts, page, view_of
from api.pages.markup import Safe, tag
from lineage.attribution import POLICIES
from lineage.errors import NotFound
from lineage.money import to_fen
from queries.cases import ADDED, CLOSED, DROPPED, NOTED, PAPER, REOPENED, SHARED, UNSHARED, VIEW

routes = APIRouter(include_in_schema=False)


@routes.get("/cases")
def cases(asker: Reading, record: str = "") -> Response:
    """The cases one may see; with a record in the address, each open one offers to take it in."""
    view = view_of(asker)
    may = view.may_decide
    every = cases_within(asker)
    takes_in = may and bool(record)
    rows: list[list[Cell]] = [
        [
            Link(one["id"], view.to(f"/cases/{one['id']}")),
            one["title"],
            one["owner"],
            view.word(f"case_{one['state']}"),
            len(one["records"]),
            _moment(one["events"][0]),
            _moment(one["events"][-1]),
            *([_take_in(view, one, record)] if takes_in else []),
        ]
        for one in every
    ]
    heads = (
        *(Column(view.say(name)) for name in ("case", "case_title", "owner", "state")),
        Column(view.say("records_count"), "number"),
        *(Column(view.say(name)) for name in ("opened_at", "last_event", *(("act",) if takes_in else ()))),
    )
    return page(
        view,
        "cases",
        view.say("cases"),
        tag("p", view.say("cases_rule"), class_="lead"),
        tag("p", view.say("taking_in", record=record)) if takes_in else None,
        Grid("cases", view.say("cases"), heads, rows, paged=True),
        _deed(view, "/api/v1/cases", "open_case", [_field(view, "title", "case_title", 40)])
        if may
        else cannot_decide(view),
    )


@routes.get("/cases/{case}")
def one_case(asker: Reading, case: str, moved: str = "") -> Response:
    """One case: its records as they were noted, notes, papers, history; asked for, what has moved since."""
    view = view_of(asker)
    try:
        one = case_within(asker, case)
    except NotFound as error:
        raise NotFound(view.say("no_case", case=case), view.say("yours_are_listed")) from error
    cards: list[tuple[object, object]] = [
        (view.say("state"), view.word(f"case_{one['state']}")),
        (view.say("owner"), one["owner"]),
        (view.word("case_shared"), "、".join(view.place(code) for code in one["shared"]) or "—"),
        (view.say("opened_at"), _moment(one["events"][0])),
        (view.say("records_count"), len(one["records"])),
    ]
    may = view.may_decide
    return page(
        view,
        "cases",
        f"{one['id']} {one['title']}",
        facts(cards),
        _records(view, one, may=may and one["state"] != CLOSED),
        _moved(view, one, moved_within(asker, case)) if moved else _ask_moved(view, one),
        _notes(view, one),
        Grid("views", view.say("kept_views"), _fact_heads(view), [_facts(view, kept) for kept in one["views"]])
        if one["views"]
        else None,
        _papers(view, one) if one["papers"] else None,
        _deeds(view, one) if may else cannot_decide(view),
        Folded(view.say("history"), (_history(view, one),)),
        tag("p", tag("a", view.say("back_to_cases"), href=view.to("/cases"))),
    )


def _records(view: View, one: Mapping[str, Any], *, may: bool) -> Grid:
    rows = [
        [*_facts(view, row), *([Drawn(_drop(view, one, row["record"]))] if may else [])] for row in one["records"]
    ]
    heads = (*_fact_heads(view), *([Column(view.say("act"))] if may else []))
    return Grid("records", view.say("records"), heads, rows, [row["record"] for row in one["records"]])


def _fact_heads(view: View) -> tuple[Column, ...]:
    return (
        *(Column(view.say(name)) for name in ("record", "policy")),
        *(Column(view.say(name), "money") for name in ("amount", "unsourced")),
        *(Column(view.say(name)) for name in ("state", "findings", "version", "who", "when")),
    )


def _facts(view: View, row: Mapping[str, Any]) -> list[Cell]:
    """A record or view with what was noted of it when it was put in."""
    policy = row["policy"]
    given = {"record": row["record"], "policy": "" if policy == "pro-rata" else policy}
    links = [tag("span", tag("a", one, href=view.to(f"/findings/{one}")), " ") for one in row["findings"]]
    return [
        Link(row["record"], view.to("/trace", **given)),
        view.word(policy),
        Money(to_fen(row["amount"])) if row.get("amount") is not None else None,
        Money(to_fen(row["unsourced"])) if row.get("unsourced") is not None else None,
        view.word(row.get("state") or ""),
        Drawn(tag("span", links), " ".join(row["findings"])),
        row["version"],
        row.get("by", ""),
        _moment(row) if row.get("at") else "",
    ]


def _ask_moved(view: View, one: Mapping[str, Any]) -> Safe | None:
    if not (one["records"] or one["views"]):
        return None
    address = view.to(f"/cases/{one['id']}", moved="yes")
    return tag("p", tag("a", view.say("ask_moved"), href=address), class_="links")


def _moved(view: View, one: Mapping[str, Any], facts_moved: list[dict[str, Any]]) -> object:
    if not facts_moved:
        return tag("p", view.say("nothing_moved", version=view.asker.ledger.version), class_="agrees")
    rows: list[list[Cell]] = [
        [
            Link(said["record"], view.to("/trace", record=said["record"])),
            view.word(said["policy"]),
            view.say("unsourced") if said["fact"] == "unsourced" else view.word(f"fact_{said['fact']}"),
            _said(view, said["was"]),
            _said(view, said["now"]),
        ]
        for said in facts_moved
    ]
    heads = tuple(Column(view.say(name)) for name in ("record", "policy", "fact", "was", "now"))
    return Grid("moved", view.say("moved"), heads, rows)


def _said(view: View, value: Any) -> str:
    """A fact in words: sources and breaks with their amounts, findings by their ids, the rest as it is."""
    if value is None:
        return "—"
    if not isinstance(value, list):
        return view.word(value)
    if value and isinstance(value[0], dict):
        return "; ".join(
            " ".join([one["record"], view.word(one.get("reason", "")), str(one["amount"] or "")]) for one in value
        )
    return ", ".join(value) or "—"


def _notes(view: View, one: Mapping[str, Any]) -> Grid | None:
    rows: list[list[Cell]] = [
        [_moment(step), step["by"], step["text"]] for step in one["events"] if step["event"] == NOTED
    ]
    heads = tuple(Column(view.say(name)) for name in ("when", "who", "note"))
    return Grid("notes", view.say("notes"), heads, rows) if rows else None


def _papers(view: View, one: Mapping[str, Any]) -> Grid:
    heads = (Column(view.say("attachment")), Column("SHA-256"))
    return Grid("papers", view.say("papers"), heads, [[paper["name"], paper["sha256"]] for paper in one["papers"]])


def _history(view: View, one: Mapping[str, Any]) -> Grid:
    rows: list[list[Cell]] = []
    for step in one["events"]:
        told = (step.get(key) for key in ("title", "record", "text", "name", "with"))
        words = " ".join(word for word in told if word)
        rows.append([_moment(step), step["by"], view.word(f"case_{step['event']}"), words])
    heads = tuple(Column(view.say(name)) for name in ("when", "who", "act", "comment"))
    return Grid("history", view.say("history"), heads, rows)


def _deeds(view: View, one: Mapping[str, Any]) -> list[object]:
    """A form for each thing that may be done with the case now."""
    address = f"/api/v1/cases/{one['id']}/events"

    def deed(event: str, *fields: Safe) -> Safe:
        hidden = tag("input", type="hidden", name="event", value=event)
        return _deed(view, address, f"case_deed_{event}", [hidden, *fields])

    if one["state"] == CLOSED:
        return [deed(REOPENED, _field(view, "text", "why", 44))]
    policies = [tag("option", f"{view.word(name)} {name}", value=name) for name in POLICIES]
    policy = tag("label", view.say("policy"), tag("select", policies, name="policy"))
    unshared = [deed(UNSHARED, _field(view, "with", "shared_with", 16, one["shared"]))] if one["shared"] else []
    return [
        deed(ADDED, _field(view, "record", "record", 30)),
        deed(NOTED, _field(view, "text", "note", 60)),
        Folded(
            view.say("further_deeds"),
            (
                deed(VIEW, _field(view, "record", "record", 30), policy),
                deed(PAPER, _field(view, "name", "attachment", 24), _field(view, "sha256", "sha256", 66)),
                deed(SHARED, _field(view, "with", "shared_with", 16)),
                *unshared,
                deed(CLOSED, _field(view, "text", "why", 44)),
            ),
        ),
    ]


def _deed(view: View, address: str, words: str, fields: list[Safe]) -> Safe:
    body = tag("div", fields, tag("button", view.say(words)), class_="asked")
    return tag("form", body, tag("p", class_="said", role="alert"), data_post=address, class_="sheet deed-sheet")


def _field(view: View, name: str, label: str, size: int, known: list[str] | None = None) -> Safe:
    listed = f"known-{name}" if known else None
    shown = tag("input", name=name, size=size, required=True, maxlength=4000, list=listed)
    options = tag("datalist", [tag("option", value=one) for one in known], id=listed) if known else None
    return tag("label", view.say(label), shown, options)


def _take_in(view: View, one: Mapping[str, Any], record: str) -> Cell:
    if one["state"] == CLOSED or any(row["record"] == record for row in one["records"]):
        return ""
    return Drawn(_one_button(view, one, ADDED, record))


def _drop(view: View, one: Mapping[str, Any], record: str) -> Safe:
    return _one_button(view, one, DROPPED, record)


def _one_button(view: View, one: Mapping[str, Any], event: str, record: str) -> Safe:
    said = {"event": event, "record": record}
    hidden = [tag("input", type="hidden", name=key, value=value) for key, value in said.items()]
    button = tag("button", view.say(f"case_deed_{event}"), aria_label=f"{view.say(f'case_deed_{event}')} {record}")
    return tag("form", hidden, button, data_post=f"/api/v1/cases/{one['id']}/events", class_="deed")


def _moment(step: Mapping[str, Any]) -> str:
    return str(step["at"])[:16].replace("T", " ")
