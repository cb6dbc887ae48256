"""Overview: scale, expenditure and progress; every figure opens its records, every table is to be had as XLSX."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

import queries
from api.http.asking import Reading
from api.pages.layout import View, choice, form, page, view_of
from api.pages.markup import Safe, table, tag
from lineage.errors import NotFound
from lineage.exports.rows import Sheet
from lineage.exports.workbook import write_sheets
from lineage.money import to_fen, yuan
from viz.charts import Series, bar_chart, line_chart, tile_map, tiles_of
from viz.charts import Value as Bar

routes = APIRouter(include_in_schema=False)
ROWS = 400
TIERS = ("province", "city", "county", "relocation")


@routes.get("/")
def home() -> Response:
    """The first page is the overview."""
    return RedirectResponse("/overview")


@routes.get("/overview")
def overview(asker: Reading, year: str = "", calibre: str = "2017", lang: str = "zh", unit: str = "wan") -> Response:
    """The whole, by tier, by month, by division."""
    view = view_of(asker, lang, unit)
    wanted = int(year) if year.isdecimal() else None
    answer = _answer(view, wanted, calibre, None)
    months = _answer(view, wanted, calibre, "month")
    asked = form(
        view,
        "/overview",
        tag("label", view.say("year"), tag("input", name="year", value=answer["year"], size=4, inputmode="numeric")),
        choice("calibre", view.say("calibre"), [("2017", "2017"), ("next", "next")], calibre),
    )
    return page(
        view,
        "overview",
        view.say("overview"),
        asked,
        _cards(view, answer),
        tag("div", _tiers(view, answer), _months(view, months), class_="pair"),
        _map(view, answer),
        _divisions(view, answer, calibre),
    )


def _answer(view: View, year: int | None, calibre: str, by: str | None) -> dict[str, Any]:
    asker = view.asker
    return asker.service.remembered(
        asker.ledger,
        ("overview", year, calibre, by, asker.divisions),
        lambda: queries.overview(asker.ledger, year, calibre, by, asker.scope.divisions).to_json(),
    )


def _cards(view: View, answer: dict[str, Any]) -> Safe:
    year = answer["year"]
    whole = view.asker.scope.divisions is None

    def card(label: str, amount: str, figure: str = "") -> Safe:
        shown: object = view.money(to_fen(amount))
        if figure and whole:
            shown = tag("a", shown, href=view.to("/figures", figure=figure, year=year, calibre=answer["calibre"]))
        return tag("div", tag("dt", view.say(label)), tag("dd", shown))

    cards = [
        card("scale", answer["scale"]["total"], "scale"),
        card("expenditure", answer["expenditure"]["total"], "expenditure"),
        tag("div", tag("dt", view.say("progress")), tag("dd", _percent(answer["progress"]))),
    ]
    cards += [
        card(name, answer[name])
        for name in ("in_transit", "unplaced", "special_account_difference")
        if answer.get(name) is not None
    ]
    if answer.get("carried_over"):
        cards.append(card("carried_over", answer["carried_over"]["amount"]))
    return tag("dl", cards, class_="cards")


def _tiers(view: View, answer: dict[str, Any]) -> Safe:
    bars = [
        Bar(f"{view.say('scale')} {view.word(tier)}", to_fen(answer["scale"][tier]))
        for tier in TIERS
        if answer["scale"].get(tier) is not None
    ]
    bars += [
        Bar(f"{view.say('expenditure')} {view.word(tier)}", to_fen(answer["expenditure"][tier]), colour="#C46A00")
        for tier in TIERS[:3]
        if answer["expenditure"].get(tier) is not None
    ]
    return tag(
        "figure",
        tag("figcaption", view.say("scale"), " / ", view.say("expenditure")),
        Safe(bar_chart(view.say("scale"), bars, show=view.money)),
    )


def _months(view: View, answer: dict[str, Any]) -> Safe | None:
    groups = [group for group in answer.get("groups", ()) if group.get("expenditure") is not None]
    if not groups:
        return None
    label = next(key for key in ("key", "month", "group", "name") if key in groups[0])
    series = Series(view.say("expenditure"), tuple(to_fen(group["expenditure"]) for group in groups))
    return tag(
        "figure",
        tag("figcaption", view.say("by_month")),
        Safe(line_chart(view.say("by_month"), [str(group[label])[-5:] for group in groups], [series], show=view.money)),
    )


def _map(view: View, answer: dict[str, Any]) -> Safe:
    inside = {row["division_code"] for row in answer["divisions"]}
    rows = view.asker.ledger.rows("SELECT division_code, name, fiscal_parent FROM divisions ORDER BY division_code")
    amounts = {
        row["division_code"]: round(float(row["progress"]) * 10_000)
        for row in answer["divisions"]
        if row["progress"] is not None
    }
    tiles = tiles_of(
        [
            (row["division_code"], row["name"], row["fiscal_parent"] or "")
            for row in rows
            if row["division_code"] in inside
        ],
        amounts,
    )
    drawn = Safe(tile_map(view.say("map"), tiles, show=lambda share: f"{share / 100:.1f}%"))
    return tag("details", tag("summary", view.say("map")), tag("figure", drawn))


def _divisions(view: View, answer: dict[str, Any], calibre: str) -> Safe:
    heads = [
        view.say(name) for name in ("division", "received", "own", "passed_down", "scale", "expenditure", "progress")
    ]
    rows = []
    for row in sorted(answer["divisions"], key=lambda row: -to_fen(row["scale"]))[:ROWS]:
        received = sum(to_fen(amount) for amount in row["received"].values())
        cells: list[object] = [tag("a", row["name"], href=view.to("/reconciliation", division=row["division_code"]))]
        for figure, fen in (
            ("received", received),
            *((name, to_fen(row[name])) for name in ("own", "passed_down", "scale", "expenditure")),
        ):
            cells.append(
                tag(
                    "a",
                    view.money(fen),
                    href=view.to(
                        "/figures", figure=f"{figure}:{row['division_code']}", year=answer["year"], calibre=calibre
                    ),
                )
            )
        rows.append([*cells, _percent(row["progress"])])
    file = tag("a", view.say("table_file"), href=view.to("/overview.xlsx", year=answer["year"], calibre=calibre))
    return tag(
        "section",
        tag("h2", view.say("division")),
        tag("p", file),
        table(heads, rows, right=frozenset(range(1, 7)), caption=view.say("overview")),
    )


@routes.get("/overview.xlsx")
def workbook(asker: Reading, year: str = "", calibre: str = "2017", lang: str = "zh", unit: str = "wan") -> Response:
    """The divisions' table as a workbook, in yuan."""
    view = view_of(asker, lang, unit)
    answer = _answer(view, int(year) if year.isdecimal() else None, calibre, None)
    columns = ("division_code", "name", "received", "own", "passed_down", "scale", "expenditure", "progress")
    rows = tuple(
        (
            row["division_code"],
            row["name"],
            yuan(sum(to_fen(one) for one in row["received"].values())),
            row["own"],
            row["passed_down"],
            row["scale"],
            row["expenditure"],
            row["progress"],
        )
        for row in answer["divisions"]
    )
    return xlsx_file([Sheet("overview", columns, rows, columns[2:7])], "overview.xlsx")


