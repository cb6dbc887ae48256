"""The ledger as of a day, as known at a batch, without accepted links: over HTTP as on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

import lineage
import queries
from tests.serving import Running, running
from tests.waiting import until

PAYMENT = "payment:P-00000376"
COUNTY = "410503000"
PEOPLE = {"wang": (("investigator", "loader"), ("*",)), "county": (("reader",), (COUNTY,))}


@pytest.fixture
def server(fresh_ledger: Callable[[str], Path]) -> Iterator[Running]:
    with running(fresh_ledger("faults"), PEOPLE) as found:
        yield found


def test_questions_are_answered_as_of_the_day_asked(server: Running) -> None:
    day = date(2017, 6, 30)
    ledger = lineage.open(server.ledger, day)
    asked = {"as_of": day.isoformat()}
    assert server.get("/overview", "wang", params=asked).json()["scale"] == queries.overview(ledger).to_json()["scale"]
    listed = {"limit": 1000, "lang": "en"}
    found = server.get("/findings", "wang", params={**listed, **asked}).json()
    expected = queries.check(ledger).to_json("en")
    assert found["as_of"] == day.isoformat()
    assert {row["id"]: row for row in found["findings"]} == {row["id"]: row for row in expected["findings"]}
    assert found["findings"] != server.get("/findings", "wang", params=listed).json()["findings"]
    trail = ledger.rows("SELECT record FROM payments WHERE pay_date <= $1 ORDER BY record LIMIT 1", (day,))[0]["record"]
    answer = server.get(f"/records/{trail}/lineage", "wang", params={"bounds": True, **asked}).json()
    plain = ledger.trace(trail, bounds=True).to_json()
    assert {key: answer[key] for key in plain} == plain
    later = ledger.from_batches().rows("SELECT max(pay_date) AS last FROM payments")[0]["last"]
    assert later <= day
    ranked = server.get("/ranking", "wang", params=asked).json()["divisions"]
    assert ranked == queries.rank(ledger).to_json()["divisions"]
    before = server.get("/overview?as_of=1990-01-01", "wang")
    assert before.status_code == 200
    for path in ("/findings?", "/ranking?", "/reconciliation?", "/repairs?", "/search?q=410103000&"):
        assert server.get(f"{path}as_of=1990-01-01", "wang").status_code == 200, path


def test_a_day_is_written_one_way_only(server: Running) -> None:
    for text in ("20170630", "0", "86400", "2017-6-3", "2017-06-31", "2017-06-30T00:00:00", "tomorrow"):
        for name, path in (("as_of", "/overview"), ("date", "/reconciliation")):
            assert server.get(path, "wang", params={name: text}).status_code == 422, text


def test_questions_are_answered_as_known_at_a_batch(server: Running) -> None:
    first = server.get("/overview", "wang").json()
    row = ("payments.csv", b"payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,"
                           b"payee_name\nP-NEW,,410103000,100.00,2017-12-01,valid,direct,village,village\n")
    taken = server.ask("POST", "/batches", "wang", files=[("files", row)]).json()["batch"]
    until(lambda: server.get(f"/batches/{taken}", "wang").json()["served"])
    assert server.get("/records/payment:P-NEW", "wang").status_code == 200
    assert server.get("/records/payment:P-NEW?as_known=1", "wang").status_code == 404
    known = server.get("/overview?as_known=1", "wang").json()
    assert known == {**first, "version": known["version"]}
    assert known["version"].startswith("1.")
    assert server.get("/overview?as_known=9", "wang").status_code == 404
    assert server.get("/overview?as_known=0", "wang").status_code == 422


def test_every_figure_with_and_without_accepted_links(server: Running) -> None:
    link = next(one for one in server.get("/repairs?limit=1000", "wang").json()["repairs"] if one["kind"] == "received")
    before = server.get(f"/records/{link['to']}/lineage", "wang").json()
    done = server.ask("POST", f"/repairs/{link['id']}/accept", "wang", json={"why": "the county confirmed"}).json()
    until(lambda: server.get("//readyz").json()["version"] == done["becomes"])
    within = server.get(f"/records/{link['to']}/lineage", "wang").json()
    without = server.get(f"/records/{link['to']}/lineage?asserted=false", "wang").json()
    assert within["sources"] != before["sources"]
    assert without["sources"] == before["sources"]
    tag = server.get("/overview?asserted=false", "wang").headers["etag"]
    assert tag != server.get("/overview", "wang").headers["etag"]
    assert server.get("/overview?asserted=false", "wang", headers={"If-None-Match": tag}).status_code == 304


def test_a_scope_holds_in_every_view(server: Running) -> None:
    for asked in ({"as_of": "2017-06-30"}, {"as_known": "1"}, {"asserted": "false"}):
        rows = server.get("/findings", "county", params={"limit": 1000, **asked}).json()["findings"]
        assert {row["division_code"] for row in rows} == {COUNTY}
        overview = server.get("/overview", "county", params=asked).json()
        assert [row["division_code"] for row in overview["divisions"]] == [COUNTY]
        assert server.get("/records/allocation:A-00000016", "county", params=asked).status_code == 404


def test_few_views_are_held_and_their_answers_go_with_them(server: Running) -> None:
    for day in range(1, 8):
        assert server.get(f"/findings?as_of=2017-06-0{day}", "county").status_code == 200
    held = {key[1] for key in server.service._remembered}
    assert len(held) <= 1 + 2
