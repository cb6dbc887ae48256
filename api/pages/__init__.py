"""The web pages: the four modules for people, served beside the API, nothing fetched from elsewhere."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from lineage.errors import LineageError

if TYPE_CHECKING:
    from fastapi import APIRouter, Request

    from api.http.service import Service


def routes() -> tuple[APIRouter, ...]:
    """The routes of every page."""
    from api.pages import cases, division, feeds, overview, packs, ranking, reconciliation, risk, search, signin, trail

    modules = (overview, division, trail, packs, risk, reconciliation, ranking, cases, search, feeds, signin)
    return tuple(module.routes for module in modules)


def prepared(service: Service) -> None:
    """Work out what a first page would wait for, what is asked most first: seconds on a million payments.

    Errors are left to who asks: that one gets them with their explanation.
    """
    from datetime import UTC, datetime

    import queries
    from api.access.people import Person
    from api.access.scopes import Scope
    from api.http.asking import Asker
    from api.http.routes import questions
    from lineage.words import LANGUAGES
    from queries.flows import spending_flows
    from queries.overview_figures import CALIBRES
    from queries.rank_parts import RANKED_POLICIES

    ledger = service.ledger
    asker = Asker(cast("Request", None), service, Person("-", ("reader",), ("*",)), ledger, Scope(None))
    year, today = ledger.as_of.year if ledger.as_of else 0, datetime.now(UTC).date()
    with suppress(LineageError):
        for by in (None, "month"):
            questions.overview_of(asker, None, "2017", by)
        for lang in LANGUAGES:
            key = ("flows", year, lang, None)
            service.remembered(ledger, key, partial(spending_flows, ledger, year, lang))
        queries.search(ledger, "1", None, queries.Page(1))
        service.remembered(ledger, ("findings", today), lambda: queries.findings(ledger, today))
        questions.proposed_links(asker)
        questions.reconciled(asker, None, "2017")
        questions.ranked(asker)
        import viz.network  # noqa: F401  pyvis is slow to import

        for calibre in CALIBRES:
            questions.reconciled(asker, None, calibre)
            questions.overview_of(asker, None, calibre, None)
        for policy in RANKED_POLICIES:
            questions.ranked(asker, policy)
