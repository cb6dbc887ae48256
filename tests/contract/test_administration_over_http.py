"""Administrators over HTTP: people are kept by one, the look-up log is read by another, nobody helps oneself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api import cli
from api.access import audit_reading, people
from api.access.audit_reading import Wanted
from tests.serving import Running, running

ROOT = Path(__file__).parent.parent.parent
PEOPLE = {
    "keeper": (("security_admin",), ()), "auditor": (("audit_admin",), ()), "system": (("system_admin",), ()),
    "county": (("investigator",), ("410103000",)),
}


@pytest.fixture
def server(fresh_ledger: Callable[[str], Path]) -> Iterator[Running]:
    with running(fresh_ledger("sound"), PEOPLE) as found:
        yield found


def test_people_are_added_changed_switched_and_given_keys(server: Running) -> None:
    new = {"name": "王五/a", "roles": ["reader"], "divisions": ["410100000"]}
    for who in ("auditor", "system", "county"):
        assert server.ask("POST", "/users", who, json=new).status_code == 403
        assert server.ask("PATCH", "/users/county", who, json={"roles": ["loader"]}).status_code == 403
    added = server.ask("POST", "/users", "keeper", json=new)
    assert (added.status_code, added.headers["cache-control"]) == (201, "no-store")
    server.keys["new"] = added.json()["key"]
    assert server.get("/session", "new").json()["divisions"] == ["410100000"]
    assert server.ask("POST", "/users", "keeper", json=new).status_code == 409
    path = "/users/%E7%8E%8B%E4%BA%94%2Fa"
    changed = server.ask("PATCH", path, "keeper", json={"roles": ["investigator"], "divisions": ["410103000"]})
    assert (changed.status_code, "key" in changed.json()) == (200, False)
    assert server.get("/session", "new").json()["roles"] == ["investigator"]
    renewed = server.ask("POST", f"{path}/key", "keeper").json()["key"]
    assert server.get("/session", "new").status_code == 401
    server.keys["new"] = renewed
    assert server.get("/session", "new").status_code == 200
    assert server.ask("PATCH", path, "keeper", json={"active": False}).json()["has_key"] is False
    assert server.get("/session", "new").status_code == 401
    for bad in ({"roles": ["king"]}, {"roles": []}, {"roles": ["audit_admin", "security_admin"]}, {"name": "x"},
                {"active": "perhaps"}, {"key_hashes": ["x"]}, {"valid_from": 0}):
        assert server.ask("PATCH", path, "keeper", json=bad).status_code == 422, bad
    assert server.ask("PATCH", "/users/nobody", "keeper", json={"active": True}).status_code == 404
    for mine in ({"roles": ["security_admin", "investigator"]}, {"divisions": ["*"]}, {"active": False}):
        assert server.ask("PATCH", "/users/keeper", "keeper", json=mine).status_code == 403
    assert server.ask("POST", "/users/keeper/key", "keeper").status_code == 403
    listed = server.get("/users", "auditor").json()["users"]
    assert {one["name"]: one["active"] for one in listed}["王五/a"] is False
    assert not re.search(r"hash|flk_|[0-9a-f]{64}", json.dumps(listed))
    assert server.get("/users", "system").status_code == 403
    kept = "".join(file.read_text() for file in (server.ledger.parent).glob("*.serve/**/*.json"))
    assert "flk_" not in kept + people.users_file(server.ledger).read_text()
    looks = server.get("/audit?about=/users", "auditor").json()["looks"]
    noted = [one for one in looks if one.get("change")]
    assert {one["who"] for one in noted} == {"keeper"}
    assert noted[0]["change"] == new
    assert noted[-1]["change"] == {"active": False}
    assert "flk_" not in json.dumps(looks)


def test_the_log_is_read_page_by_page_by_person_and_by_what_was_looked_at(server: Running) -> None:
    for number in range(30):
        server.get(f"/records/payment%3AP-{number}", "county")
    for who in ("keeper", "system", "county"):
        assert server.get("/audit", who).status_code == 403
    asked = {"who": "county", "about": "payment:P-", "limit": 7}
    rows, cursor = [], ""
    while cursor is not None:
        page = server.get("/audit", "auditor", params={**asked, "cursor": cursor}).json()
        rows += page["looks"]
        cursor = page["next"]
    assert [one["path"].rpartition("-")[2] for one in rows] == [str(number) for number in range(30)]
    assert page["day"] in page["days"]
    assert rows == [entry for _, entry in audit_reading.lines(server.ledger, page["day"], Wanted("county", "payment:"))]
    stream = server.get("/audit?who=county&format=ndjson", "auditor").text.splitlines()
    assert json.loads(stream[-1]) == {"end": True, "rows": 31}  # the refused look too
    assert server.get("/audit?day=1999-01-01", "auditor").json()["looks"] == []
    assert server.get("/audit?cursor=abc", "auditor").status_code == 422


def test_a_place_in_long_files_of_two_workers_is_found_by_halving(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    for worker in (1, 2):
        moments = range(worker, 40_000, 2)
        text = "".join(f'{{"at":"{moment:06}","who":"w{worker}","path":"/x","query":""}}\n' for moment in moments)
        (folder / f"{worker}-2017-12-01.jsonl").write_text(text + '{"at":"09')
    every = [entry["at"] for _, entry in audit_reading.lines(tmp_path, "2017-12-01", Wanted())]
    assert every == sorted(every)
    assert len(every) == 39_999
    places = [place for place, _ in audit_reading.lines(tmp_path, "2017-12-01", Wanted())]
    for at in (0, 1, 17, 20_000, 39_990):
        rest = [entry["at"] for _, entry in audit_reading.lines(tmp_path, "2017-12-01", Wanted(), places[at])]
        assert rest == every[at + 1 :]


def test_every_command_has_a_row_that_names_its_equal_or_says_why_there_is_none() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    part = page.partition("## The command line's questions over HTTP")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", part, re.M))
    assert rows.keys() == cli.COMMANDS.keys()
    contract = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    known = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, methods in contract["paths"].items()
             for method in methods}
    for command, row in rows.items():
        named = set(re.findall(r"`((?:GET|POST|PATCH|DELETE) [^`]+)`", row))
        assert named <= known, (command, named - known)
        assert named or row.startswith("none: "), command


def test_every_row_of_the_security_page_names_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    part = page.partition("| threat |")[2].partition("\n\n")[0]
    rows = [line.strip("|").split(" | ")[-1] for line in part.splitlines()[2:]]
    assert len(rows) > 15
    for row in rows:
        named = re.findall(r"`([^`]+)`", row)
        assert named, row
        for one in named:
            file, _, test = one.partition("::")
            assert one == "make setup" or (ROOT / file).is_file(), one
            assert not test or f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), one
