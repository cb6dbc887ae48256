"""Overview: scale, expenditure and progress; every figure opens its records, every table is to be had as XLSX."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

import queries
from api.http.routes.questions import overview_of
from api.pages.flows import whole_flows
from api.pages.grid import FILE_ROWS, ROWS_SHOWN, Cell, Column, Grid, Link, Money, percent
from api.pages.layout import Beside, View, choice, facts, form, page, view_of
from api.pages.markup import Safe, tag
from api.pages.measures import MEASURES, measure_map
from api.pages.sights import Looking
from lineage.errors import Misuse, NotFound
from lineage.money import to_fen
from queries.described import describe
from queries.overview_figures import CALIBRES, FIGURES
from queries.overview_groups import GROUP_FIGURES, GROUPED_BY
from queries.overview_records import Figure
from viz.charts import Series, bar_chart, line_chart
from viz.charts import Value as Bar

routes = APIRouter(include_in_schema=False)
TIERS = ("province", "city", "county", "relocation")
SPENT = "#C46A00"


@routes.get("/")
def home() -> Response:
    """The first page is the overview."""
    return RedirectResponse("/overview")


@routes.get("/overview")
def overview(
    asker: Looking, year: str = "", calibre: str = "2017", by: str = "", measure: str = "progress"
) -> Response:
    """The whole: by tier, by month, as a flow, as tiles, by division or by whatever is chosen."""
    view = view_of(asker)
    wanted = year_of(view, year)
    calibre = calibre_of(view, calibre)
    if by and by not in GROUPED_BY:
        raise Misuse(view.say("not_one_of", name=view.say("by"), found=by), ", ".join(GROUPED_BY))
    if measure not in MEASURES:
        raise Misuse(view.say("not_one_of", name=view.say("measure"), found=measure), ", ".join(MEASURES))
    answer = answer_of(view, wanted, calibre, None)
    months = answer_of(view, wanted, calibre, "month")
    asked = form(
        view,
        "/overview",
        tag("label", view.say("year"), tag("input", name="year", value=answer["year"], size=5, inputmode="numeric")),
        choice("calibre", view.say("calibre"), [(name, view.word(f"calibre_{name}")) for name in CALIBRES], calibre),
        choice("by", view.say("by"), [("", view.say("division")), *_keys(view)], by),
        choice("measure", view.say("measure_map"), [(name, view.say(name)) for name in MEASURES], measure),
    )
    return page(
        view,
        "overview",
        view.say("overview"),
        asked,
        _cards(view, answer),
        Beside((_tiers(view, answer), _months(view, months))),
        whole_flows(view, int(answer["year"])),
        measure_map(view, answer, measure),
        _groups(view, answer_of(view, wanted, calibre, by), by) if by else divisions_grid(view, answer),
    )


def _keys(view: View) -> list[tuple[str, str]]:
    return [(name, view.say(name)) for name in GROUPED_BY if name != "division"]


def year_of(view: View, text: str) -> int | None:
    """The year an address names; None where it names none. Raises Misuse in the page's language."""
    if text and not (text.isdecimal() and 1949 <= int(text) <= 2999):
        raise Misuse(view.say("not_a_year", found=text), view.say("such_as", example="2017"))
    return int(text) if text else None


def calibre_of(view: View, text: str) -> str:
    """The calibre an address names. Raises Misuse in the page's language."""
    if text not in CALIBRES:
        raise Misuse(view.say("not_one_of", name=view.say("calibre"), found=text), ", ".join(CALIBRES))
    return text


def answer_of(view: View, year: int | None, calibre: str, by: str | None) -> dict[str, Any]:
    """The overview's answer within the asker's divisions, worked out once a version."""
    return overview_of(view.asker, year, calibre, by)


def figure_address(view: View, answer: dict[str, Any], figure: str, **group: str) -> str:
    """The page of a figure's records; `by` and `group` of a group's figure."""
    return view.to("/figures", figure=figure, year=answer["year"], calibre=answer["calibre"], **group)


def _cards(view: View, answer: dict[str, Any]) -> Safe:
    def card(figure: str, amount: str) -> tuple[object, object]:
        shown, address = view.money(to_fen(amount)), figure_address(view, answer, figure)
        return view.say(figure), tag("a", shown, href=address)

    spent = answer["expenditure"]["total"]
    cards = [card("scale", answer["scale"]["total"]), card("expenditure", spent)]
    cards.append((view.say("progress"), percent(answer["progress"])))
    cards += [
        card(name, answer[name])
        for name in ("in_transit", "unplaced", "special_account_difference", "relocation_expenditure")
        if answer.get(name) is not None
    ]
    carried = answer["carried_over"]
    cards += [card("carried_over", carried["amount"]), card("carried_over_expenditure", carried["expenditure"])]
    return facts(cards)


def _tiers(view: View, answer: dict[str, Any]) -> Safe:
    bars = [
        Bar(f"{view.say('scale')} {view.word(tier)}", to_fen(answer["scale"][tier]),
            href=figure_address(view, answer, f"scale.{tier}"))
        for tier in TIERS
    ]
    bars += [
        Bar(f"{view.say('expenditure')} {view.say(f'spent_{tier}')}", to_fen(answer["expenditure"][tier]), colour=SPENT,
            href=figure_address(view, answer, f"expenditure.{tier}"))
        for tier in TIERS[:3]
    ]
    return _figure(view, view.say("by_tier"), bar_chart(view.say("by_tier"), bars, show=view.money))


