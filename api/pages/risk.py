"""Risk: what the rules find, filtered, counted and worked through its life cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

import queries
from api.http.asking import Reading
from api.http.routes.questions import proposed_links
from api.pages.finding_rows import cases_of
from api.pages.grid import Cell, Column, Drawn, Grid, Link, Money
from api.pages.layout import Beside, View, cannot_decide, choice, facts, form, page, place_field, view_of
from api.pages.markup import Safe, tag
from api.pages.places import place_of
from api.pages.sights import Looking
from api.pages.trail_links import accepted_links_grid, proposals_grid
from lineage.errors import NotFound
from lineage.money import to_fen
from lineage.words import say
from queries.catalogue import CLASSES, OFFICES, SEVERITIES, TYPES, Rule, catalogue
from queries.described import describe
from queries.life_cycle import STATES, STEPS
from viz.charts import Value as Bar
from viz.charts import bar_chart

routes = APIRouter(include_in_schema=False)
FILTERS = ("rule", "severity", "state", "class", "type", "office")


@routes.get("/risk")
def risk(asker: Looking) -> Response:
    """What the rules find, with filters; how many by rule and division."""
    view = view_of(asker)
    given = asker.request.query_params
    wanted = {name: given.get(name, "") for name in FILTERS}
    division = place_of(view, given.get("division", ""))
    inside = queries.subtree(asker.ledger, division) if division else None
    every = cases_of(view)
    rows = [
        row
        for row in every
        if all(not value or row.get(name) == value for name, value in wanted.items())
        and (inside is None or row["division_code"] in inside)
        and (not given.get("overdue") or row["overdue"])
        and (not given.get("mended") or row["mended"])
    ]
    return page(
        view,
        "risk",
        view.say("risk"),
        _filters(view, every, wanted, division),
        _cards(view, rows),
        _charts(view, rows),
        _table(view, rows),
        _by_rule(view, rows),
    )


def _filters(view: View, every: list[dict[str, Any]], wanted: Mapping[str, str], division: str) -> Safe:
    def options(values: tuple[str, ...], shown: Callable[[str], str]) -> list[tuple[str, str]]:
        return [("", view.say("all")), *((value, shown(value)) for value in values)]

    titles = {row["rule"]: row["title"] for row in every}
    counts: dict[str, int] = {}
    for row in every:
        counts[row["rule"]] = counts.get(row["rule"], 0) + 1
    rules = tuple(sorted(counts))
    overdue = view.asker.request.query_params.get("overdue", "")
    return form(
        view,
        "/risk",
        choice(
            "rule",
            view.say("rule"),
            options(rules, lambda name: f"{titles[name]} {name} ({counts[name]})"),
            wanted["rule"],
        ),
        choice("severity", view.say("severity"), options(SEVERITIES, view.say), wanted["severity"]),
        choice("state", view.say("state"), options(STATES, view.word), wanted["state"]),
        choice("class", view.say("class"), options(CLASSES, view.word), wanted["class"]),
        choice("type", view.say("problem_type"), options(TYPES, lambda one: f"{one} {view.word(one)}"), wanted["type"]),
        choice("office", view.say("office"), options(OFFICES, view.word), wanted["office"]),
        choice("overdue", view.say("overdue"), [("", view.say("all")), ("yes", view.say("only_overdue"))], overdue),
        place_field(view, division),
    )


def _cards(view: View, rows: list[dict[str, Any]]) -> Safe:
    def part(name: str, value: str) -> str:
        return view.here(**{name: value}, offset=None)

    cards: list[tuple[object, object]] = [(view.say("findings"), tag("b", len(rows)))]
    for name in SEVERITIES:
        count = sum(row["severity"] == name for row in rows)
        cards.append((tag("span", view.say(name), class_=f"severity {name}"), _opens(count, part("severity", name))))
    for name in STATES:
        count = sum(row["state"] == name for row in rows)
        if count:
            cards.append((view.word(name), _opens(count, part("state", name))))
    late = sum(row["overdue"] for row in rows)
    if late:
        cards.append((view.say("overdue"), _opens(late, part("overdue", "yes"))))
    return facts(cards)


def _opens(count: int, address: str) -> object:
    return tag("a", count, href=address) if count else count


def _charts(view: View, rows: list[dict[str, Any]]) -> Beside | None:
    """The ten rules and the ten divisions with most at stake."""
    if not rows:
        return None

    def most(key: str, name: Callable[[dict[str, Any]], str], caption: str) -> Safe:
        sums: dict[str, list[Any]] = {}
        for row in rows:
            found = sums.setdefault(row[key], [name(row), 0, 0])
            found[1] += to_fen(row["amount"])
            found[2] += 1
        best = sorted(sums.items(), key=lambda one: -one[1][1])[:10]
        bars = [Bar(label, fen, note=view.say("findings_count", count=count), href=view.here(**{_field(key): code}))
                for code, (label, fen, count) in best if code]
        return tag("figure", tag("figcaption", caption, " ", tag("small", view.unit_word)),
                   Safe(bar_chart(caption, bars, show=view.money)))

    return Beside(
        (
            most("rule", lambda row: str(row["title"]), view.say("most_by_rule")),
            most("division_code", lambda row: view.place(row["division_code"]), view.say("most_by_division")),
        )
    )


def _field(key: str) -> str:
    return "division" if key == "division_code" else key


def _table(view: View, rows: list[dict[str, Any]]) -> Grid:
    shown: list[list[Cell]] = [
        [
            Drawn(tag("span", view.say(row["severity"]), class_=f"severity {row['severity']}"),
                  view.say(row["severity"])),
            Link(row["title"], view.to(f"/findings/{row['id']}")),
            _subject(view, row["subject"]),
            view.place(row["division_code"]),
            Money(to_fen(row["amount"])),
            state_words(view, row),
            row["due"] or "",
            row.get("message", ""),
        ]
        for row in rows
    ]
    names = ("severity", "rule", "record", "division", "amount", "state", "due", "message")
    heads = tuple(Column(view.say(name), "money" if name == "amount" else "text") for name in names)
    return Grid("findings", view.say("findings"), heads, shown, [row["id"] for row in rows], paged=True)


def _by_rule(view: View, rows: list[dict[str, Any]]) -> Grid:
    """All rules with their number and sum, also those that found nothing."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        found = sums.setdefault(row["rule"], [0, 0])
        found[0] += 1
        found[1] += to_fen(row["amount"])
    shown: list[list[Cell]] = [
        [
            Link(rule.titles[view.lang], view.here(rule=rule.name, offset=None)),
            Drawn(tag("a", rule.name, href=view.to("/rules", rule=rule.name)), rule.name),
            view.word(rule.rule_class),
            f"{rule.problem_type} {view.word(rule.problem_type)}",
            sums.get(rule.name, [0, 0])[0],
            Money(sums.get(rule.name, [0, 0])[1]),
        ]
        for rule in catalogue()
        if rule.on
    ]
    kinds = {"findings": "number", "amount": "money"}
    names = ("rule", "rule_page", "class", "problem_type", "findings", "amount")
    heads = tuple(Column(view.say(name), kinds.get(name, "text")) for name in names)
    return Grid("rules", view.say("by_rule"), heads, shown)


