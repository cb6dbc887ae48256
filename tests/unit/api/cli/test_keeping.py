"""`backup`, `restore` and `rekey` at the command line: what they say, and where the key is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from api import cli


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = cli.run([*arguments, "--lang", "en"])
    return code, capsys.readouterr().err


def test_a_backup_and_its_restoration_say_what_is_in_them(
    fresh_ledger: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, copy, again = fresh_ledger("sound"), str(tmp_path / "usb"), str(tmp_path / "again")
    code, told = said(capsys, "backup", copy, "--ledger", str(ledger), "--who", "keeper")
    assert code == 0
    assert "version 1.0, 1 batches" in told
    assert f"the key is not in the backup; it lies at {ledger}.key" in told
    code, told = said(capsys, "restore", copy, "--ledger", again)
    assert code == 0
    assert "by keeper" in told
    assert f"there is no key at {again}.key" in told
    assert cli.run(["verify", "--ledger", again]) == 0
    shutil.rmtree(again)
    key = str(tmp_path / "key")
    assert f"the key was copied to {key}" in said(capsys, "backup", copy, "--key", key, "--ledger", str(ledger))[1]
    code, told = said(capsys, "restore", copy, "--key", key, "--ledger", again)
    assert (code, "no key" in told) == (0, False)
    assert said(capsys, "restore", copy, "--ledger", again)[0] == 2


def test_a_renewed_key_is_told_with_where_the_old_ledger_lies(
    fresh_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = fresh_ledger("sound")
    assert said(capsys, "rekey", "--ledger", str(ledger)) == (
        2,
        "lineage: a renewal of the key needs a reason; say it with --why\n",
    )
    assert cli.run(["rekey", "--ledger", str(ledger), "--why", "leak", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["before"] == f"{ledger}.before-rekey"
    assert (answer["batches"], answer["files"] > 0) == (1, True)
