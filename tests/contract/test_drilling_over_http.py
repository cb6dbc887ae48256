"""Over HTTP what the command line can: figures and scores opened, samples, explanations, batches taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import lineage
import queries
from api.access.scopes import division_of
from lineage.explain import explain
from lineage.ledger import Ledger, verify
from lineage.money import to_fen
from queries.rank import rank_terms
from queries.rank_weights import COUNTED
from tests.serving import Running, running
from tests.waiting import until

COUNTY, CITY, PAYMENT = "410103000", "410100000", "payment:P-00000376"
PEOPLE = {
    "wang": (("investigator", "loader"), ("*",)), "county": (("investigator", "loader"), (COUNTY,)),
    "city": (("investigator",), (CITY,)), "colleague": (("loader",), (COUNTY,)), "reader": (("reader",), ("*",)),
}
HEAD = "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"


@pytest.fixture(scope="module")
def server(example_ledger: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    import shutil

    folder = tmp_path_factory.mktemp("drilling") / "copy"
    shutil.copytree(example_ledger("faults").parent, folder)
    with running(folder / "ledger", PEOPLE) as found:
        yield found


@pytest.fixture
def ledger(server: Running) -> Ledger:
    return lineage.open(server.ledger)




def test_every_figure_of_the_overview_opens_to_records_that_make_it(server: Running, ledger: Ledger) -> None:
    overview = server.get("/overview", "wang").json()
    asked = {f"scale.{tier}": overview["scale"][tier] for tier in ("province", "city", "county", "relocation")}
    asked |= {"expenditure": overview["expenditure"]["total"], "scale": overview["scale"]["total"],
              "in_transit": overview["in_transit"], "carried_over": overview["carried_over"]["amount"],
              "special_account_difference": overview["special_account_difference"]}
    for row in overview["divisions"][:12]:
        code = row["division_code"]
        asked |= {f"{name}:{code}": row[name] for name in ("own", "passed_down", "scale", "expenditure")}
        asked |= {f"received.{tier}:{code}": amount for tier, amount in row["received"].items() if tier != "unknown"}
    for figure, amount in asked.items():
        opened = server.get("/figures", "wang", params={"figure": figure, "limit": 1000}).json()
        assert (opened["figure"], opened["amount"]) == (figure, amount)
        assert sum(to_fen(row["amount"]) for row in opened["records"]) == to_fen(amount), figure
        assert opened["total"] == len(opened["records"])
        assert opened["next"] is None
    month = server.get("/overview?by=month", "wang").json()["groups"][-1]
    params = {"figure": "expenditure", "by": "month", "group": month["key"]}
    assert server.get("/figures", "wang", params=params).json()["amount"] == month["expenditure"]
    plain = queries.overview_records(ledger, "expenditure").to_json()["records"]
    first = server.get("/figures", "wang", params={"figure": "expenditure", "limit": 7}).json()
    second = server.get("/figures", "wang", params={"figure": "expenditure", "limit": 7, "cursor": first["next"]})
    assert first["records"] + second.json()["records"] == plain[:14]
    for bad in ("expenses", "expenditure.village", "expenditure:419999999"):
        assert server.get("/figures", "wang", params={"figure": bad}).status_code in (404, 422)
    assert server.get("/figures", "county", params={"figure": f"expenditure:{CITY}"}).status_code == 404


def test_a_score_opens_to_the_records_of_its_parts(server: Running, ledger: Ledger) -> None:
    ranked = server.get("/ranking?policy=fifo&limit=3", "wang").json()
    assert ranked["policy"] == "fifo"
    seen = 0
    for row in ranked["divisions"]:
        for one in row["parts"]:
            path = f"/ranking/{row['division_code']}/{one['part']}"
            opened = server.get(path, "wang", params={"policy": "fifo", "limit": 1000}).json()
            plain = queries.rank_records(ledger, rank_terms(None, "fifo"), row["division_code"], one["part"])
            assert [record["record"] for record in opened["records"]] == [record["record"] for record in plain]
            for name in ("numerator", "denominator"):
                total = sum(record[name] if one["part"] in COUNTED else to_fen(record[name])
                            for record in opened["records"])
                assert total == (one[name] if one["part"] in COUNTED else to_fen(str(one[name]))), (path, name)
            seen += len(plain)
    assert seen
    assert server.get(f"/ranking/{CITY}/chain", "county").status_code == 404
    assert server.get(f"/ranking/{COUNTY}/beauty", "wang").status_code in (404, 422)


def test_a_sample_is_the_one_that_the_command_line_draws(server: Running, ledger: Ledger) -> None:
    for method in ("random", "money"):
        drawn = server.get(f"/samples?size=9&seed=4&method={method}", "wang").json()
        plain = queries.sample(ledger, queries.Plan(9, method, 4)).to_json()
        assert {key: drawn[key] for key in plain} == plain
    mine = server.get("/samples?size=50&kind=indicator", "county").json()
    assert mine["records"]
    assert {row["division_code"] for row in mine["records"]} == {COUNTY}
    assert mine["population"] == len(ledger.rows(
        "SELECT 1 FROM indicators WHERE division_code = $1 AND amount_fen > 0", (COUNTY,)))
    assert server.get("/samples?division=410882000", "county").status_code == 404


def test_an_amount_is_explained_as_far_as_one_sees(server: Running, ledger: Ledger) -> None:
    plain = explain(ledger, PAYMENT, "fifo").to_json()
    answer = server.get(f"/records/{PAYMENT}/explanation?policy=fifo", "wang").json()
    assert {key: answer[key] for key in plain} == plain
    assert answer["hidden_steps"] == 0
    source = plain["sources"][0]["record"]
    part = server.get(f"/records/{PAYMENT}/explanation", "wang", params={"source": source, "policy": "fifo"}).json()
    assert [one["record"] for one in part["sources"]] == [source]
    mine = server.get(f"/records/{PAYMENT}/explanation?policy=fifo", "county").json()
    assert mine["steps"]
    assert {division_of(ledger, step["pool"]) for step in mine["steps"]} == {COUNTY}
    assert mine["hidden_steps"] == len(plain["steps"]) - len(mine["steps"]) > 0
    assert sorted(one["amount"] for one in mine["sources"]) == sorted(one["amount"] for one in plain["sources"])
    assert any(one["record"].startswith("hidden:") for one in mine["sources"])
    assert server.get(f"/records/{PAYMENT}/explanation", "county", params={"source": source}).status_code == 404
    assert server.get(f"/records/{PAYMENT}/explanation?policy=poison", "wang").status_code == 422


def test_a_division_alone_explains_its_differences(server: Running) -> None:
    said = {"division_code": COUNTY, "measure": "expenditure", "amount": "120.50", "why": "drawn up a day earlier"}
    for who, status in (("wang", 403), ("city", 403), ("reader", 403)):
        assert server.ask("POST", "/reconciliation/explanations", who, json=said).status_code == status, who
    other = {**said, "division_code": "410882000"}
    assert server.ask("POST", "/reconciliation/explanations", "county", json=other).status_code == 404
    for bad in ({"amount": "1,20"}, {"amount": 120.5}, {"measure": "size"}, {"why": "\n"}, {"by": "x"}):
        assert server.ask("POST", "/reconciliation/explanations", "county", json=said | bad).status_code == 422, bad
    done = server.ask("POST", "/reconciliation/explanations", "county", json=said)
    assert done.status_code == 201, done.text
    until(lambda: server.get("//readyz").json()["version"] == done.json()["becomes"])
    rows = server.get("/reconciliation", "wang", params={"division": COUNTY}).json()["divisions"]
    told = [one for row in rows if (row["measure"], row["tier"]) == ("expenditure", "all")
            for one in row["explanations"]]
    assert [(one["by"], one["amount"], one["why"]) for one in told] == [("county", "120.50", said["why"])]


def loaded(server: Running, who: str, record: str, division: str = COUNTY) -> str:
    """Load one payment; the upload's name once it is served."""
    content = (HEAD + f"{record},,{division},12.50,2017-09-01,valid,direct,village,Dong\n").encode()
    taken = server.ask("POST", "/batches", who, files=[("files", ("payments.csv", content, "text/csv"))]).json()
    until(lambda: server.get(f"/batches/{taken['batch']}", who).json()["served"])
    return str(taken["batch"])


