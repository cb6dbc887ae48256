"""Reconciliation: a division's differences to its own report as waterfalls by cause, each cause with its records."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.http.routes import questions
from api.http.routes.decisions import speaks_for
from api.pages.grid import ROWS_SHOWN, Cell, Column, Grid, Link, Money
from api.pages.layout import View, choice, facts, form, page, place_field, view_of
from api.pages.markup import Safe, tag
from api.pages.overview import calibre_of
from api.pages.places import place_of
from api.pages.sights import Looking
from lineage.errors import Misuse
from lineage.money import to_fen
from queries.described import describe
from queries.overview_figures import CALIBRES
from viz.charts import Step, waterfall

routes = APIRouter(include_in_schema=False)


@routes.get("/reconciliation")
def reconciliation(asker: Looking, division: str = "", calibre: str = "2017") -> Response:
    """Differences to the divisions' own reports; of one division, each taken apart."""
    view = view_of(asker)
    code, calibre = place_of(view, division), calibre_of(view, calibre)
    given = asker.request.query_params
    day = day_of(view, given.get("date", ""))
    whole = reconciled(view, day, calibre)
    rows = asker.scope.rows(whole["divisions"])
    asked = form(
        view,
        "/reconciliation",
        place_field(view, code),
        tag("label", view.say("date"), tag("input", name="date", type="date", value=given.get("date", ""))),
        choice("calibre", view.say("calibre"), [(name, view.word(f"calibre_{name}")) for name in CALIBRES], calibre),
    )
    if not code:
        return page(view, "reconciliation", view.say("reconciliation"), asked, _cards(view, rows), _listed(view, rows))
    chosen = [row for row in rows if row["division_code"] == code]
    chosen.sort(key=lambda row: (row["tier"] != "all", not _is_apart(row), row["measure"] != "scale"))
    title = f"{view.say('reconciliation')}: {view.place(code)}"
    parts = [_taken_apart(view, row, f"{row['measure']}-{row['tier']}") for row in chosen]
    all_of_it = tag("p", tag("a", view.say("division_page"), href=view.to("/division", code=code)))
    return page(view, "reconciliation", title, asked, parts or tag("p", view.say("no_report")), all_of_it)


def reconciled(view: View, day: date | None, calibre: str) -> dict[str, Any]:
    """Every difference of the asker's divisions as of a day, worked out once a version."""
    return questions.reconciled(view.asker, day, calibre)


