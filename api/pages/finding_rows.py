"""The findings as pages show them: with their life, their rule's title, evidence within the asker's divisions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import queries
from api.pages.layout import View
from lineage.money import to_fen
from queries.catalogue import catalogue
from queries.findings import what_holds

_LIFELESS = {"state": "", "mended": False, "returned": False, "overdue": False, "due": None, "events": []}


def cases_of(view: View) -> list[dict[str, Any]]:
    """Every finding within the asker's divisions, worst first; `title` is its rule's. Remembered for the version.

    Of another view of the ledger: what the rules find there, without a life, which is of the present alone.
    """
    asker = view.asker
    today = datetime.now(UTC).date()
    whole: list[dict[str, Any]] = asker.service.remembered(
        asker.ledger, ("finding rows", today, view.lang), lambda: _rows(view, today)
    )
    if asker.scope.divisions is None:
        return whole
    return asker.service.remembered(
        asker.ledger,
        ("finding rows", today, view.lang, asker.divisions),
        lambda: [asker.words.finding(row, view.lang) for row in asker.scope.rows(whole)],
    )


def _rows(view: View, today: Any) -> list[dict[str, Any]]:
    asker = view.asker
    titles = {rule.name: rule.titles[view.lang] for rule in catalogue()}
    order = {name: place for place, name in enumerate(("red", "orange", "yellow", "blue"))}
    if view.is_present:
        found = asker.service.remembered(
            asker.ledger, ("findings", today), lambda: queries.findings(asker.ledger, today)
        )
        rows = [case.to_json(today, view.lang) for case in found.cases]
    else:
        rows = [one.to_json(view.lang) | _LIFELESS for one in what_holds(asker.ledger)]
    rows.sort(key=lambda row: (order[row["severity"]], -to_fen(row["amount"]), row["id"]))
    return [row | {"title": titles.get(row["rule"], row["rule"])} for row in rows]
