"""Risk: findings worked through their life cycle; reconciliation as a waterfall by cause; ranking."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

import queries
from api.http.asking import Reading
from api.http.routes.questions import all_findings, chosen_findings, finding_case, ranked
from api.pages.layout import View, choice, form, page, view_of
from api.pages.markup import Safe, table, tag
from lineage.money import to_fen
from queries.life_cycle import STEPS
from viz.charts import Step, waterfall

routes = APIRouter(include_in_schema=False)
ROWS = 400
SEVERITIES = ("red", "orange", "yellow", "blue")


@routes.get("/risk")
def risk(
    asker: Reading, rule: str = "", division: str = "", severity: str = "", lang: str = "zh", unit: str = "wan"
) -> Response:
    """What the rules find, with filters."""
    view = view_of(asker, lang, unit)
    whole = all_findings(asker, view.lang)
    rows = chosen_findings(asker, whole, {"rule": rule, "severity": severity}, division)
    order = {name: place for place, name in enumerate(SEVERITIES)}
    rows.sort(key=lambda row: (order[row["severity"]], -to_fen(row["amount"]), row["id"]))
    counted = [(one["rule"], f"{one['rule']} ({one['findings']})") for one in whole["rules"] if one["findings"]]
    asked = form(
        view,
        "/risk",
        choice("rule", view.say("rule"), [("", view.say("all")), *counted], rule),
        choice(
            "severity",
            view.say("severity"),
            [("", view.say("all")), *((name, view.say(name)) for name in SEVERITIES)],
            severity,
        ),
        tag("label", view.say("division"), tag("input", name="division", value=division, size=10)),
    )
    heads = [view.say(name) for name in ("severity", "rule", "record", "division", "amount", "message")]
    shown = [
        [
            tag("span", view.say(row["severity"]), class_=f"severity {row['severity']}"),
            tag("a", row["rule"], href=view.to(f"/findings/{row['id']}")),
            _subject(view, row["subject"]),
            row["division_code"],
            view.money(to_fen(row["amount"])),
            row["message"],
        ]
        for row in rows[:ROWS]
    ]
    return page(
        view,
        "risk",
        view.say("risk"),
        asked,
        tag("p", view.say("first_rows", shown=len(shown), total=len(rows))),
        table(heads, shown, right=frozenset({4}), caption=view.say("findings")),
    )


@routes.get("/findings/{finding}")
def finding(asker: Reading, finding: str, lang: str = "zh", unit: str = "wan") -> Response:
    """One finding: what it says, its evidence, what was done, what may be done."""
    view = view_of(asker, lang, unit)
    row = finding_case(asker, finding, view.lang)
    evidence = tag("ul", [tag("li", _subject(view, record)) for record in row.get("evidence", ())[:ROWS]])
    events = [
        [event.get("at"), event.get("by"), event.get("kind", event.get("event")), event.get("comment", "")]
        for event in row["events"]
    ]
    act: Safe | None = None
    if asker.person.may("investigator"):
        act = tag(
            "form",
            choice("event", view.say("act"), [(name, name) for name in STEPS], "review"),
            tag("label", view.say("comment"), tag("input", name="comment", size=50)),
            tag("button", view.say("send")),
            data_post=f"/api/v1/findings/{finding}/events",
            class_="asked",
        )
    return page(
        view,
        "risk",
        f"{row['rule']} · {row['subject']}",
        tag("p", row.get("message", "")),
        tag(
            "dl",
            [
                tag("div", tag("dt", view.say(key)), tag("dd", value))
                for key, value in (
                    ("severity", view.say(row["severity"])),
                    ("amount", view.money(to_fen(row["amount"]))),
                    ("state", row["state"]),
                    ("due", row["due"] or "—"),
                )
            ],
            class_="cards",
        ),
        tag("h2", view.say("evidence")),
        evidence,
        tag("h2", view.say("history")),
        table([view.say(name) for name in ("date", "name", "act", "comment")], events, caption=view.say("history")),
        act,
    )


@routes.get("/reconciliation")
def reconciliation(
    asker: Reading, division: str = "", calibre: str = "2017", lang: str = "zh", unit: str = "wan"
) -> Response:
    """Differences to the counties' own reports, each taken apart."""
    view = view_of(asker, lang, unit)
    key = ("reconcile", None, "", calibre)
    whole: dict[str, Any] = asker.service.remembered(
        asker.ledger, key, lambda: queries.reconcile(asker.ledger, None, None, calibre).to_json()
    )
    rows = asker.scope.rows(whole["divisions"])
    asked = form(
        view,
        "/reconciliation",
        tag("label", view.say("division"), tag("input", name="division", value=division, size=10)),
        choice("calibre", view.say("calibre"), [("2017", "2017"), ("next", "next")], calibre),
    )
    if division:
        chosen = [row for row in rows if division in (row["division_code"], row["name"])]
        chosen.sort(key=lambda row: row["difference"] == "0.00")
        return page(
            view,
            "reconciliation",
            view.say("reconciliation"),
            asked,
            [_taken_apart(view, row) for row in chosen] or tag("p", view.say("nothing")),
        )
    differing = [row for row in rows if row["difference"] != "0.00" and row["tier"] == "all"]
    differing.sort(key=lambda row: -abs(to_fen(row["difference"])))
    heads = [view.say(name) for name in ("division", "measure", "system", "report", "difference", "unexplained")]
    shown = [
        [
            tag("a", row["name"], href=view.to("/reconciliation", division=row["division_code"])),
            view.word(row["measure"]),
            *(view.money(to_fen(row[name])) for name in ("system", "report", "difference", "unexplained")),
        ]
        for row in differing[:ROWS]
    ]
    return page(
        view,
        "reconciliation",
        view.say("reconciliation"),
        asked,
        tag("p", view.say("first_rows", shown=len(shown), total=len(differing))),
        table(heads, shown, right=frozenset({2, 3, 4, 5}), caption=view.say("reconciliation")),
    )