def _figure(view: View, caption: str, drawn: str) -> Safe:
    return tag("figure", tag("figcaption", caption, " ", tag("small", view.unit_word)), Safe(drawn))


def _months(view: View, answer: dict[str, Any]) -> Safe | None:
    """Expenditure by month, and summed up from the beginning of the year."""
    groups = [group for group in answer.get("groups", ()) if group["key"]]
    spent = {group["key"]: to_fen(group["expenditure"]) for group in groups}
    if not any(spent.values()):
        return None
    year = answer["year"]
    last = max(key for key, fen in spent.items() if fen)
    months = [month for month in (f"{year}-{number:02d}" for number in range(1, 13)) if month <= last]
    months = [*sorted(key for key in spent if key < f"{year}-01" and spent[key]), *months]
    amounts = tuple(spent.get(month, 0) for month in months)
    so_far = tuple(sum(amounts[: place + 1]) for place in range(len(amounts)))
    lines = [Series(view.say("so_far"), so_far, SPENT, "6 3"), Series(view.say("in_month"), amounts)]
    return _figure(
        view, view.say("by_month"), line_chart(view.say("by_month"), [m[2:] for m in months], lines, show=view.money)
    )


def divisions_grid(view: View, answer: dict[str, Any]) -> Grid:
    """All divisions, greatest scale first; every amount opens its records."""
    figures = ("received", "own", "passed_down", "scale", "expenditure")
    rows: list[list[Cell]] = []
    for row in sorted(answer["divisions"], key=lambda row: (-to_fen(row["scale"]), row["division_code"])):
        amounts = {name: to_fen(row[name]) for name in figures[1:]}
        amounts["received"] = sum(to_fen(amount) for amount in row["received"].values())
        if any(amounts.values()):
            code = row["division_code"]
            cells = [Money(amounts[name], figure_address(view, answer, f"{name}:{code}")) for name in figures]
            rows.append(
                [Link(row["name"] or code, view.to("/division", code=code, year=answer["year"])), code, *cells,
                 row["progress"]]
            )
    heads = (
        Column(view.say("division")),
        Column(view.say("code")),
        *(Column(view.say(name), "money") for name in figures),
        Column(view.say("progress"), "share"),
    )
    return Grid("divisions", view.say("by_division"), heads, rows)


def _groups(view: View, answer: dict[str, Any], by: str) -> Grid:
    rows: list[list[Cell]] = [
        [
            (view.word(group["key"]) if by == "tier" else group["name"] or group["key"]) or view.say("none_named"),
            group["key"] or "",
            *(
                Money(to_fen(group[figure]), figure_address(view, answer, figure, by=by, group=group["key"] or ""))
                for figure in GROUP_FIGURES
            ),
            group["progress"],
        ]
        for group in answer["groups"]
    ]
    heads = (
        Column(view.say(by)),
        Column(view.say("code")),
        *(Column(view.say(figure), "money") for figure in GROUP_FIGURES),
        Column(view.say("progress"), "share"),
    )
    return Grid(f"by_{by}", f"{view.say('by')} {view.say(by)}", heads, rows)


@routes.get("/figures")
def figures(
    asker: Looking, figure: str = "", year: str = "", calibre: str = "2017", by: str = "", group: str = ""
) -> Response:
    """The records whose sum is a figure: of the whole, a tier, a division, or a group; of the asker's divisions."""
    view = view_of(asker)
    named = Figure.named(figure)
    if not figure or not (named.division == "" or asker.scope.holds(named.division)):
        raise NotFound(view.say("no_figure"), view.say("open_one"))
    if named.name not in FIGURES:
        raise Misuse(view.say("not_one_of", name=view.say("figure"), found=named.name), ", ".join(FIGURES))
    asked = replace(named, by=by, group=group or None, divisions=asker.scope.divisions)
    part = queries.Page(FILE_ROWS) if view.table else queries.Page(ROWS_SHOWN, view.offset)
    found = asker.service.remembered(
        asker.ledger,
        ("figure", asked, year, calibre, part),
        lambda: queries.overview_records(asker.ledger, asked, year_of(view, year), calibre, part),
    )
    known = describe(asker.ledger, [row.record for row in found.records])
    rows: list[list[Cell]] = [
        [
            Link(row.record, view.to("/trace", record=row.record)),
            view.word(row.record.partition(":")[0]),
            view.place(row.division_code),
            view.word(row.tier),
            row.date.isoformat() if row.date else "",
            known[row.record].title if row.record in known else "",
            Money(row.amount_fen),
        ]
        for row in found.records
    ]
    names = ("record", "kind", "division", "tier", "date", "name", "amount")
    heads = tuple(Column(view.say(one), "money" if one == "amount" else "text") for one in names)
    told = (view.place(named.division), view.say(named.name), view.word(named.tier), group or (by and view.say(by)))
    of_what = " · ".join(part for part in told if part)
    return page(
        view,
        "overview",
        f"{view.say('records')}: {of_what}",
        facts([(view.say("total"), view.money(found.total_fen)), (view.say("records_count"), f"{found.count:,}")]),
        Grid("records", view.say("records"), heads, rows, total=found.count),
    )

