"""What a server remembers outlives just what does not touch it, and what it prepares is what the pages ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import queries
from api.http.service import Options, Service
from api.pages import prepared
from lineage.links.decisions import accept, chosen

FINDING = "F-0dfe2b2af7718a8c"


@pytest.fixture
def service(fresh_ledger: Callable[[str], Path]) -> Service:
    return Service(Options(fresh_ledger("faults")))


def test_a_decision_about_a_finding_leaves_what_the_tables_say_an_accepted_link_does_not(service: Service) -> None:
    def both() -> tuple[int, int]:
        tables = service.remembered(service.ledger, ("figure", "x"), lambda: next(count))
        return tables, service.remembered(service.ledger, ("anything",), lambda: next(count))

    count = iter(range(100))
    before = both()
    assert both() == before
    event = queries.Event("review", "", "", "", "", None)
    queries.record_event(service.ledger, FINDING, event, queries.Actor("a"), datetime.now(UTC))
    service.renew()
    after = both()
    assert after[0] == before[0]
    assert after[1] != before[1]
    link = chosen(service.ledger, ["L-cee8c6aa945f2222"])
    accept(service.ledger.path, link, "same number", by="a", at=datetime.now(UTC))
    service.renew()
    assert both()[0] != before[0]


def test_what_is_prepared_is_what_the_pages_ask_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    import httpx

    from api.http.app import create_app

    app = create_app(service.options)
    prepared(app.state.service)

    def again(*_: object, **__: object) -> None:
        raise AssertionError("worked out although it was prepared")

    for name in ("overview", "findings", "reconcile", "rank"):
        monkeypatch.setattr(queries, name, again)

    async def statuses() -> list[int]:
        door = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=door, base_url="http://127.0.0.1") as client:
            pages = ("/overview", "/risk", "/reconciliation", "/ranking", "/division?code=411328000")
            return [(await client.get(page, headers={"Accept": "text/html"})).status_code for page in pages]

    assert set(asyncio.run(statuses())) == {200}