def xlsx_file(sheets: list[Sheet], name: str) -> Response:
    """Tables as a download."""
    with NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    write_sheets(sheets, path)
    return FileResponse(path, filename=name, background=BackgroundTask(path.unlink))


@routes.get("/figures")
def figures(
    asker: Reading, figure: str, year: str = "", calibre: str = "2017", lang: str = "zh", unit: str = "wan"
) -> Response:
    """The records whose sum is a figure."""
    view = view_of(asker, lang, unit)
    division = figure.partition(":")[2]
    if asker.scope.divisions is not None and division not in asker.scope.divisions:
        raise NotFound(f"there is no figure {figure}", "open one of the overview")
    found = queries.overview_records(asker.ledger, figure, int(year) if year.isdecimal() else None, calibre).to_json()
    rows = [
        [view.record(row["record"]), row["division_code"], row["date"], view.money(to_fen(row["amount"]))]
        for row in found["records"][:ROWS]
    ]
    heads = [view.say(name) for name in ("record", "division", "date", "amount")]
    total = sum(to_fen(row["amount"]) for row in found["records"])
    return page(
        view,
        "overview",
        f"{view.say('records')}: {figure}",
        tag("p", f"{view.say('total')}: {view.money(total)}"),
        tag("p", view.say("first_rows", shown=len(rows), total=len(found["records"]))),
        table(heads, rows, right=frozenset({3}), caption=figure),
    )


def _percent(progress: str | None) -> str:
    return "—" if progress is None else f"{float(progress) * 100:.2f}%"
