"""`lineage demo`: from nothing to a page, with what was planted beside what was found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api import cli


def test_the_demo_makes_loads_checks_and_draws_and_finds_what_was_planted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["demo", str(tmp_path / "demo"), "--payments", "300", "--seed", "5", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    page = Path(answer["page"]).read_text(encoding="utf-8")
    assert answer["record"].removeprefix("payment:") in page
    assert answer["load"]["rejected"] == 0
    assert [rule for rule in answer["rules"] if rule["findings"] != rule["planted"]] == []
    assert sum(rule["findings"] for rule in answer["rules"]) > 30
    assert set(answer["seconds"]) == {"make", "load", "check", "draw"}


def test_the_same_demo_again_changes_nothing_and_another_is_refused_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["demo", str(tmp_path / "demo"), "--payments", "200", "--faults", "entry/re-entered,flow/cycle"]
    assert cli.run([*asked, "--lang", "zh"]) == 0
    printed = capsys.readouterr().out
    assert "请在浏览器中打开" in printed
    assert "entry/re-entered" in printed
    assert cli.run([*asked, "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["load"]["loaded"], again["load"]["corrected"]) == (0, 0)
    assert cli.run([*asked, "--seed", "9"]) == 2
    assert "name another folder" in capsys.readouterr().err


def test_an_unknown_fault_is_misuse_that_names_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["demo", str(tmp_path / "demo"), "--faults", "entry/nothing"]) == 2
    assert "found entry/nothing" in capsys.readouterr().err
    assert not (tmp_path / "demo" / "ledger").exists()
