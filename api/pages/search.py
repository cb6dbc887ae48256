"""Search 智能检索: one box; and a payee's whole picture."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

import queries
from api.pages.grid import ROWS_SHOWN, Cell, Column, Drawn, Grid, Link, Money
from api.pages.layout import Beside, View, choice, facts, form, page, place_field, view_of
from api.pages.markup import tag
from api.pages.places import place_of
from api.pages.sights import Looking
from lineage.errors import Misuse, NotFound
from queries.search import KINDS, Filter, SearchResult
from queries.search_payee import Share

routes = APIRouter(include_in_schema=False)
FILE_HITS = 20_000


@routes.get("/search")
def search(asker: Looking, q: str = "", kind: str = "", division: str = "", year: str = "") -> Response:
    """What a text names: document numbers, names, payees, purposes, amounts, divisions, initials."""
    view = view_of(asker)
    code = place_of(view, division)
    if year and not year.isdecimal():
        raise Misuse(view.say("not_a_number", name=view.say("year"), found=year))
    asked = form(
        view,
        "/search",
        tag("label", view.say("search_text"), tag("input", name="q", value=q, size=36, type="search")),
        choice("kind", view.say("kind"), [("", view.say("all")), *((one, view.word(one)) for one in KINDS)], kind),
        place_field(view, code),
        tag("label", view.say("year"), tag("input", name="year", value=year, size=5, inputmode="numeric")),
    )
    if not q.strip():
        return page(view, "search", view.say("search"), asked, tag("p", view.say("search_examples")))
    wanted = Filter(kind or None, code or None, int(year) if year else None, asker.scope.divisions)
    rows = queries.Page(FILE_HITS) if view.table else queries.Page(ROWS_SHOWN, view.offset)
    found = queries.search(asker.ledger, q, wanted, rows)
    payee = tag("p", tag("a", view.say("as_payee", name=q), href=view.to("/payee", name=q)))
    return page(
        view,
        "search",
        f"{view.say('search')}: {q}",
        asked,
        tag("p", view.say("hits", count=f"{found.total:,}"), role="status"),
        hits_grid(view, found),
        payee if found.total else None,
    )


def hits_grid(view: View, found: SearchResult) -> Grid:
    """The hits of a search as a table; a record bears the words that its trail bears."""
    rows: list[list[Cell]] = []
    for hit in found.hits:
        field, _, words = hit.snippet.partition(": ")
        rows.append(
            [
                _opens(view, hit.record),
                view.word(hit.record.partition(":")[0]),
                hit.words,
                _found_in(view, field, words),
                view.place(hit.division_code),
                hit.date.isoformat() if hit.date else "",
                None if hit.amount_fen is None else Money(hit.amount_fen),
            ]
        )
    names = ("record", "kind", "name", "found_in", "division", "date", "amount")
    heads = tuple(Column(view.say(name), "money" if name == "amount" else "text") for name in names)
    return Grid("hits", view.say("records_found"), heads, rows, [hit.record for hit in found.hits], total=found.total)


def _found_in(view: View, field: str, words: str) -> Cell:
    """Where the words were found; a payee's name opens the payee's whole picture."""
    told = f"{view.word(f'field_{field}')}: {words}" if words else ""
    return Link(told, view.to("/payee", name=words)) if field in ("payee", "person") and words else told


def _opens(view: View, record: str) -> Cell:
    kind, _, code = record.partition(":")
    if kind == "division":
        return Link(record, view.to("/division", code=code))
    return record if kind in ("agency", "project") else Link(record, view.to("/trace", record=record))


@routes.get("/payee")
def payee(asker: Looking, name: str = "") -> Response:
    """Everything that one name or account received, with every spelling met."""
    view = view_of(asker)
    asked = form(
        view, "/payee", tag("label", view.say("payee"), tag("input", name="name", value=name, size=30, required=True))
    )
    if not name.strip():
        return page(view, "search", view.say("payee"), asked)
    try:
        found = queries.payee(asker.ledger, name, asker.scope.divisions)
    except NotFound as error:
        raise NotFound(view.say("no_payee", name=name), view.say("try_search")) from error
    cards: list[tuple[object, object]] = [
        (view.say("amount"), view.money(found.amount_fen)),
        (view.say("receipts"), len(found.receipts)),
        (view.say("spellings"), len(found.spellings)),
        (view.say("accounts"), sum(bool(share.key) for share in found.accounts)),
    ]
    shares = [
        _shares(view, group, getattr(found, group)) for group in ("spellings", "accounts", "divisions", "purposes")
    ]
    rows: list[list[Cell]] = [
        [
            Link(row["record"], view.to("/trace", record=row["record"])),
            row["date"].isoformat() if row["date"] else "",
            view.place(row["division_code"]),
            row["payee_name"],
            row["payee_account_masked"],
            row["purpose"],
            Money(row["net_fen"]),
        ]
        for row in found.receipts
    ]
    names = ("record", "date", "division", "payee", "account_number", "purpose", "amount")
    heads = tuple(Column(view.say(one), "money" if one == "amount" else "text") for one in names)
    receipts = Grid("receipts", view.say("receipts"), heads, rows, paged=True)
    return page(
        view,
        "search",
        f"{view.say('payee')}: {name}",
        asked,
        facts(cards),
        Beside((shares[:2], shares[2:])),
        receipts,
    )


def _shares(view: View, group: str, shares: tuple[Share, ...]) -> Grid:
    def words(share: Share) -> Any:
        key = view.place(share.key) if group == "divisions" else share.key
        return Drawn(tag("span", key or "—"), key or "—")

    rows: list[list[Cell]] = [[words(share), share.count, Money(share.amount_fen)] for share in shares]
    heads = (
        Column(view.say(group)),
        Column(view.say("receipts"), "number"),
        Column(view.say("amount"), "money"),
    )
    return Grid(group, view.say(group), heads, rows)
