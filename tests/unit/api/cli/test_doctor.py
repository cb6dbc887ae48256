"""`lineage doctor` says what is there and what is wrong."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from api import cli


def look(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Run doctor and give its exit code and signs by name."""
    code = cli.run(["doctor", "--json", *arguments])
    return code, {sign["what"]: sign for sign in json.loads(capsys.readouterr().out)["signs"]}


def test_a_machine_without_a_ledger_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, signs = look(capsys, "--ledger", str(tmp_path / "ledger"))
    assert (code, signs["ledger"]["state"], signs["duckdb"]["state"]) == (0, "absent", "ok"), signs
    assert "lineage load" in signs["ledger"]["found"]


def test_something_that_is_not_a_ledger_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, signs = look(capsys, "--ledger", str(tmp_path))
    assert (code, signs["ledger"]["state"]) == (1, "wrong"), signs


def test_a_graph_that_does_not_answer_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: a connection is refused
        address = f"bolt://127.0.0.1:{taken.getsockname()[1]}"
        code, signs = look(capsys, "--ledger", str(tmp_path / "ledger"), "--graph", address)
    assert (code, signs["graph"]["state"]) == (1, "wrong")
    assert address in signs["graph"]["found"]


@pytest.mark.neo4j
def test_a_graph_that_answers_names_its_protocol(
    neo4j_server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, signs = look(capsys, "--ledger", str(tmp_path / "ledger"), "--graph", neo4j_server)
    assert (code, signs["graph"]["state"]) == (0, "ok"), signs
    assert "Bolt 5." in signs["graph"]["found"]


def test_kernels_that_cannot_be_kept_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "nowhere"))
    code, signs = look(capsys)
    assert (code, signs["kernels"]["state"]) == (1, "wrong")


def test_the_table_is_in_the_language_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["doctor", "--lang", "zh", "--ledger", str(tmp_path / "ledger")])
    assert capsys.readouterr().out.startswith("项目\t状态\t情况\n")
