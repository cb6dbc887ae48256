"""`lineage view`: a record becomes a trail page, a division by code or name a flow page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import lineage
from api.cli import run
from api.cli.view import division_meant
from api.evidence import gather
from lineage.errors import Misuse


def test_a_record_becomes_a_page_with_division_names(example_ledger, tmp_path: Path):
    target = tmp_path / "trail.html"
    ledger = str(example_ledger("sound"))
    assert run(["view", "payment:P-00000190", "--ledger", ledger, "-o", str(target), "--bounds", "--lang", "zh"]) == 0
    page = target.read_text(encoding="utf-8")
    assert "<h1>payment:P-00000190" in page
    assert "新华区 410402000" in page
    assert "262,482.00" not in page
    assert "787,446.00" in page


@pytest.mark.parametrize("subject", ["410402000", "division:410402000"])
def test_a_division_becomes_a_flow_page(example_ledger, tmp_path: Path, subject: str):
    target = tmp_path / "flow.html"
    assert run(["view", subject, "--ledger", str(example_ledger("sound")), "-o", str(target), "--lang", "zh"]) == 0
    page = target.read_text(encoding="utf-8")
    assert "新华区 2017 年资金流向" in page
    assert "新华区农业农村局" in page


def test_what_is_neither_is_said_so(example_ledger, tmp_path: Path, capsys):
    target = str(tmp_path / "x.html")
    assert run(["view", "payment:NONE", "--ledger", str(example_ledger("sound")), "-o", target]) == 2
    assert "payment:NONE" in capsys.readouterr().err
    assert not Path(target).exists()


def test_a_division_is_meant_by_code_or_by_a_name_only_it_bears():
    names = {"410402000": "新华区", "410482000": "汝州市", "130104000": "新华区"}
    assert division_meant("410482000", names) == "410482000"
    assert division_meant("汝州市", names) == "410482000"
    assert division_meant("汝州", names) == "410482000"
    assert division_meant("410482", names) == "410482000"
    assert division_meant("payment:P-1", names) == ""
    with pytest.raises(Misuse, match="name of 2 divisions: 130104000, 410402000"):
        division_meant("新华区", names)


def test_a_pack_is_written_with_workbook_and_checker_and_holds(example_ledger, tmp_path: Path):
    target = tmp_path / "pack.html"
    ledger = str(example_ledger("faults"))
    assert run(["view", "payment:P-00000376", "--pack", "--ledger", ledger, "-o", str(target), "--lang", "zh"]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"pack.html", "pack.xlsx", "check_pack.py"}
    command = [sys.executable, "-I", "-S", "check_pack.py", "pack.html", "pack.xlsx", "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    page = target.read_text(encoding="utf-8")
    assert "payments.csv SHA-256" in page
    assert "manifest 1 SHA-256" in page


def test_a_pack_shows_account_numbers_masked_only_and_columns_as_the_reader_calls_them(example_ledger):
    ledger = lineage.open(example_ledger("sound"))
    trail = ledger.trace("payment:P-00000001")
    cells = {(row[0], row[4]): row[5] for row in gather(ledger, trail, {}, "en").rows}
    assert cells["payment:P-00000001", "payee_account"] == "****************0001"
    assert cells["payment:P-00000001", "amount"] == "309437.00"
    assert ("payment:P-00000001", "金额 amount") in {(row[0], row[4]) for row in gather(ledger, trail, {}, "zh").rows}


def test_a_divisions_year_has_a_pack_too(example_ledger, tmp_path: Path):
    target = tmp_path / "year.html"
    ledger = str(example_ledger("sound"))
    assert run(["view", "410402000", "--pack", "--ledger", ledger, "-o", str(target), "--lang", "zh"]) == 0
    command = [sys.executable, "-I", "-S", "check_pack.py", "year.html", "year.xlsx", "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "新华区农业农村局" in target.read_text(encoding="utf-8")


def test_a_year_in_which_nothing_moved_makes_no_page(example_ledger, tmp_path: Path, capsys):
    target = tmp_path / "year.html"
    ledger = str(example_ledger("sound"))
    assert run(["view", "410402000", "--year", "1990", "--ledger", ledger, "-o", str(target)]) == 2
    assert "nothing moved in 新华区 in 1990" in capsys.readouterr().err
    assert not target.exists()
