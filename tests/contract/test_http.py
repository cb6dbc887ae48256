"""The HTTP door, over real HTTP: answers, errors of one shape, sign-in, scopes, decisions, uploads, the look-up log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import lineage
from api.access.people import Person, added, users_file
from lineage.errors import Misuse
from lineage.ledger import verify
from tests.serving import Running
from tests.waiting import PATIENCE, until

PAYMENT = "payment:P-00000376"
COUNTY, CITY, OTHER = "410103000", "410100000", "410882000"
PEOPLE = {
    "reader": (("reader",), ("*",)), "investigator": (("investigator",), ("*",)), "loader": (("loader",), ("*",)),
    "county": (("reader",), (COUNTY,)), "county-investigator": (("investigator",), (COUNTY,)),
    "city": (("reader",), (CITY,)), "elsewhere": (("reader", "investigator"), (OTHER,)), "nobody": (("reader",), ()),
    "system": (("system_admin",), ("*",)), "off": (("reader",), ("*",)),
}
ROUTES = (
    "/records/{record}", "/records/{record}/lineage", "/records/{record}/lineage?direction=down", "/overview",
    "/findings", "/rules", "/reconciliation", "/repairs", "/graph/{record}.html", "/export/{record}?format=json",
    "/links?from=allocation:A-00000016&to={record}", "/ranking", "/search?q=P-00000376",
)


@pytest.fixture
def serve(fresh_ledger: Callable[[str], Path]) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(people: dict[str, Any] | None = None) -> Running:
        started.append(Running(fresh_ledger("faults"), PEOPLE if people is None else people))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def test_the_person_at_this_machine_reads_without_signing_in_and_decides_nothing(serve: Callable[..., Running]) -> None:
    server = serve({})
    answer = server.get(f"/records/{PAYMENT}/lineage", params={"bounds": "true"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["unsourced"] == "2818.55"
    assert {"version", "engine", "settings"} <= body.keys()
    assert server.get("/overview", headers={"Host": "evil.example"}).status_code == 400
    assert server.ask("POST", "/repairs/L-cee8c6aa945f2222/accept", json={"why": "x"}).status_code == 403
    again = server.get(f"/records/{PAYMENT}/lineage", params={"bounds": "true"},
                       headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_role_and_division_on_every_route(serve: Callable[..., Running]) -> None:
    server = serve()
    inside = {"reader", "investigator", "loader", "county", "county-investigator", "city"}
    for who in PEOPLE:
        for route in ROUTES:
            path = route.format(record=PAYMENT)
            status = server.get(path, who).status_code
            if who == "system":
                wanted = {403}
            elif "{record}" not in route:
                wanted = {200}
            elif route.startswith("/links"):
                wanted = {200} if who in {"reader", "investigator", "loader", "off"} else {404}
            else:
                wanted = {200} if who in inside | {"off"} else {404}
            assert status in wanted, (who, route, status)
    for route in ROUTES:
        assert server.get(route.format(record=PAYMENT)).status_code == 401


def test_lists_and_sums_hold_only_what_lies_inside(serve: Callable[..., Running]) -> None:
    server = serve()
    for who, division in (("county", COUNTY), ("elsewhere", OTHER)):
        findings = server.get("/findings?limit=1000", who).json()["findings"]
        assert {row["division_code"] for row in findings} <= {division}
        overview = server.get("/overview", who).json()
        assert [row["division_code"] for row in overview["divisions"]] == [division]
        assert {row["division_code"] for row in server.get("/reconciliation", who).json()["divisions"]} <= {division}
        ranking = server.get("/ranking", who).json()
        assert {row["division_code"] for row in (*ranking["divisions"], *ranking["not_assessed"])} <= {division}
        hits = server.get("/search?q=410103000&limit=1000", who).json()["hits"]
        assert {hit["division_code"] for hit in hits} <= {division}
    assert server.get("/findings", "nobody").json()["findings"] == []
    assert server.get("/overview", "nobody").json()["divisions"] == []
    whole = {row["division_code"] for row in server.get("/overview", "city").json()["divisions"]}
    assert COUNTY in whole
    assert OTHER not in whole


def test_a_trace_that_crosses_the_border_hides_what_lies_outside(serve: Callable[..., Running]) -> None:
    server = serve()
    answer = server.get(f"/records/{PAYMENT}/lineage", "county").json()
    whole = server.get(f"/records/{PAYMENT}/lineage", "reader").json()
    outside = [node["record"] for node in whole["nodes"] if node["division_code"] != COUNTY]
    assert outside
    text = json.dumps(answer, ensure_ascii=False)
    assert not [record for record in outside if record in text]
    hidden = [node for node in answer["nodes"] if node["kind"] == "hidden"]
    assert len(hidden) == len(outside)
    assert all(node["tier"] and node["division_code"] and not node["title"] for node in hidden)
    assert sorted(row["amount"] for row in answer["sources"]) == sorted(row["amount"] for row in whole["sources"])
    page = server.get(f"/graph/{PAYMENT}.html", "county").text
    assert not [record for record in outside if record in page]


def test_forged_wrong_and_switched_off_ways_in_are_refused(serve: Callable[..., Running],
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    import jwt

    monkeypatch.setenv("LINEAGE_JWT_SECRET", "a secret of at least thirty-two bytes for HS256")
    server = serve()
    soon = int(time.time()) + 60
    good = jwt.encode({"sub": "reader", "exp": soon}, "a secret of at least thirty-two bytes for HS256", "HS256")
    assert server.get("/rules", headers={"Authorization": f"Bearer {good}"}).status_code == 200
    forged = [
        jwt.encode({"sub": "reader", "exp": soon}, "another secret that is long enough for HS256", "HS256"),
        jwt.encode({"sub": "reader", "exp": soon - 120}, "a secret of at least thirty-two bytes for HS256", "HS256"),
        jwt.encode({"sub": "reader"}, "a secret of at least thirty-two bytes for HS256", "HS256"),
        jwt.encode({"sub": "stranger", "exp": soon}, "a secret of at least thirty-two bytes for HS256", "HS256"),
        jwt.encode({"sub": "reader", "exp": soon}, None, "none"), "flk_guess", "x.y.z",
    ]
    for token in forged:
        assert server.get("/rules", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    file = users_file(server.ledger)
    content = json.loads(file.read_text())
    content["users"] = [{**user, "active": user["name"] != "off"} for user in content["users"]]
    file.write_text(json.dumps(content))
    assert server.get("/rules", "off").status_code == 401
    assert server.get("/rules", "reader").status_code == 200


def test_a_session_needs_its_csrf_token_for_changes(serve: Callable[..., Running]) -> None:
    server = serve()
    begun = server.ask("POST", "/session", json={"key": server.keys["investigator"]})
    assert begun.status_code == 201
    cookies = dict(begun.cookies)
    assert server.get("/rules", cookies=cookies).status_code == 200
    path = "/repairs/L-cee8c6aa945f2222/accept"
    assert server.ask("POST", path, json={"why": "seen"}, cookies=cookies).status_code == 401
    good = server.ask("POST", path, json={"why": "seen"}, cookies=cookies,
                      headers={"X-CSRF-Token": begun.json()["csrf"], "Idempotency-Key": "once"})
    assert good.status_code == 201
    again = server.ask("POST", path, "investigator", json={"why": "seen"}, headers={"Idempotency-Key": "once"})
    assert again.json()["accepted"] == good.json()["accepted"]
    ledger = lineage.open(server.ledger)
    assert len(ledger.asserted_links) == 1


def test_decisions_outside_the_scope_are_not_there(serve: Callable[..., Running]) -> None:
    server = serve()
    path = "/repairs/L-cee8c6aa945f2222/accept"
    assert server.ask("POST", path, "elsewhere", json={"why": "x"}).status_code == 404
    assert server.ask("POST", path, "reader", json={"why": "x"}).status_code == 403
    assert server.ask("POST", path, "investigator", json={"why": "x", "by": "boss"}).status_code == 422
    assert server.ask("POST", path, "investigator", json={}).status_code == 422


def test_an_upload_is_followed_to_its_end_while_questions_go_on(serve: Callable[..., Running]) -> None:
    server = serve()
    files = [("files", ("payments.csv", b"payment_id,division_code,amount,pay_date,status,method,payee_kind,"
                        b"payee_name\n"
                        b"P-NEW,410103000,12.50,2017-09-01,valid,direct,village,Dong\n"
                        b"P-BAD,410103000,1O.00,2017-09-01,valid,direct,village,Xi\n", "text/csv"))]
    assert server.ask("POST", "/batches", "reader", files=files).status_code == 403
    taken = server.ask("POST", "/batches", "loader", files=files)
    assert taken.status_code == 202
    name = taken.json()["batch"]
    deadline = time.monotonic() + PATIENCE
    while server.get(f"/batches/{name}", "loader").json()["state"] not in ("done", "failed"):
        assert server.get("//livez").status_code == 200
        assert time.monotonic() < deadline
        time.sleep(0.1)
    result = server.get(f"/batches/{name}", "loader").json()["result"]
    assert (result["loaded"], result["rejected"]) == (1, 1)
    rejects = server.get(f"/batches/{name}/rejects", "loader").json()["rejects"]
    assert (rejects[0]["row"], rejects[0]["column"]) == (3, "amount")
    until(lambda: server.get("/records/payment:P-NEW", "reader").status_code == 200)
    assert server.get(f"/batches/{name}", "reader").status_code == 403
    bad = [("files", ("../../etc/passwd", b"x", "text/csv"))]
    assert server.ask("POST", "/batches", "loader", files=bad).status_code == 422


def test_pages_by_cursor_streams_and_errors_have_one_shape(serve: Callable[..., Running]) -> None:
    server = serve()
    seen: list[str] = []
    cursor = ""
    while True:
        page = server.get("/findings", "reader", params={"limit": 40, "cursor": cursor}).json()
        seen += [row["id"] for row in page["findings"]]
        if not page["next"]:
            break
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == page["total"]
    lines = server.get("/findings?format=ndjson", "reader").text.splitlines()
    assert json.loads(lines[-1]) == {"end": True, "rows": page["total"], "version": page["version"]}
    assert server.get("/findings?format=csv", "reader").text.splitlines()[-1] == f"end,{page['total']}"
    big = b"{" + b" " * 2**20 + b"}"
    errors = [
        server.get("/records/payment:NONE", "reader"), server.get("/findings?cursor=abc", "reader"),
        server.get("/findings?limit=0", "reader"), server.get("/nowhere", "reader"),
        server.ask("DELETE", "/rules", "reader"), server.ask("POST", "/lineage", "reader", json={"records": []}),
        server.ask("POST", "/lineage", "reader", content=big, headers={"Content-Type": "application/json"}),
        server.get("/records/..%2F..%2Fetc/lineage", "reader"), server.get("/records/payment:' OR 1=1--", "reader"),
        server.get(f"/export/{PAYMENT}?format=exe", "reader"),
    ]
    for error in errors:
        assert 400 <= error.status_code < 500
        assert error.headers["content-type"] == "application/problem+json"
        assert set(error.json()) == {"type", "title", "status", "detail", "hint", "instance"}
    assert [error.status_code for error in errors][:7] == [404, 422, 422, 404, 405, 422, 413]


def test_who_looked_at_what_is_kept_and_chained(serve: Callable[..., Running]) -> None:
    server = serve()
    server.get(f"/records/{PAYMENT}/lineage", "county")
    server.get(f"/records/{PAYMENT}/lineage")
    ledger = server.ledger
    server.stop()
    [file] = (ledger / "audit").glob("*.jsonl")
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(entry["who"], entry["status"]) for entry in entries[-2:]] == [("county", 200), (None, 401)]
    assert verify(ledger).problem is None
    lines = file.read_text().replace('"county"', '"nobody"')
    file.write_text(lines)
    assert verify(ledger).problem is not None


def test_nobody_holds_two_administrators_roles() -> None:
    with pytest.raises(Misuse, match="may not be one person"):
        added({}, Person("boss", ("system_admin", "audit_admin")))