def state_words(view: View, row: Mapping[str, Any]) -> str:
    """A finding's state, and whether it is mended, returned or overdue."""
    marks = [view.word(mark) for mark in ("mended", "returned", "overdue") if row[mark]]
    return view.word(row["state"]) + (f" ({', '.join(marks)})" if marks else "")


@routes.get("/findings/{finding}")
def finding(asker: Reading, finding: str) -> Response:
    """One finding: what it says, its evidence, what was done, what may be done next and by whom."""
    view = view_of(asker)
    row = next((row for row in cases_of(view) if row["id"] == finding), None)
    if row is None:
        raise NotFound(view.say("no_finding", finding=finding))
    cards: list[tuple[object, object]] = [
        (view.say("severity"), tag("span", view.say(row["severity"]), class_=f"severity {row['severity']}")),
        (view.say("amount"), view.money(to_fen(row["amount"]))),
        (view.say("division"), tag("a", view.place(row["division_code"]), href=_division(view, row))),
        (view.say("state"), state_words(view, row)),
        (view.say("due"), row["due"] or "—"),
        (view.say("office"), view.word(row.get("office", ""))),
    ]
    return page(
        view,
        "risk",
        f"{row['title']} · {row['subject'].partition(':')[2] or row['subject']}",
        tag("p", row.get("message") or view.say("mended_now"), class_="lead"),
        facts(cards),
        _evidence(view, row),
        _events(view, row),
        _steps(view, row),
        _rule_page(view, row["rule"]),
        tag("p", tag("a", view.say("back_to_list"), href=view.to("/risk", rule=row["rule"]))),
    )


