"""A division's own page: its year in figures and as a flow, its findings, its difference, its rank."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.http.routes.questions import ranked
from api.pages.finding_rows import cases_of
from api.pages.flows import division_flows
from api.pages.grid import Cell, Column, Grid, Link, Money, percent
from api.pages.layout import View, facts, form, page, place_field, view_of
from api.pages.markup import Safe, tag
from api.pages.overview import answer_of, figure_address, year_of
from api.pages.places import place_of
from api.pages.reconciliation import reconciled
from api.pages.sights import Looking
from lineage.errors import NotFound
from lineage.money import to_fen

routes = APIRouter(include_in_schema=False)


@routes.get("/division")
def division(asker: Looking, code: str = "", division: str = "", year: str = "") -> Response:
    """One division: received, own, passed down, spent; flows; findings; differences; rank."""
    view = view_of(asker)
    place = place_of(view, code or division)
    answer = answer_of(view, year_of(view, year), "2017", None)
    asked = form(
        view,
        "/division",
        place_field(view, place),
        tag("label", view.say("year"), tag("input", name="year", value=answer["year"], size=5, inputmode="numeric")),
    )
    if not place:
        return page(view, "overview", view.say("division"), asked)
    row = next((row for row in answer["divisions"] if row["division_code"] == place), None)
    if row is None:
        raise NotFound(view.say("no_division", name=view.place(place)))
    title = f"{view.place(place)} {answer['year']}"
    return page(
        view,
        "overview",
        title,
        asked,
        _cards(view, answer, row),
        _received(view, answer, row),
        division_flows(view, place, int(answer["year"])),
        _differences(view, place),
        _findings(view, place) if view.is_present else None,
        _more(view, place, answer),
    )


def _cards(view: View, answer: dict[str, Any], row: dict[str, Any]) -> Safe:
    def card(figure: str, fen: int) -> tuple[object, object]:
        address = figure_address(view, answer, f"{figure}:{row['division_code']}")
        return view.say(figure), tag("a", view.money(fen), href=address)

    cards = [card("received", sum(to_fen(amount) for amount in row["received"].values()))]
    cards += [card(name, to_fen(row[name])) for name in ("own", "passed_down", "scale", "expenditure")]
    cards.append((view.say("progress"), percent(row["progress"])))
    ranks = ranked(view.asker)["divisions"]
    place = next((one for one in ranks if one["division_code"] == row["division_code"]), None)
    if place:
        address = view.to("/ranking/part", division=row["division_code"])
        cards.append((view.say("rank"), tag("a", f"{place['rank']} ({place['score']})", href=address)))
    return facts(cards)


def _received(view: View, answer: dict[str, Any], row: dict[str, Any]) -> Grid:
    """What was received by the tier it arose at, and what was spent of it; own money last."""
    code = row["division_code"]
    rows: list[list[Cell]] = []
    for tier, amount in row["received"].items():
        spent = row["spent_of_received"][tier]
        if to_fen(amount) or to_fen(spent):
            rows.append(
                [
                    f"{view.say('received')} · {view.word(tier)}",
                    Money(to_fen(amount), figure_address(view, answer, f"received.{tier}:{code}")),
                    Money(to_fen(spent), figure_address(view, answer, f"spent_of_received.{tier}:{code}")),
                ]
            )
    own = Money(to_fen(row["own"]), figure_address(view, answer, f"own:{code}"))
    rows.append([view.say("own"), own, Money(to_fen(row["spent_of_own"]))])
    amounts = (Column(view.say(name), "money") for name in ("booked", "of_it_spent"))
    heads = (Column(view.say("money_of")), *amounts)
    return Grid("money", view.say("money_of"), heads, rows)


def _differences(view: View, place: str) -> Grid | None:
    rows = [row for row in reconciled(view, None, "2017")["divisions"] if row["division_code"] == place]
    if not rows:
        return None
    amounts = ("system", "report", "difference", "unexplained")
    shown: list[list[Cell]] = [
        [
            Link(view.word(row["measure"]), view.to("/reconciliation", division=place)),
            view.word(row["tier"]),
            row["report_date"],
            *(Money(to_fen(row[name])) for name in amounts),
        ]
        for row in rows
    ]
    heads = (
        *(Column(view.say(name)) for name in ("measure", "tier", "report_date")),
        *(Column(view.say(name), "money") for name in amounts),
    )
    return Grid("differences", view.say("reconciliation"), heads, shown)


def _findings(view: View, place: str) -> Grid:
    rows = [row for row in cases_of(view) if row["division_code"] == place]
    shown: list[list[Cell]] = [
        [
            view.say(row["severity"]),
            Link(row["title"], view.to(f"/findings/{row['id']}")),
            row["subject"],
            view.word(row["state"]),
            Money(to_fen(row["amount"])),
            row.get("message", ""),
        ]
        for row in rows
    ]
    names = ("severity", "rule", "record", "state", "amount", "message")
    heads = tuple(Column(view.say(name), "money" if name == "amount" else "text") for name in names)
    return Grid("findings", view.say("findings"), heads, shown, [row["id"] for row in rows])


def _more(view: View, place: str, answer: dict[str, Any]) -> Safe:
    links = [
        (view.say("risk"), view.to("/risk", division=place)),
        (view.say("reconciliation"), view.to("/reconciliation", division=place)),
        (view.say("flow_pack"), view.to("/division/pack", code=place, year=answer["year"])),
    ]
    first, *others = [tag("a", words, href=href) for words, href in links]
    return tag("p", first, [[" · ", link] for link in others], class_="links")
