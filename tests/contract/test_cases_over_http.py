"""Cases over real HTTP: whom they are shared with sees them, and of their records only those inside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.access.people import Person, added, users_file, write_people
from api.http.app import create_app
from api.http.service import Options
from tests.waiting import PATIENCE, until
from tools.neo4j.server import free_port

PAYMENT, COUNTY, OTHER = "payment:P-00000376", "410103000", "410882000"
PEOPLE = {
    "chief": (("investigator",), ("*",)),
    "county": (("investigator",), (COUNTY,)),
    "elsewhere": (("investigator",), (OTHER,)),
    "reader": (("reader",), (COUNTY,)),
}


@pytest.fixture
def ask(fresh_ledger: Callable[[str], Path]) -> Iterator[Callable[..., httpx.Response]]:
    ledger = fresh_ledger("faults")
    people: dict[str, Person] = {}
    keys: dict[str, str] = {}
    for name, (roles, divisions) in PEOPLE.items():
        people, keys[name] = added(people, Person(name, roles, divisions))
    write_people(users_file(ledger), people)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(create_app(Options(ledger, requests_per_second=0)), port=port, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)

    def asked(who: str, method: str, path: str, **more: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {keys[who]}"}
        address = f"http://127.0.0.1:{port}/api/v1{path}"
        return httpx.request(method, address, headers=headers, timeout=PATIENCE, **more)  # type: ignore[arg-type]

    yield asked
    server.should_exit = True
    thread.join(PATIENCE)


def until_shown(ask: Callable[..., httpx.Response], who: str, path: str) -> httpx.Response:
    """A server answers from the old version until the new one is ready."""
    deadline = time.monotonic() + PATIENCE
    while (answer := ask(who, "GET", path)).status_code == 404 and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


def test_a_case_is_seen_by_whom_it_is_shared_with_and_only_what_is_theirs(ask: Callable[..., httpx.Response]) -> None:
    assert ask("reader", "POST", "/cases", json={"title": "x"}).status_code == 403
    made = ask("chief", "POST", "/cases", json={"title": "大孟镇道路"})
    assert (made.status_code, made.json()["id"]) == (201, "K-0001")
    for event in (
        {"event": "added", "record": PAYMENT},
        {"event": "added", "record": "allocation:A-00000016"},
        {"event": "noted", "text": "who signed?"},
    ):
        assert ask("chief", "POST", "/cases/K-0001/events", json=event).status_code == 201
    assert len(until_shown(ask, "chief", "/cases/K-0001").json()["records"]) <= 2
    assert ask("county", "GET", "/cases/K-0001").status_code == 404
    assert ask("chief", "POST", "/cases/K-0001/events", json={"event": "shared", "with": COUNTY}).status_code == 201
    theirs = until_shown(ask, "county", "/cases/K-0001").json()
    assert [one["record"] for one in theirs["records"]] == [PAYMENT]
    assert "A-00000016" not in str(theirs)
    assert {one["record"] for one in theirs["records"][0]["sources"]} <= {"hidden"}
    assert ask("elsewhere", "GET", "/cases/K-0001").status_code == 404
    assert ask("elsewhere", "GET", "/cases").json()["cases"] == []
    assert ask("county", "GET", "/cases/K-0001/moved").json()["moved"] == []


def test_what_cannot_be_meant_is_said(ask: Callable[..., httpx.Response]) -> None:
    ask("county", "POST", "/cases", json={"title": "x"})
    assert ask("county", "POST", "/cases", json={"title": "x", "owner": "chief"}).status_code == 422
    wrong = ask("county", "POST", "/cases/K-0001/events", json={"event": "eaten"})
    assert wrong.status_code == 422
    assert "expected one of" in wrong.text
    outside = ask("county", "POST", "/cases/K-0001/events", json={"event": "added", "record": "allocation:A-00000016"})
    assert outside.status_code == 404