def _division(view: View, row: Mapping[str, Any]) -> str:
    return view.to("/division", code=row["division_code"])


def _evidence(view: View, row: Mapping[str, Any]) -> Grid:
    records = list(row.get("evidence") or (row["subject"],))
    known = describe(view.asker.ledger, records)
    shown: list[list[Cell]] = []
    for record in records:
        found = known.get(record)
        shown.append(
            [
                _subject(view, record),
                view.word(record.partition(":")[0]),
                view.place(found.division_code) if found else "",
                " ".join(part for part in (found.title, found.doc_no) if part) if found else "",
                found.date.isoformat() if found and found.date else "",
                Money(found.amount_fen) if found and found.amount_fen is not None else None,
                view.say("accused") if record == row["subject"] else "",
            ]
        )
    names = ("record", "kind", "division", "name", "date", "amount", "role")
    heads = tuple(Column(view.say(name), "money" if name == "amount" else "text") for name in names)
    return Grid("evidence", view.say("evidence"), heads, shown, records)


def _events(view: View, row: Mapping[str, Any]) -> Grid:
    shown: list[list[Cell]] = [
        [
            event["at"][:16].replace("T", " "),
            event["by"],
            view.place(event["acting_for"]) or view.say("whole_ledger"),
            view.word(f"event_{event['event']}"),
            event["comment"],
            event["due"] or "",
            event["attachment"],
        ]
        for event in row["events"]
    ]
    heads = tuple(Column(view.say(n)) for n in ("when", "who", "acting_for", "act", "comment", "due", "attachment"))
    return Grid("history", view.say("history"), heads, shown)


def _steps(view: View, row: Mapping[str, Any]) -> Safe:
    """A form for each thing that may happen now; what needs which words is asked for, the rest is said."""
    if not view.asker.person.may("investigator"):
        return tag("p", view.say("investigators_only"), class_="hint")
    standing = _standing(view, row["division_code"])
    may = [name for name, step in STEPS.items() if row["state"] in step.before and standing in step.by]
    if not may:
        return tag("p", view.say("nothing_to_do"), class_="hint")
    options = [
        tag("option", view.word(f"event_{name}"), value=name, data_needs=STEPS[name].needs or None) for name in may
    ]
    return tag(
        "form",
        tag("h2", view.say("act")),
        tag(
            "div",
            tag("label", view.say("act"), tag("select", options, name="event")),
            tag("label", view.say("comment"), tag("input", name="comment", size=44, maxlength=4000)),
            tag("label", view.say("due"), tag("input", name="due", type="date")),
            tag("label", view.say("attachment"), tag("input", name="attachment", size=24, maxlength=400)),
            tag("button", view.say("send")),
            class_="asked",
        ),
        tag("p", view.say("who_may"), class_="hint"),
        tag("p", class_="said", role="alert"),
        data_post=f"/api/v1/findings/{row['id']}/events",
        class_="sheet deed-sheet",
    )


