"""`lineage check`, `rules` and `findings` at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from api.cli import run

Ledgers = Callable[[str], Path]


def test_check_exits_1_when_something_was_found_and_0_when_not(
    example_ledger: Ledgers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--ledger", str(example_ledger("sound")), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []
    assert run(["check", "--ledger", str(example_ledger("faults")), "--rule", "entry/bundled", "--lang", "zh"]) == 1
    shown = capsys.readouterr().out
    assert "多笔上级资金打捆录入" in shown
    assert "7,774,178.64" in shown


def test_the_workbook_has_every_finding_with_amounts_as_numbers(example_ledger: Ledgers, tmp_path: Path) -> None:
    file = tmp_path / "check.xlsx"
    assert run(["check", "--ledger", str(example_ledger("faults")), "--xlsx", str(file), "--lang", "zh"]) == 1
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["规则汇总", "疑点清单"]
    rows = list(book["疑点清单"].values)
    assert len(rows) == 117
    amount = rows[0].index("金额")
    assert round(sum(row[amount] for row in rows[1:] if row[1] == "entry/bundled"), 2) == 17541676.96


def test_misuse_is_one_line_and_exit_code_2(example_ledger: Ledgers, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--ledger", str(example_ledger("sound")), "--rule", "pace/idel"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("lineage: there is no rule pace/idel; nearest: pace/idle")


def test_rules_lists_the_catalogue_and_prints_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 40
    assert run(["rules", "entry/bundled"]) == 0
    assert "## Not flagged" in capsys.readouterr().out
    assert run(["rules", "entry/bundled", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parameters"][0]["default"] == 60


def test_a_finding_is_moved_and_listed(fresh_ledger: Ledgers, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = ["--ledger", str(fresh_ledger("faults"))]
    assert run(["findings", *ledger, "--rule", "flow/cycle", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    move = ["findings", found["id"], *ledger, "--who", "王", "--acting-for", found["division_code"]]
    assert run([*move, "--set", "under-review"]) == 0
    capsys.readouterr()
    assert run([*move, "--set", "closed", "--why", "查清"]) == 2
    assert "close is not possible: the finding is under-review" in capsys.readouterr().err
    assert run(["findings", found["id"], *ledger, "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "核实中" in shown
    assert run(["findings", *ledger, "--group", "state", "--json"]) == 0
    groups = {one["key"]: one["findings"] for one in json.loads(capsys.readouterr().out)["groups"]}
    assert groups == {"open": 115, "under-review": 1}
