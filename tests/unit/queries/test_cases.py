"""Cases: what is put into them stays, with the facts of its day; asked again, they say what has moved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lineage
import loaders
import queries
from api import cli
from lineage.errors import Misuse, NotFound
from lineage.ledger import verify

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
WHO = ("wang", AT)
HEAD = "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"


def add(path: Path, event: str, **said: str) -> queries.CaseFile:
    return queries.add_to_case(lineage.open(path), "K-0001", event, said, WHO)


@pytest.fixture
def path(fresh_ledger: Callable[[str], Path]) -> Path:
    ledger = fresh_ledger("faults")
    queries.open_case(lineage.open(ledger), "大孟镇道路", *WHO)
    return ledger


def payment(path: Path) -> dict[str, str]:
    return lineage.open(path).rows(
        "SELECT record, payment_id, indicator_id, division_code, pay_date::VARCHAR AS pay_date, amount_fen "
        "FROM payments WHERE indicator_id IS NOT NULL AND status = 'valid' AND amount_fen > 200 AND NOT is_reversal "
        "ORDER BY 1 LIMIT 1"
    )[0]


def test_a_case_keeps_records_with_their_facts_views_papers_notes_and_its_history(path: Path) -> None:
    record = payment(path)["record"]
    add(path, "added", record=record)
    add(path, "view", record=record, policy="fifo")
    add(path, "paper", name="合同.pdf", sha256="ab" * 32)
    add(path, "noted", text="call the village")
    add(path, "shared", **{"with": "410100000"})
    add(path, "closed", text="explained")
    one = queries.case(lineage.open(path), "K-0001")
    assert (one.state, one.owner, one.title) == ("closed", "wang", "大孟镇道路")
    trail = lineage.open(path).trace(record).to_json()
    assert one.records[record]["amount"] == trail["amount"]
    assert [row["amount"] for row in one.records[record]["sources"]] == [row["amount"] for row in trail["sources"]]
    assert [view["policy"] for view in one.views] == ["fifo"]
    assert (one.papers[0]["sha256"], one.shared) == ("ab" * 32, frozenset({"410100000"}))
    assert [step.event for step in one.steps] == ["opened", "added", "view", "paper", "noted", "shared", "closed"]
    assert verify(path).problem is None


def test_nothing_moves_until_something_does_and_then_it_is_named(path: Path) -> None:
    paid = payment(path)
    add(path, "added", record=paid["record"])
    assert queries.moved(lineage.open(path), "K-0001") == ()
    yuan = f"{(int(paid['amount_fen']) - 100) / 100:.2f}"
    cells = (*(paid[name] for name in ("payment_id", "indicator_id", "division_code")), yuan, paid["pay_date"])
    row = ",".join(cells) + ",valid,direct,village,x\n"
    file = path.parent / "payments.csv"
    file.write_text(HEAD + row, encoding="utf-8")
    loaders.load(path, file)
    found = {one.fact: (one.was, one.now) for one in queries.moved(lineage.open(path), "K-0001")}
    assert found["amount"] == (f"{int(paid['amount_fen']) / 100:.2f}", yuan)
    assert "sources" in found or "unsourced" in found


def test_what_cannot_be_meant_is_refused(path: Path) -> None:
    opened = lineage.open(path)
    with pytest.raises(NotFound, match=r"K-0009.*K-0001"):
        queries.case(opened, "K-0009")
    with pytest.raises(NotFound, match="there is no record"):
        add(path, "added", record="payment:NONE")
    for event, said, told in (
        ("opened", {"title": "x"}, "expected one of"),
        ("noted", {"text": " "}, "text is missing"),
        ("view", {"record": payment(path)["record"], "policy": "best"}, "expected one of pro-rata"),
        ("dropped", {"record": payment(path)["record"]}, "is not in K-0001"),
        ("reopened", {"text": "why"}, "is open"),
    ):
        with pytest.raises(Misuse, match=told):
            add(path, event, **said)
    add(path, "closed", text="done")
    with pytest.raises(Misuse, match="is closed"):
        add(path, "noted", text="late")
    assert add(path, "reopened", text="new papers").state == "open"


def test_the_command_opens_fills_shows_and_asks_again(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record, paper = payment(path)["record"], path.parent / "contract.txt"
    paper.write_text("signed", encoding="utf-8")
    base = ["cases", "--ledger", str(path), "--lang", "en"]
    told = ["--add", record, "--view", record, "--policy", "lifo", "--attach", str(paper), "--note", "look"]
    assert cli.run([*base, "--open", "another", *told]) == 0
    assert "K-0002: written to the journal" in capsys.readouterr().err
    assert cli.run([*base, "K-0002", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [event["event"] for event in said["events"]] == ["opened", "added", "view", "paper", "noted"]
    assert said["views"][0]["policy"] == "lifo"
    assert said["papers"][0]["sha256"] == hashlib.sha256(b"signed").hexdigest()
    assert cli.run([*base, "K-0002", "--moved"]) == 0
    assert "nothing has moved" in capsys.readouterr().err
    assert cli.run([*base, "--note", "where?"]) == 2
    assert cli.run(base) == 0
    assert "K-0001\t大孟镇道路\twang\topen\t0" in capsys.readouterr().out
