"""With `--json` standard output is one JSON object, also of a command that decides or writes a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api import cli


@pytest.fixture
def answered(
    fresh_ledger: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., dict[str, object]]:
    """Run a command on a copy of the example with faults and give what standard output holds."""
    ledger = fresh_ledger("faults")

    def run(*arguments: str) -> dict[str, object]:
        said = [one.replace("DIR", str(tmp_path)) for one in arguments]
        assert cli.run([*said, "--json", "--ledger", str(ledger)]) in (0, 1)
        found = json.loads(capsys.readouterr().out)
        assert isinstance(found, dict)
        return found

    return run


def test_links_accepted_and_revoked_are_told(answered: Callable[..., dict[str, object]]) -> None:
    first = answered("repair")["repairs"][0]["id"]  # type: ignore[index]
    accepted = answered("repair", "--accept", first, "--why", "same number")["accepted"]
    assert first in [entry["proposal"] for entry in accepted]  # type: ignore[attr-defined]
    assert answered("repair", "--revoke", first, "--why", "wrong")["revoked"]["why"] == "wrong"  # type: ignore[index]


def test_sets_of_a_sample_are_an_object(answered: Callable[..., dict[str, object]]) -> None:
    drawn = answered("sample", "--size", "2", "--save", "June")
    [kept] = answered("sample", "--saved")["sets"]  # type: ignore[misc]
    assert answered("sample", "--set", "June") == kept
    assert kept["records"] == [one["record"] for one in drawn["records"]]  # type: ignore[attr-defined, index]


def test_workbooks_are_written_beside_the_answer(
    answered: Callable[..., dict[str, object]], tmp_path: Path
) -> None:
    found = answered("reconcile", "--xlsx", "DIR/all.xlsx", "--each", "-o", "DIR/each")
    assert found == answered("reconcile")
    assert (tmp_path / "all.xlsx").is_file()
    assert list((tmp_path / "each").iterdir())


def test_an_explanation_that_was_noted_is_told(answered: Callable[..., dict[str, object]]) -> None:
    division = answered("reconcile")["divisions"][0]["division_code"]  # type: ignore[index]
    noted = answered("reconcile", "--explain", f"{division}:scale", "--why", "late", "--amount", "12.5")
    assert (noted["amount"], noted["why"]) == ("12.50", "late")


def test_rejects_that_are_written_are_listed_too(answered: Callable[..., dict[str, object]], tmp_path: Path) -> None:
    (tmp_path / "payments.csv").write_text("payment_id,amount\nP-new,x\n", encoding="utf-8")
    loaded = answered("load", "DIR/payments.csv")
    found = answered("rejects", str(loaded["batch"]), "-o", "DIR/mend.csv")
    assert [one["row"] for one in found["rejects"]] == [one["row"] for one in loaded["rejects"]]  # type: ignore[attr-defined]
    assert (tmp_path / "mend.csv").is_file()


def test_the_records_of_a_part_are_an_object(answered: Callable[..., dict[str, object]]) -> None:
    place = answered("rank")["divisions"][0]["division_code"]  # type: ignore[index]
    found = answered("rank", "--division", place, "--part", "chain")
    assert (found["division_code"], found["part"]) == (place, "chain")
    assert found["records"]


@pytest.mark.parametrize("command", [["check", "--xlsx"], ["reconcile", "--xlsx"]])
def test_a_workbook_under_another_ending_is_misuse(
    command: list[str], example_ledger: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "f.csv"
    assert cli.run([*command, str(file), "--ledger", str(example_ledger("faults"))]) == 2
    assert 'found "f.csv", expected a name that ends in .xlsx' in capsys.readouterr().err
    assert not file.exists()
