"""What people and programs send by mistake or on purpose: slips, bodies, paths, forms, formulas; all are answered."""

from __future__ import annotations

import csv
import io
import json
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import lineage
import loaders
from api.http.service import UPLOADS_MOST
from lineage.ledger import clear, lock
from tests.serving import Running, running
from tests.waiting import until

COUNTY, OTHER = "410103000", "411328000"
PEOPLE = {
    "reader": (("reader",), ("*",)), "investigator": (("investigator",), ("*",)), "loader": (("loader",), ("*",)),
    "county-loader": (("loader",), (COUNTY,)), "unmasker": (("reader", "unmask"), (COUNTY,)),
    "only-unmask": (("unmask",), ("*",)), "county": (("investigator",), (COUNTY,)),
    "both": (("investigator",), ("410100000", COUNTY)),
}
FORMULA = "=cmd|' /C calc'!A0"
ODD_ID = "P/2017/1 %2F..\\x"
HEAD = ("payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,payee_account,"
        "purpose\n")
SHAPE = {"type", "title", "status", "detail", "hint", "instance"}


@pytest.fixture(scope="module")
def ledger(example_ledger: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The faulty province with a formula for a payee, an id that is a path, clear values kept."""
    import shutil

    folder = tmp_path_factory.mktemp("limits") / "copy"
    shutil.copytree(example_ledger("faults").parent, folder)
    path = folder / "ledger"
    clear.folder(path).mkdir(mode=0o700)
    rows = (f"P-EVIL,I-00000314,{COUNTY},1.00,2017-06-01,valid,direct,village,\"{FORMULA}\",,\n"
            f"\"{ODD_ID}\",I-00000314,{COUNTY},2.00,2017-06-01,valid,direct,person,Li,6222021234567890123,\n")
    (folder / "payments.csv").write_text(HEAD + rows, encoding="utf-8")
    assert loaders.load(path, [folder / "payments.csv"]).loaded == 2
    return path


@pytest.fixture(scope="module")
def server(ledger: Path) -> Iterator[Running]:
    with running(ledger, PEOPLE) as found:
        yield found


@pytest.mark.parametrize(("path", "status", "word"), [
    ("/records/payment:P-0000037", 404, "nearest"), ("/records/paymnt:P-00000376", 404, ""),
    ("/records/payment:P-00000376/lineage?policy=fiffo", 422, "pro-rata"),
    ("/records/payment:P-00000376/lineage?polcy=fifo", 422, "no such parameter"),
    ("/records/payment:P-00000376/lineage?policy=fifo&policy=lifo", 422, "2 times"),
    ("/records/payment:P-00000376/lineage?depth=-1", 422, "depth"),
    ("/records/payment:P-00000376/lineage?depth=x", 422, "depth"),
    ("/records/payment:P-00000376/lineage?direction=sideways", 422, "up"),
    ("/records/payment:P-00000376/lineage?bounds=perhaps", 422, "bounds"),
    ("/reconciliation?date=2017-13-01", 422, "date"), ("/reconciliation?date=yesterday", 422, "date"),
    ("/reconciliation?division=419999", 404, "division"), ("/findings?cursor=abc", 422, "cursor"),
    ("/findings?cursor=WzEsMl0", 422, "cursor"), ("/findings?cursor=%00", 422, "cursor"),
    ("/findings?rule=flow/overpayed", 422, "flow/overpaid"), ("/findings?severity=pink", 422, "red"),
    ("/findings?limit=0", 422, "limit"), ("/findings?limit=1e9", 422, "limit"), ("/findings/F-0", 404, "finding"),
    ("/search?q=", 422, "q"), ("/search?q=x&kind=nonsense", 422, "kind"), ("/search", 422, "q"),
    ("/search?q=" + "x" * 500, 422, "q"), ("/overview?year=20177", 422, "year"), ("/overview?by=colour", 422, "by"),
    ("/export/payment:P-00000376?format=exe", 422, "csv"), ("/rules/flow/overpayed", 404, "flow/overpaid"),
    ("/nowhere", 404, ""),
    ("/links?from=payment:P-00000376", 422, "to"), ("/batches/99", 404, "batch"), ("/batches/١", 404, "batch"),
    ("/batches/U-../../x", 404, ""), ("/records/%00", 404, ""), ("/records/payment:%00", 404, ""),
    ("/records/..%2F..%2Fetc%2Fpasswd", 404, ""), ("/records/payment:' OR 1=1--", 404, ""),
    ("/records/payment:P-00000376%27;DROP TABLE payments", 404, ""), ("/records/" + "x" * 500, 422, ""),
    ("/graph/..%2f..%2fledger.key.html", 404, ""), ("//assets/..%2Fsignin.py", 404, ""),
    ("//assets/%2e%2e/signin.py", 404, ""), ("/records/资金", 404, ""), ("/records/%FF%FE", 404, ""),
])
def test_a_slip_is_told_in_one_shape(server: Running, path: str, status: int, word: str) -> None:
    answer = server.get(path, "loader")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == SHAPE
    assert body["status"] == status
    assert word in body["detail"] + body["hint"]
    assert answer.headers["x-request-id"]


def test_an_id_with_a_slash_a_blank_and_a_percent_is_one_part_of_a_path(server: Running) -> None:
    name = f"payment:{ODD_ID}"
    found = server.get(f"/records/{quote(name, safe='')}", "reader")
    assert found.json()["record"] == name
    assert server.get(f"/records/{quote(name, safe='')}/lineage", "reader").json()["record"] == name
    assert server.get(f"/export/{quote(name, safe='')}?format=xlsx", "reader").status_code == 200
    page = server.get(f"/graph/{quote(name, safe='')}.html", "reader")
    assert page.status_code == 200
    assert "no-referrer" in page.headers["referrer-policy"]


def test_head_and_options(server: Running) -> None:
    whole, head = (server.ask(method, "/rules", "reader") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])
    assert head.headers["content-length"] == whole.headers["content-length"]
    options = server.ask("OPTIONS", "/session")
    assert (options.status_code, options.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS, POST")
    assert server.ask("OPTIONS", "/nowhere").status_code == 404
    refused = server.ask("PATCH", "/rules", "reader", json={})
    assert refused.status_code == 405
    assert "GET" in refused.headers["allow"]


def test_what_is_known_is_not_sent_again_and_a_request_keeps_its_id(server: Running) -> None:
    path = "/records/payment:P-00000376/lineage"
    first = server.get(path, "reader", headers={"X-Request-ID": "ask-0001-abcd"})
    assert first.headers["x-request-id"] == "ask-0001-abcd"
    assert server.get(path, "reader", headers={"X-Request-ID": "<script>"}).headers["x-request-id"] != "<script>"
    tag = first.headers["etag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = server.get(path, "reader", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert server.get(path, "county", headers={"If-None-Match": tag}).status_code == 200  # another scope's answer
    assert server.get(path + "?policy=fifo", "reader", headers={"If-None-Match": tag}).status_code == 200


def test_bodies_too_large_too_deep_or_not_what_they_say(server: Running) -> None:
    kind = {"Content-Type": "application/json"}
    big = server.ask("POST", "/lineage", "reader", content=b"[" + b" " * 10 * 2**20, headers=kind)
    assert big.status_code == 413
    chunks = server.ask("POST", "/lineage", "reader", content=iter([b"{", b"}"]), headers=kind)
    assert chunks.status_code == 411
    deep = server.ask("POST", "/lineage", "reader", content=b"[" * 200_000, headers=kind)
    assert deep.status_code in (400, 422)
    for body in (b"", b"null", b"[]", b"{", b"\xff", b'{"records": "payment:P-1"}', b'{"records": [1]}',
                 b'{"records": []}', b'{"records": ["a"], "by": "boss"}', b'{"records": ["a"], "bounds": NaN}'):
        answer = server.ask("POST", "/lineage", "reader", content=body, headers=kind)
        assert answer.status_code in (400, 422), body
        assert set(answer.json()) == SHAPE
    many = {"records": ["payment:P-00000376"] * 1001}
    assert server.ask("POST", "/lineage", "reader", json=many).status_code == 422
    text = {"Content-Type": "text/plain"}
    plain = server.ask("POST", "/lineage", "reader", content=b'{"records": ["a"]}', headers=text)
    assert plain.status_code == 422
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(b"GET /api/v1/rules HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 400")


def test_who_asks_too_fast_is_told_to_wait(example_ledger: Callable[[str], Path], tmp_path: Path,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_USERS", str(tmp_path / "users.json"))
    with running(example_ledger("faults"), PEOPLE, requests_per_second=5.0) as server:
        answers = [server.get("/rules", "reader") for _ in range(40)]
        slowed = [one for one in answers if one.status_code == 429]
        assert slowed
        assert slowed[0].headers["retry-after"] == "2"
        assert server.get("//livez").status_code == 200


def test_uploads_that_wait_are_so_many_at_most(fresh_ledger: Callable[[str], Path], tmp_path: Path,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_USERS", str(tmp_path / "users.json"))
    path = fresh_ledger("faults")

    def sent(server: Running, number: int) -> Any:
        row = f"P-WAIT-{number},I-00000314,{COUNTY},1.00,2017-06-01,valid,direct,village,,,\n"
        return server.ask("POST", "/batches", "loader", files={"files": ("payments.csv", (HEAD + row).encode())})

    with running(path, PEOPLE) as server:
        with lock.held(path / lock.NOTE, "another", "2017-12-31"):
            waiting = [sent(server, number) for number in range(UPLOADS_MOST)]
            one_more = sent(server, UPLOADS_MOST)
        assert [one.status_code for one in waiting] == [202] * UPLOADS_MOST
        assert (one_more.status_code, one_more.headers["retry-after"]) == (429, "2")
        assert f"{UPLOADS_MOST} uploads" in one_more.json()["detail"]
        names = [one.json()["batch"] for one in waiting]
        until(lambda: all(server.get(f"/batches/{name}", "loader").json()["state"] == "done" for name in names))
        assert sent(server, UPLOADS_MOST).status_code == 202


def test_formulas_cannot_run_in_any_file(server: Running) -> None:
    path = "/export/payment:P-EVIL?format="
    for line in csv.reader(io.StringIO(server.get(path + "csv", "reader").text)):
        assert not [cell for cell in line if cell.startswith(("=", "+", "@"))]
    workbook = zipfile.ZipFile(io.BytesIO(server.get(path + "xlsx", "reader").content))
    for name in workbook.namelist():
        text = workbook.read(name).decode("utf-8", "replace")
        assert "<f>" not in text
    rows = server.get("/findings?format=csv", "reader").text
    assert rows.startswith("\ufeff")
    assert not [cell for line in csv.reader(io.StringIO(rows)) for cell in line if cell.startswith(("=", "+", "@"))]
    assert FORMULA in server.get("/records/payment:P-EVIL", "reader").json()["payee_name"]  # JSON is what it is
    assert "<script" not in server.get("/search?q=<script>", "reader").headers["content-type"]


def test_clear_numbers_take_a_role_a_purpose_and_are_logged(server: Running, ledger: Path) -> None:
    path = f"/records/{quote('payment:' + ODD_ID, safe='')}"
    purpose = {"X-Purpose": "核查投诉 2017-12".encode()}
    masked = server.get(path, "unmasker").json()["payee_account"]
    assert "*" in masked
    assert server.get(path + "?unmask=true", "reader", headers=purpose).status_code == 403
    assert server.get(path + "?unmask=true", "only-unmask", headers=purpose).status_code == 403
    assert server.get(path + "?unmask=true", "unmasker").status_code == 422
    assert server.get("/records/payment:P-00000001?unmask=true", "unmasker", headers=purpose).status_code == 404
    seen = server.get(path + "?unmask=true", "unmasker", headers=purpose)
    assert seen.json()["payee_account"] == "6222021234567890123"
    again = server.get(path + "?unmask=true", "unmasker", headers=purpose | {"If-None-Match": seen.headers["etag"]})
    assert again.status_code == 200  # each look is answered and logged
    server.service.log.sync()
    lines = [json.loads(line) for file in (ledger / "audit").glob("*.jsonl") for line in file.read_text().splitlines()]
    looks = [line for line in lines if line.get("unmasked")]
    assert [(one["who"], one["purpose"], one["unmasked_columns"]) for one in looks] == [
        ("unmasker", "核查投诉 2017-12", ["payee_account"])] * 2
    assert "6222021234567890123" not in "\n".join(map(str, lines))
    aside = clear.folder(ledger).rename(ledger.parent / "aside")
    try:
        none = server.get(path + "?unmask=true", "unmasker", headers=purpose)
        assert (none.status_code, "keeps no clear values" in none.json()["detail"]) == (404, True)
    finally:
        aside.rename(clear.folder(ledger))


def upload(server: Running, who: str, files: dict[str, str], **more: Any) -> dict[str, Any]:
    """Send files, follow to the end; the last state."""
    parts = [("files", (name, text.encode(), "text/csv")) for name, text in files.items()]
    taken = server.ask("POST", "/batches", who, files=parts, **more)
    assert taken.status_code == 202, taken.text
    path = taken.json()["follow"].removeprefix("/api/v1")
    until(lambda: server.get(path, who).json()["state"] in ("done", "failed"))
    return dict(server.get(path, who).json())


def test_a_loader_of_some_divisions_loads_rows_of_these_only(fresh_ledger: Callable[[str], Path]) -> None:
    path = fresh_ledger("faults")
    ledger = lineage.open(path)
    foreign = ledger.rows("SELECT * FROM payments WHERE division_code = $1 LIMIT 1", (OTHER,))[0]["payment_id"]
    account, far = (ledger.rows("SELECT account_id, division_code FROM special_accounts ORDER BY 1 LIMIT 1")[0][name]
                    for name in ("account_id", "division_code"))
    entry = ledger.rows("SELECT entry_id FROM account_entries WHERE account_id = $1 LIMIT 1", (account,))[0]["entry_id"]
    assert far != COUNTY
    files = {
        "payments.csv": HEAD
        + f"P-OWN,,{COUNTY},12.50,2017-09-01,valid,direct,village,Dong,,\n"
        + f"P-FAR,,{OTHER},99.00,2017-09-01,valid,direct,village,Xi,,\n"
        + f"{foreign},,{COUNTY},1.00,2017-09-01,valid,direct,village,Nan,,\n",
        "divisions.csv": f"division_code,name,level,fiscal_parent\n{OTHER},mine now,county,{COUNTY}\n",
        "fund_scope.csv": "fiscal_year,function_code,listed\n2017,2130505,true\n",
        "special_accounts.csv": f"account_id,division_code,name,accounting_enabled\nS-OWN,{COUNTY},own,true\n",
        "account_entries.csv": "entry_id,account_id,date,direction,amount\n"
        "E-OWN,S-OWN,2017-09-01,receipt,5.00\n"
        f"E-OWN2,special_account:S-OWN,2017-09-02,expenditure,5.00\nE-FAR,{account},2017-09-01,expenditure,7.00\n"
        f"{entry},S-OWN,2017-09-01,expenditure,8.00\nE-NONE,S-NOWHERE,2017-09-01,receipt,9.00\n",
        "transfers.csv": "transfer_id,kind,source_id,to_division_code,issue_date,amount\n"
        f"T-FAR,issue,indicator:I-00000314,{OTHER},2017-09-01,3.00\n"
        f"T-OWN,breakdown,indicator:I-00000314,{COUNTY},2017-09-01,4.00\n",
        "steps.csv": f"record,step,date\npayment:P-OWN,pay,2017-09-01\npayment:{foreign},pay,2017-09-01\n",
        "one_card_payments.csv": "one_card_payment_id,batch_id,person_id,month,amount,status\n"
        "C-FAR,B-00000088,410105199001011234,2017-09,6.00,paid\n",
    }
    with running(path, PEOPLE) as server:
        end = upload(server, "county-loader", files)
        assert end["state"] == "done", end
        counted = {row["table"]: (row["loaded"], row["corrected"], row["rejected"]) for row in end["result"]["tables"]}
        assert counted == {
            "payments": (1, 0, 2), "divisions": (0, 0, 1), "fund_scope": (0, 0, 1), "special_accounts": (1, 0, 0),
            "account_entries": (2, 0, 3), "transfers": (1, 0, 1), "steps": (1, 0, 1), "one_card_payments": (0, 0, 1),
        }
        listed = server.get(f"/batches/{end['batch']}/rejects", "county-loader").json()["rejects"]
        assert all(row["expected"].endswith(f"({COUNTY})") for row in listed)
        assert {row["file"] for row in listed} == {name for name, counts in files.items() if counted[name[:-4]][2]}
        assert server.get(f"/batches/{end['batch']}", "loader").status_code == 404  # another's
        assert server.get("/batches/2", "county-loader").status_code == 404
        after = lineage.open(path)
        assert after.rows("SELECT division_code FROM payments WHERE payment_id = $1", (foreign,)) == [
            {"division_code": OTHER}]
        whole = upload(server, "loader", {"payments.csv": files["payments.csv"]})["result"]
        assert (whole["loaded"], whole["unchanged"], whole["rejected"]) == (1, 1, 1)


def test_uploads_that_are_no_files_of_ours(server: Running) -> None:
    def status(name: str, content: bytes = b"x", part: str = "files", query: str = "") -> int:
        return server.ask("POST", f"/batches{query}", "loader", files=[(part, (name, content, "text/csv"))]).status_code

    for name in ("../../etc/cron.d/x", "..\\x.csv", ".hidden", "a" * 200 + ".csv", "/etc/passwd"):
        assert status(name) == 422, name
    assert status("x.csv", part="file") == 422
    assert status("x.csv", query="?profile=..%2Fsecret") == 422
    assert status("x.csv", query="?profile=nonesuch") == 422
    assert status("x.csv", query="?allow_move=true") == 422
    assert server.ask("POST", "/batches", "loader", json={"files": "x"}).status_code == 415
    end = upload(server, "loader", {"odd.csv": "a,b\n1,2\n"})
    assert (end["state"], "cannot tell which table" in end["result"]["detail"]) == ("failed", True)
    folder = server.ledger.with_name(server.ledger.name + ".serve")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not list(folder.glob("uploads/U-*/*"))  # numbers in clear do not stay


def test_a_repeated_post_does_nothing_twice(fresh_ledger: Callable[[str], Path]) -> None:
    path = fresh_ledger("faults")
    with running(path, PEOPLE) as server:
        key = {"Idempotency-Key": "one"}
        finding = server.get("/findings?limit=1", "investigator").json()["findings"][0]["id"]
        event = {"event": "comment", "comment": "seen"}
        first, second = (server.ask("POST", f"/findings/{finding}/events", "investigator", json=event, headers=key)
                         for _ in range(2))
        assert first.status_code == second.status_code == 201
        assert second.headers["idempotency-replayed"] == "true"
        assert first.json()["events"] == second.json()["events"]
        other = {"event": "comment", "comment": "another"}
        refused = server.ask("POST", f"/findings/{finding}/events", "investigator", json=other, headers=key)
        assert refused.status_code == 422
        files = {"payments.csv": HEAD + f"P-ONCE,,{COUNTY},1.00,2017-09-01,valid,direct,village,V,,\n"}
        one, two = (upload(server, "loader", files, headers=key) for _ in range(2))
        assert one["batch"] == two["batch"]
        assert len(lineage.open(path).decisions) == 1
        assert lineage.open(path).batch == 2
        repair = "/repairs/L-cee8c6aa945f2222/accept"
        done = server.ask("POST", repair, "investigator", json={"why": "same number"})
        assert done.status_code == 201
        assert done.json()["becomes"] == "2.2"
        assert server.ask("POST", repair, "investigator", json={"why": "again"}).status_code in (404, 409)
        until(lambda: server.get("//readyz").json()["version"] == "2.2")
        back = server.ask("POST", "/repairs/L-cee8c6aa945f2222/revoke", "investigator", json={"why": "a slip"})
        assert back.status_code == 201
        assert server.ask("POST", "/repairs/L-cee8c6aa945f2222/revoke", "investigator",
                          json={"why": "a slip"}).status_code == 404


def test_somebody_of_two_divisions_acts_for_the_nearest(server: Running) -> None:
    mine = server.get("/findings?limit=1000", "county").json()["findings"]
    assert mine
    path = f"/findings/{mine[0]['id']}/events"
    assert server.ask("POST", path, "both", json={"event": "review"}).status_code == 201
    said = server.ask("POST", path, "both", json={"event": "explain", "comment": "the county's own word"})
    assert said.status_code == 201, said.text  # a superior may not explain
    assert said.json()["events"][-1]["acting_for"] == COUNTY
