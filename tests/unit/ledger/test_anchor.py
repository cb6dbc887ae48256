"""An exported chain head proves that the ledger still contains it: a chain written anew, or cut, is seen."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from api import cli
from lineage.errors import Damaged, NotFound
from lineage.ledger import anchor, journal, verify
from tests.staging import load_rows

LATER = datetime(2018, 1, 3)


def load(ledger: Path, number: int, name: str = "x") -> None:
    load_rows(ledger, {"projects": [{"project_code": f"{number}", "name": name}]})


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger"
    load(path, 1)
    journal.append(path, "seal", {"n": 1}, "x", LATER)
    load(path, 2)
    journal.append(path, "seal", {"n": 2}, "x", LATER)
    return path


def test_a_ledger_that_grew_still_contains_its_anchors(ledger: Path, tmp_path: Path) -> None:
    empty = anchor.Anchor(0, "0" * 64, 0, "0" * 64)
    anchors = [empty, anchor.of(ledger)]
    load(ledger, 3)
    journal.append(ledger, "seal", {"n": 3}, "x", LATER)
    assert verify(ledger, [*anchors, anchor.of(ledger)]).problem is None


def test_a_chain_written_anew_is_whole_but_not_the_anchored_one(ledger: Path, tmp_path: Path) -> None:
    head = anchor.of(ledger)
    again = tmp_path / "again" / "ledger"
    load(again, 1, "another name")
    journal.append(again, "seal", {"n": 1}, "x", LATER)
    load(again, 2)
    journal.append(again, "seal", {"n": 2}, "x", LATER)
    assert verify(again).problem is None
    problem = verify(again, [head]).problem
    assert problem
    assert problem.file == "manifest/000002.json"
    assert problem.expected == f"sha256 {head.manifest_sha256} as anchored"


def test_a_batch_or_decision_cut_off_the_end_is_seen(ledger: Path) -> None:
    head = anchor.of(ledger)
    lines = journal.file_of(ledger).read_bytes()
    journal.file_of(ledger).write_bytes(lines[: lines[:-1].rfind(b"\n") + 1])
    assert verify(ledger).problem is None, "the last decision is in no manifest yet"
    problem = verify(ledger, [head]).problem
    assert problem
    assert (problem.found, problem.expected) == ("decision 1 as the last", "decision 2 as anchored, or later")
    (ledger / "manifest/000002.json").unlink()
    shutil.rmtree(ledger / "batches/000002")
    assert verify(ledger).problem is None, "a cut chain is a shorter chain"
    assert "batch 2 as anchored" in str(verify(ledger, [head]).problem)


def test_a_decision_replaced_after_the_last_manifest_is_seen(ledger: Path) -> None:
    head = anchor.of(ledger)
    lines = journal.file_of(ledger).read_bytes()
    journal.file_of(ledger).write_bytes(lines.replace(b'"n":2', b'"n":7'))
    assert verify(ledger).problem is None
    assert "as anchored" in str(verify(ledger, [head]).problem)


def test_at_the_command_line(ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "head.json"
    assert cli.run(["verify", "--ledger", str(ledger), "--export-anchor", str(file), "--lang", "en"]) == 0
    assert "keep it apart" in capsys.readouterr().err
    load(ledger, 3)
    assert cli.run(["verify", "--ledger", str(ledger), "--anchor", str(file)]) == 0
    file.write_bytes(json.dumps({**json.loads(file.read_bytes()), "manifest_sha256": "1" * 64}).encode())
    assert cli.run(["verify", "--ledger", str(ledger), "--anchor", str(file), "--export-anchor", f"{file}.new"]) == 1
    assert not Path(f"{file}.new").exists(), "no anchor is made of a ledger that is not whole"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}', '{"format": 2}', '{"format":1,"batch":"a","x":0}'])
def test_what_is_no_anchor_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "anchor.json"
    file.write_text(text)
    with pytest.raises(Damaged):
        anchor.read(file)
    with pytest.raises(NotFound):
        anchor.read(tmp_path / "none")