def day_of(view: View, text: str) -> date | None:
    """The day an address names. Raises Misuse in the page's language."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Misuse(view.say("not_a_day", found=text), view.say("such_as", example="2017-09-30")) from error


def _cards(view: View, rows: list[dict[str, Any]]) -> Safe:
    compared = [row for row in rows if row["tier"] == "all"]
    differing = [row for row in compared if to_fen(row["difference"])]
    return facts(
        [
            (view.say("lines_compared"), len(compared)),
            (view.say("lines_differ"), len(differing)),
            (view.say("difference_sum"), view.money(sum(abs(to_fen(row["difference"])) for row in differing))),
            (view.say("unexplained_sum"), view.money(sum(abs(to_fen(row["unexplained"])) for row in differing))),
        ]
    )


def _listed(view: View, rows: list[dict[str, Any]]) -> Grid:
    """The differences of all tiers together, greatest first, with their greatest causes."""
    differing = [row for row in rows if _is_apart(row) and row["tier"] == "all"]
    differing.sort(key=lambda row: -abs(to_fen(row["difference"])))
    amounts = ("system", "report", "difference", "unexplained")
    shown: list[list[Cell]] = []
    for row in differing:
        causes = sorted(row["causes"], key=lambda cause: -abs(to_fen(cause["amount"])))[:3]
        shown.append(
            [
                Link(row["name"], view.to("/reconciliation", division=row["division_code"])),
                view.word(row["measure"]),
                row["report_date"],
                *(Money(to_fen(row[name])) for name in amounts),
                "、".join(view.word(cause["cause"]) for cause in causes),
            ]
        )
    heads = (
        *(Column(view.say(name)) for name in ("division", "measure", "report_date")),
        *(Column(view.say(name), "money") for name in amounts),
        Column(view.say("causes")),
    )
    return Grid("differences", view.say("differences"), heads, shown, paged=True)


def _is_apart(row: dict[str, Any]) -> bool:
    """Whether there is anything to explain: causes may cancel out and still are causes."""
    return bool(to_fen(row["difference"]) or row["causes"])


def _taken_apart(view: View, row: dict[str, Any], name: str) -> list[object]:
    title = f"{view.word(row['measure'])} · {view.word(row['tier'])} · {row['report_date']}"
    if not _is_apart(row):
        return [tag("p", f"{title}: ", view.say("agree", amount=view.money(to_fen(row["system"]))), class_="agrees")]
    steps = [Step(view.say("report"), to_fen(row["report"]), is_total=True)]
    steps += [
        Step(view.word(cause["cause"]), to_fen(cause["amount"]), href=f"#{name}-{cause['cause']}")
        for cause in row["causes"]
    ]
    if to_fen(row["unexplained"]):
        steps.append(Step(view.say("unexplained"), to_fen(row["unexplained"])))
    steps.append(Step(view.say("system"), to_fen(row["system"]), is_total=True))
    at_most = [
        (view.say(key), view.money(to_fen(row[key])))
        for key in ("outside_treasury_at_most", "rounding_at_most")
        if to_fen(row[key])
    ]
    told = [
        tag("p", f"{one['by']} {one['at'][:16].replace('T', ' ')}: {one['why']}",
            [" ", view.money(to_fen(one["amount"])), " ", view.unit_word] if one["amount"] else None)
        for one in row["explanations"]
    ]
    cards: list[tuple[object, object]] = [
        (view.say(key), view.money(to_fen(row[key]))) for key in ("system", "report", "difference", "unexplained")
    ]
    caption = tag("figcaption", title, " ", tag("small", view.unit_word))
    return [
        tag("h2", title),
        facts([*cards, *at_most, (view.say("cut_off"), row["cut_off_date"])]),
        tag("figure", caption, Safe(waterfall(title, steps, show=view.money)), class_="waterfall"),
        told,
        _explain(view, row),
        _records(view, row, name, title),
    ]


def _explain(view: View, row: dict[str, Any]) -> Safe | None:
    """A form for the division's own word on its difference, for who acts for that very division."""
    if not (view.may_decide and speaks_for(view.asker, row["division_code"])):
        return None
    which = [tag("input", type="hidden", name=key, value=row[key]) for key in ("division_code", "measure", "tier")]
    why = tag("input", name="why", size=50, maxlength=2000, required=True)
    amount = tag("input", name="amount", size=14, inputmode="decimal", pattern=r"-?[0-9]+(\.[0-9]{1,2})?")
    fields = [tag("label", view.say("why"), why), tag("label", view.say("explained_amount"), amount)]
    return tag(
        "form",
        tag("h2", view.say("explain_difference")),
        tag("div", which, fields, tag("button", view.say("explain")), class_="asked"),
        tag("p", class_="said", role="alert"),
        data_post="/api/v1/reconciliation/explanations",
        class_="sheet deed-sheet",
    )


def _records(view: View, row: dict[str, Any], name: str, title: str) -> Grid:
    """Every cause with the records that make it, greatest first, and why a rule accuses some of them."""
    every = [record for cause in row["causes"] for record in cause["records"]]
    known = describe(view.asker.ledger, every if view.table else every[:ROWS_SHOWN])
    shown: list[list[Cell]] = []
    for cause in row["causes"]:
        for place, record in enumerate(cause["records"]):
            found = known.get(record)
            because = cause["because"].get(record)
            shown.append(
                [
                    _anchored(view, cause["cause"], name) if place == 0 else view.word(cause["cause"]),
                    Link(record, view.to("/trace", record=record)),
                    found.title if found else "",
                    found.doc_no if found else "",
                    found.date.isoformat() if found and found.date else "",
                    Money(to_fen(cause["amounts"][record])),
                    view.word(because) if because else "",
                ]
            )
    if to_fen(row["unexplained"]):
        shown.append([view.say("unexplained"), "", "", "", "", Money(to_fen(row["unexplained"])), ""])
    names = ("cause", "record", "name", "document", "date", "amount", "because")
    heads = tuple(Column(view.say(one), "money" if one == "amount" else "text") for one in names)
    return Grid(name, f"{view.say('causes')} · {title}", heads, shown)


def _anchored(view: View, cause: str, name: str) -> Cell:
    from api.pages.grid import Drawn

    return Drawn(tag("b", view.word(cause), id=f"{name}-{cause}"), view.word(cause))