def test_a_batch_is_taken_back_by_who_may(server: Running) -> None:
    own, whole_batch = loaded(server, "county", "P-BACK-1"), loaded(server, "wang", "P-BACK-2")
    number = server.get(f"/batches/{own}", "county").json()["result"]["batch"]
    why = {"why": "a wrong file"}
    path = f"/batches/{own}/withdrawal"
    for who, address, status in (
        ("colleague", path, 404), ("wang", path, 404), ("city", path, 403), ("reader", path, 403),
        ("county", f"/batches/{whole_batch}/withdrawal", 404), ("county", f"/batches/{number}/withdrawal", 404),
        ("county", "/batches/1/withdrawal", 404), ("wang", "/batches/99/withdrawal", 404),
    ):
        assert server.ask("POST", address, who, json=why).status_code == status, (who, address)
    assert server.ask("POST", path, "county", json={"why": " "}).status_code == 422
    key = {"Idempotency-Key": "back"}
    done, again = (server.ask("POST", path, "county", json=why, headers=key) for _ in range(2))
    assert done.status_code == again.status_code == 201, done.text
    assert done.json()["withdraws"] == [number]
    assert again.json()["batch"] == done.json()["batch"]
    assert server.ask("POST", path, "county", json=why).status_code == 409
    until(lambda: server.get("//readyz").json()["version"] == done.json()["becomes"])
    assert server.get("/records/payment:P-BACK-1", "county").status_code == 404
    assert server.get("/records/payment:P-BACK-2", "county").status_code == 200
    assert server.get(f"/records/payment:P-BACK-1?as_known={number}", "county").status_code == 200
    undone = server.ask("POST", f"/batches/{done.json()['batch']}/withdrawal", "wang", json={"why": "it was right"})
    assert undone.status_code == 201
    until(lambda: server.get("/records/payment:P-BACK-1", "county").status_code == 200)
    assert verify(server.ledger).problem is None
    assert lineage.open(server.ledger).history.last.who == "wang"  # type: ignore[union-attr]


def test_accepted_links_are_listed_with_what_takes_them_back(server: Running) -> None:
    links = [one for one in server.get("/repairs?limit=1000", "wang").json()["repairs"] if one["kind"] == "received"]
    done = server.ask("POST", f"/repairs/{links[0]['id']}/accept", "wang", json={"why": "confirmed"}).json()
    until(lambda: server.get("//readyz").json()["version"] == done["becomes"])
    [one] = server.get("/repairs/accepted", "wang").json()["accepted"]
    assert (one["from"], one["to"], one["who"], one["why"]) == (links[0]["from"], links[0]["to"], "wang", "confirmed")
    assert server.get("/repairs/accepted", "county").json()["accepted"] == []
    back = server.ask("POST", f"/repairs/{one['entry']}/revoke", "wang", json={"why": "a slip"})
    assert back.status_code == 201
    until(lambda: server.get("/repairs/accepted", "wang").json()["accepted"] == [])
