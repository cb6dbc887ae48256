"""What comes over HTTP, changed: JSON of other kinds, torn uploads, made-up cursors, keys, cookies and signed tokens.

Each is answered: with what was asked, or with a problem of the one shape; never a 5xx, and nobody gets in by chance.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from api.access.people import read_people, users_file
from lineage.ledger import verify
from tests.hostile.changing import LONG, changed, changed_json
from tests.serving import Running, running
from tests.waiting import until

TRIES = 1500 if LONG else 60
SHAPE = {"type", "title", "status", "detail", "hint", "instance"}
PEOPLE = {
    "all": (("reader", "investigator", "loader"), ("*",)),
    "system": (("system_admin",), ("*",)),
    "security": (("security_admin",), ("*",)),
    "li": (("reader",), ("*",)),
}
SECRET = "a secret that signs tokens, long enough for HS256"
RECORD = "payment:P-00000376"
BODIES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("all", "POST", "/lineage", {"records": [RECORD], "policy": "fifo", "direction": "up"}),
    ("all", "POST", "/findings/{finding}/events", {"event": "review", "comment": "看过", "due": "2018-02-01"}),
    ("all", "POST", "/reconciliation/explanations",
     {"division_code": "410103000", "measure": "expenditure", "tier": "county", "why": "时间差", "amount": "1.00"}),
    ("all", "POST", "/cases", {"title": "大孟镇道路"}),
    ("all", "POST", "/cases/K-0001/events", {"event": "added", "record": RECORD, "policy": "fifo", "text": "x"}),
    ("all", "POST", "/repairs/L-0000000000000000/accept", {"why": "同号同额"}),
    ("all", "POST", "/batches/99/withdrawal", {"why": "错"}),
    ("security", "POST", "/users", {"name": "wang", "roles": ["reader"], "divisions": ["410103000"]}),
    ("security", "PATCH", "/users/li", {"divisions": ["*"], "active": True}),
    ("", "POST", "/session", {"key": "flk_0"}),
)  # fmt: skip
UPLOAD = (
    b'--edge\r\nContent-Disposition: form-data; name="files"; filename="payments.csv"\r\nContent-Type: text/csv\r\n\r\n'
    b"payment_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"
    b"P-TORN-1,410103000,1.00,2017-06-01,valid,direct,village,V\n\r\n--edge--\r\n"
)


@pytest.fixture(scope="module")
def server(example_ledger: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("bodies") / "copy"
    shutil.copytree(example_ledger("faults").parent, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINEAGE_JWT_SECRET", SECRET)
        with running(folder / "ledger", PEOPLE) as found:
            yield found


def told(answer: httpx.Response, place: object) -> None:
    """An answer, or a problem of the one shape."""
    assert answer.status_code < 500, (place, answer.status_code, answer.text[:300])
    if answer.status_code >= 400:
        assert set(answer.json()) == SHAPE, place
        assert answer.json()["detail"], place


def test_json_of_other_kinds_is_answered_or_told(server: Running) -> None:
    finding = server.get("/findings?limit=1", "all").json()["findings"][0]["id"]
    answered = 0
    for number in range(TRIES):
        chance = random.Random(f"body {number}")
        who, method, path, body = BODIES[number % len(BODIES)]
        content = changed_json(json.dumps(body).encode(), chance)
        kind = {"Content-Type": chance.choice(["application/json"] * 8 + ["text/plain", ""])}
        answer = server.ask(method, path.format(finding=finding), who, content=content, headers=kind)
        told(answer, (number, path, content))
        answered += answer.status_code < 400
    assert answered
    assert read_people(users_file(server.ledger))["system"].roles == ("system_admin",)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the parser's own temporary files
def test_torn_uploads_are_taken_or_told_and_every_row_is_accounted_for(server: Running) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    for number in range(TRIES // 2):
        chance = random.Random(f"upload {number}")
        answer = server.ask("POST", "/batches?dry_run=true", "all", content=changed(UPLOAD, chance), headers=kind)
        told(answer, number)
        if answer.status_code != 202:
            continue
        follow = answer.json()["batch"]
        until(lambda name=follow: server.get(f"/batches/{name}", "all").json()["state"] in ("done", "failed"))  # type: ignore[misc]
        ended = server.get(f"/batches/{follow}", "all").json()
        result = ended["result"]
        if ended["state"] == "failed":
            assert result["hint"] != "please report it", (number, result)
        else:
            assert result["read"] == sum(result[name] for name in ("loaded", "corrected", "unchanged", "rejected"))
    assert verify(server.ledger).problem is None


def test_a_body_that_ends_too_soon_holds_up_nobody(server: Running) -> None:
    head = (
        f"POST /api/v1/batches HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.keys['all']}\r\n"
        f"Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {len(UPLOAD)}\r\n\r\n"
    ).encode()
    for number in range(TRIES // 6):
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(head + UPLOAD[: random.Random(f"cut {number}").randrange(len(UPLOAD))])
    assert server.get("/rules", "all").status_code == 200
    assert not list((server.ledger.parent / "ledger.serve" / "uploads").glob("*/payments.csv"))


def test_changed_cursors_are_refused_or_a_page(server: Running) -> None:
    first = server.get("/findings?limit=2", "all").json()["next"]
    refused = 0
    for number in range(TRIES):
        given = changed(first.encode(), random.Random(f"cursor {number}")).decode("latin-1")
        answer = server.ask("GET", "/findings", "all", params={"limit": 2, "cursor": given})
        told(answer, given)
        refused += answer.status_code == 422
    assert refused > TRIES * 0.8


def test_changed_keys_cookies_and_tokens_open_nothing(server: Running) -> None:
    server.get("/rules", "all")
    begun = server.ask("POST", "/session", json={"key": server.keys["all"]})
    cookie = begun.headers["set-cookie"].split(";")[0].partition("=")
    token = jwt.encode({"sub": "all", "exp": 4_000_000_000}, SECRET, "HS256")
    sound: dict[str, tuple[str, Callable[[str], dict[str, str]]]] = {
        "key": (server.keys["all"], lambda text: {"Authorization": f"Bearer {text}"}),
        "token": (token, lambda text: {"Authorization": f"Bearer {text}"}),
        "cookie": (cookie[2], lambda text: {"Cookie": f"{cookie[0]}={text}"}),
    }
    for name, (whole, sent) in sound.items():
        assert server.get("/rules", headers=sent(whole)).status_code == 200, name
        for number in range(TRIES // 3):
            given = changed(whole.encode(), random.Random(f"{name} {number}")).decode("latin-1")
            given = "".join(sign for sign in given if sign.isprintable() and sign != ";" and ord(sign) < 256).strip()
            if given in (whole, ""):
                continue
            ((header, value),) = sent(given).items()
            answer = server.get("/rules", headers={header: value.encode("latin-1")})
            told(answer, (name, given))
            same = name == "token" and given.rpartition(".")[0] == token.rpartition(".")[0]  # the last bits of base64
            assert answer.status_code in (400, 401) or same, (name, given)