def _standing(view: View, division: str) -> str:
    """Whether the asker acts as the division itself or as one above it: only then are its decisions open."""
    scope, person = view.asker.scope, view.asker.person
    return "own" if scope.divisions is not None and division == person.divisions[0] else "superior"


@routes.get("/rules")
def rules(asker: Reading, rule: str = "") -> Response:
    """The catalogue, or one rule's page."""
    view = view_of(asker)
    if rule:
        title = next((one.titles[view.lang] for one in catalogue() if one.name == rule), "")
        if not title:
            raise NotFound(view.say("no_rule", rule=rule))
        back = tag("p", tag("a", view.say("rule_catalogue"), href=view.to("/rules")))
        return page(view, "risk", f"{title} · {rule}", _rule_page(view, rule, is_open=True), back)
    shown: list[list[Cell]] = [
        [
            Link(one.titles[view.lang], view.to("/rules", rule=one.name)),
            one.name,
            " ".join(view.say(severity) for severity in one.severities),
            view.word(one.rule_class),
            f"{one.problem_type} {view.word(one.problem_type)}",
            view.word(one.office),
            view.say("yes" if one.on else "no"),
        ]
        for one in catalogue()
    ]
    names = ("rule", "rule_page", "severity", "class", "problem_type", "office", "switched_on")
    heads = tuple(Column(view.say(name)) for name in names)
    return page(view, "risk", view.say("rule_catalogue"), Grid("rules", view.say("rule_catalogue"), heads, shown))


def _rule_page(view: View, name: str, *, is_open: bool = False) -> Safe | None:
    rule = next((rule for rule in catalogue() if rule.name == name), None)
    if rule is None:
        return None
    parts = [[tag("dt", heading), tag("dd", _marked(text))] for heading, text in rule.told(view.lang)]
    if is_open:
        parts += _parameters(view, rule)
        return tag("div", tag("dl", parts, class_="told"), class_="sheet told-sheet")
    link = tag("p", tag("a", rule.name, href=view.to("/rules", rule=name)))
    return tag(
        "details",
        tag("summary", view.say("about_rule", rule=rule.titles[view.lang])),
        tag("dl", parts, class_="told"),
        link,
    )


def _marked(text: str) -> list[object]:
    """A text whose names in backticks are set as names."""
    return [tag("code", part) if place % 2 else part for place, part in enumerate(text.split("`"))]


def _parameters(view: View, rule: Rule) -> list[list[Safe]]:
    """The parameters of a rule: name, what it is shipped with, what it may be, what it means."""
    if not rule.parameters:
        return []
    told = [
        tag(
            "dd",
            tag("code", f"{one.name} = {one.default if isinstance(one.default, int) else '、'.join(one.default)}"),
            f" ({one.range_text}) {one.zh if view.lang == 'zh' else one.en}",
        )
        for one in rule.parameters
    ]
    return [[tag("dt", say("rule_page.parameters", view.lang)), *told]]


@routes.get("/repairs")
def repairs(asker: Looking) -> Response:
    """Links that are probably missing, and those that people accepted."""
    view = view_of(asker)
    rows = proposed_links(asker)
    return page(
        view,
        "repairs",
        view.say("repairs"),
        tag("p", view.say("repairs_rule"), class_="lead"),
        accepted_links_grid(view, None),
        proposals_grid(view, rows, "repairs"),
        cannot_decide(view),
    )


def _subject(view: View, record: str) -> Cell:
    if record.startswith("division:"):
        code = record.partition(":")[2]
        return Drawn(tag("a", view.place(code), href=view.to("/division", code=code)), record)
    if ":" not in record or record.startswith(("project:", "agency:")):
        return record
    return Link(record, view.to("/trace", record=record))
