"""`verify`, `withdraw`, `rejects` at the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import lineage
from api import cli

HEAD = "allocation_id,fiscal_year,division_code,source,date,amount\n"
GOOD = "A-1,2017,410000000,province,2017-01-05,100.00\n"
BAD = 'A-2,2017,410000000,province,2017-01-05,"1,2O0.00"\nA-3,2017,410000000,nowhere,2017-13-05,5.00\n'


@pytest.fixture
def ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    (tmp_path / "allocations.csv").write_text(HEAD + GOOD + BAD, encoding="utf-8")
    path = tmp_path / "ledger"
    assert cli.run(["load", str(tmp_path / "allocations.csv"), "--ledger", str(path)]) == 1
    capsys.readouterr()
    return path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    code = cli.run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_whole_ledger_is_said_to_be_whole(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["verify", "--ledger", str(ledger), "--lang", "en"]) == 0
    assert "whole: 1 batches, 2 files" in capsys.readouterr().err
    code, said = answer(capsys, "verify", "--ledger", str(ledger))
    assert (code, said["ok"], said["problem"]) == (0, True, None)


def test_a_touched_ledger_exits_with_one_and_the_place(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = ledger / "batches" / "000001" / "allocations.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert cli.run(["verify", "--ledger", str(ledger)]) == 1
    assert "batches/000001/allocations.parquet" in capsys.readouterr().err
    code, said = answer(capsys, "verify", "--ledger", str(ledger))
    assert (code, said["ok"]) == (1, False)


def test_a_withdrawn_batch_is_out_and_the_next_answer_says_which(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["withdraw", "1", "--ledger", str(ledger)]) == 2
    assert "--why" in capsys.readouterr().err
    code, said = answer(capsys, "withdraw", "1", "--why", "wrong file", "--who", "chief", "--ledger", str(ledger))
    assert (code, said["batch"], said["withdraws"]) == (0, 2, [1])
    opened = lineage.open(ledger)
    assert opened.rows("SELECT count(*) AS n FROM allocations") == [{"n": 0}]
    assert (opened.decisions[0].by, opened.version) == ("chief", "2.1")


def test_nothing_is_made_where_there_is_no_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["verify"], ["withdraw", "1", "--why", "x"], ["rejects", "1"]):
        assert cli.run([*command, "--ledger", str(tmp_path / "none")]) == 2
        assert "holds no ledger" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_rejects_are_listed_with_place_found_expected_and_hint(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = answer(capsys, "rejects", "1", "--ledger", str(ledger))
    assert code == 1
    rejects = said["rejects"]
    assert isinstance(rejects, list)
    assert {(one["row"], one["column"]) for one in rejects} == {(3, "amount"), (4, "date"), (4, "source")}
    assert all(one["expected"] and one["hint"] for one in rejects)
    assert cli.run(["rejects", "9", "--ledger", str(ledger)]) == 2


@pytest.mark.parametrize("name", ["mended", "mended.csv"])
def test_rejects_can_be_written_mended_and_loaded_again(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    written = tmp_path / "out" / name
    written.parent.mkdir()
    cli.run(["rejects", "1", "-o", str(written), "--ledger", str(ledger)])
    file = written / "allocations.csv" if written.is_dir() else written.rename(written.with_name("allocations.csv"))
    text = file.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["allocation_id"], row["reject_place"]) for row in rows] == [
        ("A-2", "allocations.csv:3"),
        ("A-3", "allocations.csv:4"),
    ]
    for wrong, right in (("1,2O0.00", "1200.00"), ("nowhere", "city"), ("2017-13-05", "2017-11-05")):
        text = text.replace(wrong, right)
    file.write_text(text, encoding="utf-8")
    assert cli.run(["load", str(file), "--ledger", str(ledger)]) == 0
    capsys.readouterr()
    amounts = lineage.open(ledger).rows("SELECT allocation_id AS id, amount_fen AS fen FROM allocations ORDER BY 1")
    assert [(row["id"], row["fen"]) for row in amounts] == [("A-1", 10000), ("A-2", 120000), ("A-3", 500)]


def test_a_masked_number_is_not_taken_for_a_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "watch_lists.csv"
    file.write_text("list,token,name\n亡故,410***********123X,张三\n亡故,41032219630307123X,张三\n", encoding="utf-8")
    code, said = answer(capsys, "load", str(file), "--ledger", str(tmp_path / "ledger"), "--lang", "en")
    assert (code, said["loaded"], said["rejected"]) == (1, 1, 1)
    (reject,) = said["rejects"]  # type: ignore[misc]
    assert (reject["row"], reject["column"], reject["expected"]) == (2, "token", "the whole number")


def test_a_workbook_of_rejects_has_a_sheet_a_table(ledger: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    assert cli.run(["rejects", "1", "-o", str(tmp_path / "r.xlsx"), "--ledger", str(ledger)]) == 1
    book = load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["allocations"]
    assert [cell.value for cell in book["allocations"]["A"]] == ["allocation_id", "A-2", "A-3"]


def test_a_file_that_cannot_hold_the_tables_is_refused(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["rejects", "1", "-o", str(tmp_path / "r.pdf"), "--ledger", str(ledger)]) == 2
    assert "name a folder or an .xlsx file" in capsys.readouterr().err


def test_a_question_that_builds_a_large_ledger_in_memory_says_what_makes_it_quick(
    ledger: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*arguments: str) -> bool:
        assert cli.run(["trace", "allocation:A-1", "--ledger", str(ledger), *arguments]) == 0
        return "lineage derive" in capsys.readouterr().err

    assert not said()  # the load derived
    (ledger / "derived" / "current.json").unlink()
    assert not said()  # small: it takes no time
    monkeypatch.setattr("api.cli.options.WORTH_DERIVING_BYTES", 1)
    assert said()
    assert not said("--as-of", "2017-06-30")  # of a day gone by nothing is ever kept
    assert cli.run(["derive", "--ledger", str(ledger)]) == 0
    capsys.readouterr()
    assert not said()


def test_a_long_list_says_what_is_left_out_and_how_to_have_it_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "indicators.csv").write_text(
        "indicator_id,fiscal_year,division_code,date,amount,origin\nI-1,2017,410122,2017-03-01,100.00,own\n",
        encoding="utf-8",
    )
    (tmp_path / "payments.csv").write_text(
        "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"
        + "".join(f"P-{n},I-1,410122,1.00,2017-04-01,valid,direct,person,x\n" for n in range(70)),
        encoding="utf-8",
    )
    ledger = str(tmp_path / "ledger")
    assert cli.run(["load", str(tmp_path / "indicators.csv"), str(tmp_path / "payments.csv"), "--ledger", ledger]) == 0
    capsys.readouterr()
    assert cli.run(["trace", "I-1", "--down", "--ledger", ledger]) == 0
    assert "not listed here: 11 more reached, 11 more of the trail; all of them with" in capsys.readouterr().err


def test_an_unknown_format_is_said_before_a_file_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["trace", "P-1", "--format", "doc"]) == 2
    assert 'format: found "doc", expected one of' in capsys.readouterr().err


def test_links_know_a_division_by_six_digits(
    example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["--json", "--ledger", str(example_ledger("sound"))]
    assert cli.run(["links", "410000000", "410100000", *shared]) == 0
    whole = capsys.readouterr().out
    assert cli.run(["links", "410000", "division:410100", *shared]) == 0
    assert capsys.readouterr().out == whole


def test_a_batch_that_is_not_there_is_told_with_the_last_one(
    example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["rejects", "9", "--ledger", str(example_ledger("sound"))]) == 2
    assert "there is no batch 9; the last batch is 1" in capsys.readouterr().err


def test_a_load_into_a_ledger_with_a_torn_file_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "allocations.csv").write_text(HEAD + GOOD, encoding="utf-8")
    load = ["load", str(tmp_path / "allocations.csv"), "--ledger", str(tmp_path / "ledger")]
    assert cli.run(load) == 0
    (torn,) = (tmp_path / "ledger" / "batches" / "000001").glob("allocations*.parquet")
    torn.chmod(0o600)
    torn.write_bytes(b"x")
    (tmp_path / "allocations.csv").write_text(HEAD + GOOD.replace("A-1", "A-9"), encoding="utf-8")
    assert cli.run(load) == 3
    told = capsys.readouterr().err
    assert f"{torn} cannot be read" in told
    assert "run lineage verify" in told
    assert "nothing was written" in told
