"""Feeds: when each division last delivered, up to which day, and how the watch's feeds stand."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

import queries
from api.http.asking import Reading
from api.pages.grid import Cell, Column, Grid, Link
from api.pages.layout import View, page, view_of
from api.pages.markup import tag
from api.watch.state import State
from api.watch.status import watch_state
from lineage.words import say

routes = APIRouter(include_in_schema=False)


@routes.get("/feeds")
def feeds(asker: Reading) -> Response:
    """Last deliveries of the divisions one may see; feeds of the watch for who sees them all."""
    view = view_of(asker)
    inside = asker.scope.divisions
    found = asker.service.remembered(asker.ledger, "deliveries", lambda: queries.deliveries(asker.ledger))
    rows: list[list[Cell]] = [
        [
            Link(one.name or one.division_code, view.to("/division", code=one.division_code)),
            one.division_code,
            _text(one.delivered_at),
            one.batch,
            _text(one.latest),
            one.records,
        ]
        for one in sorted(found, key=lambda one: (one.delivered_at, one.division_code))
        if inside is None or one.division_code in inside
    ]
    heads = _heads(view, "name", "division", "delivered", "batch", "latest", "records")
    divisions = Grid("divisions", view.say("feeds_divisions"), heads, rows, paged=True)
    state = watch_state(asker.ledger.path) if inside is None else None
    return page(view, "feeds", view.say("feeds"), _watch(view, state) if state else None, divisions)


def _watch(view: View, state: State) -> list[object]:
    """The watch's own feeds, and what it could not do."""
    rows: list[list[Cell]] = [
        [
            name,
            _text(one.delivered_at),
            _text(one.looked_at),
            _text(one.batch),
            one.rejected,
            _standing(view, one.error, one.stale),
        ]
        for name, one in sorted(state.feeds.items())
    ]
    return [
        tag("p", view.say("feeds_round", at=state.round_at)),
        [tag("p", say("watch.error", view.lang, text=error), role="alert") for error in state.errors.values()],
        Grid(
            "watch",
            view.say("feeds_watch"),
            _heads(view, "feed", "delivered", "looked", "batch", "rejected", "state"),
            rows,
        ),
    ]


def _standing(view: View, error: str, stale: bool) -> str:
    if error:
        return say("watch.state_failing", view.lang, error=error)
    return say("watch.state_stale" if stale else "watch.state_delivering", view.lang)


def _text(value: object) -> str:
    """A value as it is read; a moment to the minute."""
    text = str(value or "")
    return text[:16].replace("T", " ") if text[10:11] in ("T", " ") else text


def _heads(view: View, *names: str) -> tuple[Column, ...]:
    numbers = ("batch", "records", "rejected")
    kinds = {name: "number" if name in numbers else "text" for name in names}
    return tuple(Column(say(f"watch.head_{name}", view.lang), kinds[name]) for name in names)