def _taken_apart(view: View, row: dict[str, Any]) -> Safe:
    title = f"{row['name']} · {view.word(row['measure'])} · {view.word(row['tier'])} · {row['report_date']}"
    steps = [Step(view.say("report"), to_fen(row["report"]), is_total=True)]
    steps += [Step(view.word(cause["cause"]), to_fen(cause["amount"])) for cause in row["causes"]]
    if to_fen(row["unexplained"]):
        steps.append(Step(view.say("unexplained"), to_fen(row["unexplained"])))
    steps.append(Step(view.say("system"), to_fen(row["system"]), is_total=True))
    causes = [
        [
            view.word(cause["cause"]),
            view.money(to_fen(cause["amount"])),
            [part for record in cause["records"][:20] for part in (_subject(view, record), " ")],
        ]
        for cause in row["causes"]
    ]
    causes.append([view.say("unexplained"), view.money(to_fen(row["unexplained"])), ""])
    return tag(
        "section",
        tag("h2", title),
        tag("figure", Safe(waterfall(title, steps, show=view.money))) if row["difference"] != "0.00" else None,
        table(
            [view.say("cause"), view.say("amount"), view.say("records")], causes, right=frozenset({1}), caption=title
        ),
    )


@routes.get("/ranking")
def ranking(asker: Reading, lang: str = "zh", unit: str = "wan") -> Response:
    """Counties and cities by score; each part with its numerator and denominator."""
    view = view_of(asker, lang, unit)
    answer = ranked(asker)
    rows = [
        [
            row["rank"],
            row["name"],
            row["score"],
            tag(
                "details",
                tag("summary", view.say("parts")),
                tag(
                    "ul",
                    [
                        tag("li", f"{part['part']}: {part['score']} ({part['numerator']} / {part['denominator']})")
                        for part in row["parts"]
                    ],
                ),
            ),
        ]
        for row in asker.scope.rows(answer["divisions"])
    ]
    heads = [view.say(name) for name in ("rank", "division", "score", "parts")]
    return page(
        view, "ranking", view.say("ranking"), table(heads, rows, right=frozenset({2}), caption=view.say("ranking"))
    )


def _subject(view: View, record: str) -> object:
    return view.record(record) if ":" in record and not record.startswith(("division:", "project:")) else record
