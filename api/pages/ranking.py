"""Ranking: counties and cities by score; each part with numerator and denominator, opened to its records."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

import queries
from api.http.routes.questions import rank_sources, ranked
from api.pages.grid import Cell, Column, Drawn, Grid, Link, Money
from api.pages.layout import Folded, View, choice, facts, form, page, view_of
from api.pages.markup import Safe, tag
from api.pages.places import place_of
from api.pages.sights import Looking
from lineage.errors import Misuse, NotFound
from lineage.money import to_fen
from queries.rank import GROUPS, rank_terms
from queries.rank_parts import RANKED_POLICIES
from queries.rank_weights import COUNTED, PARTS

routes = APIRouter(include_in_schema=False)


@routes.get("/ranking")
def ranking(asker: Looking, group: str = "", policy: str = "pro-rata") -> Response:
    """All divisions that can be assessed, in one list or in one peer group, and those that cannot, with the reason."""
    view = view_of(asker)
    if group and group not in GROUPS:
        raise Misuse(view.say("not_one_of", name=view.say("group"), found=group), ", ".join(GROUPS))
    if policy not in RANKED_POLICIES:
        raise Misuse(view.say("not_one_of", name=view.say("policy"), found=policy), ", ".join(RANKED_POLICIES))
    answer = ranked(asker, policy)
    rows = asker.scope.rows(answer["divisions"])
    if group:
        rows = [row for row in rows if group in row["groups"]]
    groups = [("", view.say("all")), *((name, view.word(f"group_{name}")) for name in GROUPS)]
    policies = [(name, f"{view.word(name)} {name}") for name in RANKED_POLICIES]
    asked = form(
        view,
        "/ranking",
        choice("group", view.say("group"), groups, group),
        choice("policy", view.say("policy"), policies, policy),
    )
    left_out = asker.scope.rows(answer["not_assessed"])
    return page(
        view,
        "ranking",
        view.say("ranking"),
        asked,
        facts([(view.say("assessed"), len(rows)), (view.say("not_assessed"), len(left_out))]),
        _table(view, rows, group, policy),
        Folded(view.say("not_assessed"), (_left_out(view, left_out),)),
        Folded(view.say("weights"), (_weights(view, answer),)),
    )


def _table(view: View, rows: list[dict[str, Any]], group: str, policy: str) -> Grid:
    shown: list[list[Cell]] = [
        [
            row["groups"][group] if group else row["rank"],
            Link(row["name"], view.to("/ranking/part", division=row["division_code"], policy=policy)),
            row["score"],
            *(_part(view, row, part, policy) for part in row["parts"]),
        ]
        for row in rows
    ]
    heads = (
        Column(view.say("rank"), "number"),
        Column(view.say("division")),
        Column(view.say("score"), "number"),
        *(Column(view.word(f"part_{part}"), "number") for part in PARTS),
    )
    codes = [row["division_code"] for row in rows]
    return Grid("ranking", view.say("ranking"), heads, shown, codes, paged=True)


def _part(view: View, row: dict[str, Any], part: dict[str, Any], policy: str) -> Cell:
    """A part's score as a shaded cell that opens its records."""
    if part["score"] is None:
        return Drawn(Safe('<span class="none">—</span>'), "—")
    address = view.to("/ranking/part", division=row["division_code"], part=part["part"], policy=policy)
    shade = min(int(part["score"].partition(".")[0]) // 20, 4)
    hover = f"{view.word('part_' + part['part'])}: {part['numerator']} / {part['denominator']}"
    return Drawn(tag("a", part["score"], href=address, title=hover, class_=f"mark m{shade}"), part["score"])


def _left_out(view: View, rows: list[dict[str, Any]]) -> Grid:
    shown: list[list[Cell]] = [
        [
            Link(row["name"] or row["division_code"], view.to("/division", code=row["division_code"])),
            view.word(f"why_{row['why']}"),
            row["detail"],
        ]
        for row in rows
    ]
    heads = (Column(view.say("division")), Column(view.say("reason")), Column(view.say("detail")))
    return Grid("not_assessed", view.say("not_assessed"), heads, shown)


def _weights(view: View, answer: dict[str, Any]) -> Grid:
    shown: list[list[Cell]] = [[view.word(f"part_{name}"), name, weight] for name, weight in answer["weights"].items()]
    heads = (Column(view.say("part")), Column(view.say("key")), Column(view.say("weight"), "number"))
    return Grid("weights", view.say("weights"), heads, shown)


@routes.get("/ranking/part")
def part(asker: Looking, division: str = "", part: str = "", policy: str = "pro-rata") -> Response:
    """One division's parts, and the records of one of them: those that miss most first."""
    view = view_of(asker)
    code = place_of(view, division)
    rows = asker.scope.rows(ranked(asker, policy)["divisions"])
    row = next((row for row in rows if row["division_code"] == code), None)
    if row is None:
        raise NotFound(view.say("not_ranked", division=view.place(code) or "?"), view.say("see_ranking"))
    if part and part not in PARTS:
        raise Misuse(view.say("not_one_of", name=view.say("part"), found=part), ", ".join(PARTS))
    places = [(view.word(f"group_{name}"), place) for name, place in row["groups"].items()]
    cards: list[tuple[object, object]] = [(view.say("rank"), row["rank"]), (view.say("score"), row["score"]), *places]
    title = f"{view.say('ranking')}: {row['name']}"
    return page(
        view,
        "ranking",
        title,
        facts(cards),
        _parts(view, row, policy),
        _records(view, code, part, policy) if part else None,
        tag("p", tag("a", view.say("division_page"), href=view.to("/division", code=code))),
    )


def _parts(view: View, row: dict[str, Any], policy: str) -> Grid:
    shown: list[list[Cell]] = []
    for one in row["parts"]:
        name = one["part"]
        address = view.to("/ranking/part", division=row["division_code"], part=name, policy=policy)
        ends = (one["numerator"], one["denominator"])
        unit = f" {view.unit_word}"
        amounts: list[Cell] = [*ends] if name in COUNTED else [view.money(to_fen(str(end))) + unit for end in ends]
        shown.append(
            [Link(view.word(f"part_{name}"), address), one["score"] or "—", *amounts, view.word(f"told_{name}")]
        )
    heads = (
        Column(view.say("part")),
        *(Column(view.say(name), "number") for name in ("score", "numerator", "denominator")),
        Column(view.say("meaning")),
    )
    return Grid("parts", view.say("parts"), heads, shown)


def _records(view: View, code: str, part: str, policy: str) -> Grid:
    asker = view.asker
    rows = asker.service.remembered(
        asker.ledger,
        ("rank records", code, part, policy),
        lambda: queries.rank_records(asker.ledger, rank_terms(None, policy), code, part, rank_sources(asker)),
    )

    def shown(value: int) -> Cell:
        return value if part in COUNTED else Money(value)

    cells: list[list[Cell]] = [
        [
            _opens(view, row["record"]),
            shown(row["numerator"]),
            shown(row["denominator"]),
            shown(row["denominator"] - row["numerator"]),
        ]
        for row in rows
    ]
    kind = "number" if part in COUNTED else "money"
    heads = (
        Column(view.say("record")),
        *(Column(view.say(name), kind) for name in ("numerator", "denominator", "misses")),
    )
    return Grid("part_records", f"{view.word(f'part_{part}')} · {view.say('records')}", heads, cells, paged=True)


def _opens(view: View, record: str) -> Cell:
    kind, _, name = record.partition(":")
    if record.startswith("F-"):
        return Link(record, view.to(f"/findings/{record}"))
    if kind == "division":
        return Link(view.place(name), view.to("/reconciliation", division=name))
    return Link(record, view.to("/trace", record=record))
