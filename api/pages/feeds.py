"""Feeds: when each division last delivered, up to which day, and how the watch's feeds stand."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

import queries
from api.http.asking import Reading
from api.pages.layout import View, page, view_of
from api.pages.markup import Safe, table, tag
from api.watch.state import State
from api.watch.status import watch_state
from lineage.words import say

routes = APIRouter(include_in_schema=False)


@routes.get("/feeds")
def feeds(asker: Reading, lang: str = "zh", unit: str = "wan") -> Response:
    """Last deliveries of the divisions one may see; feeds of the watch for who sees them all."""
    view = view_of(asker, lang, unit)
    inside = asker.scope.divisions
    found = asker.service.remembered(asker.ledger, "deliveries", lambda: queries.deliveries(asker.ledger))
    rows = [
        [one.division_code, one.name, one.delivered_at, one.batch, one.latest, one.records]
        for one in sorted(found, key=lambda one: (one.delivered_at, one.division_code))
        if inside is None or one.division_code in inside
    ]
    heads = _heads(view, "division", "name", "delivered", "batch", "latest", "records")
    divisions = table(heads, rows, right=frozenset({3, 5}), caption=view.say("feeds_divisions"))
    state = watch_state(asker.ledger.path) if inside is None else None
    return page(view, "feeds", view.say("feeds"), _watch(view, state) if state else None, divisions)


def _watch(view: View, state: State) -> Safe:
    """The watch's own feeds, and what it could not do."""
    rows = [
        [name, one.delivered_at, one.looked_at, one.batch or "", one.rejected, _standing(view, one.error, one.stale)]
        for name, one in sorted(state.feeds.items())
    ]
    heads = _heads(view, "feed", "delivered", "looked", "batch", "rejected", "state")
    return tag(
        "section",
        tag("p", view.say("feeds_round", at=state.round_at)),
        [tag("p", say("watch.error", view.lang, text=error), role="alert") for error in state.errors.values()],
        table(heads, rows, right=frozenset({3, 4}), caption=view.say("feeds_watch")),
    )


def _standing(view: View, error: str, stale: bool) -> str:
    if error:
        return say("watch.state_failing", view.lang, error=error)
    return say("watch.state_stale" if stale else "watch.state_delivering", view.lang)


def _heads(view: View, *names: str) -> list[str]:
    return [say(f"watch.head_{name}", view.lang) for name in names]
