"""The findings as pages show them: with their life, their rule's title, evidence within the asker's divisions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import queries
from api.pages.layout import View
from queries.catalogue import catalogue


def cases_of(view: View) -> list[dict[str, Any]]:
    """Every finding within the asker's divisions, worst first; `title` is its rule's. Remembered for the version."""
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
    found = asker.service.remembered(asker.ledger, ("findings", today), lambda: queries.findings(asker.ledger, today))
    order = {name: place for place, name in enumerate(("red", "orange", "yellow", "blue"))}
    cases = sorted(found.cases, key=lambda case: (order[case.severity], -case.amount_fen, case.id))
    return [case.to_json(today, view.lang) | {"title": titles.get(case.rule, case.rule)} for case in cases]
