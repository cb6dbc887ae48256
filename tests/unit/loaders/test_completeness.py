"""Whether everything came: control files, snapshots, drafts of profiles for files that nobody knows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.errors import Misuse
from lineage.ledger import Snapshot
from loaders.draft import draft, to_toml
from loaders.profile import read_profile
from tests.unit.loaders.bundles import PAYMENT, load, payments, rows, write

OTHER = PAYMENT.replace("P1", "P2").replace("410122", "410121").replace("2017-06", "2017-07")


def test_a_control_file_that_agrees_and_one_that_does_not(tmp_path: Path) -> None:
    control = write(
        tmp_path,
        "control.csv",
        "表,区划,月份,行数,金额（万元）\n支付,410122,2017-06,1,0.123456\npayments,,,3,\nallocations,,,0,0\n",
    )
    result = load(tmp_path, payments(tmp_path, PAYMENT, OTHER), control=control)
    assert [line["agrees"] for line in result.to_json()["control"]] == [True, False, True]
    assert any("control: payments" in warning and "3 rows" in warning for warning in result.warnings)
    assert result.written


def test_strict_stops_at_a_control_figure_that_does_not_agree(tmp_path: Path) -> None:
    control = write(tmp_path, "control.csv", "table,rows\npayments,3\n")
    assert not load(tmp_path, payments(tmp_path, PAYMENT, OTHER), control=control, strict=True).written


def test_a_control_file_that_makes_no_sense_is_misuse(tmp_path: Path) -> None:
    for text in ("a,b\n1,2\n", "table,rows\ncars,1\n", "table,rows\npayments,many\n", "table,rows\n", ""):
        with pytest.raises(Misuse):
            load(tmp_path, payments(tmp_path, PAYMENT), control=write(tmp_path, "control.csv", text))


def test_a_full_extract_takes_out_what_it_no_longer_has(tmp_path: Path) -> None:
    third = PAYMENT.replace("P1", "P3")
    load(tmp_path, payments(tmp_path, PAYMENT, OTHER, third))
    result = load(tmp_path, payments(tmp_path, PAYMENT), snapshots=(Snapshot("payments", "410122000", 2017),))
    assert [row["payment_id"] for row in rows(tmp_path)] == ["P1", "P2"]
    assert result.to_json()["tables"][0]["removed"] == 1


def test_a_draft_names_every_header_and_can_be_loaded_with(tmp_path: Path) -> None:
    text = ("交易流水号,付款金额,付款时间,收款方名称,收款方账户号码,经办网点\n"
            "A1,12.50,2017-06-03,大孟镇,6217001234567890123,城关\nA2,1.00,2017-06-04,张三,6217001234567890124,城关\n")  # fmt: skip
    file = write(tmp_path, "bank.csv", text)
    (one,) = draft(file, "payments")
    found = {guess.header: guess.column for guess in one.guesses}
    assert {"付款金额": "amount", "付款时间": "pay_date"}.items() <= found.items()
    assert "经办网点" in one.unmapped
    assert {column.name for column in one.missing} >= {"division_code", "status", "method"}
    written = to_toml([one], "zh")
    assert "6217001234" not in written
    profile = write(
        tmp_path, "bank.toml", written.replace("# [table.payments.constants]", "[table.payments.constants]")
    )
    assert set(read_profile(profile).table("payments").headers) == set(found)


def test_a_draft_filled_in_loads_the_file_it_was_drawn_up_for(tmp_path: Path) -> None:
    text = ("序号,户主,身份证号码,开户账号,补贴金额(元),补贴项目,发放年月,乡镇\n"
            "1,张三,410122198001011234,6217001234567890123,500,产业补贴,2017年6月,大孟镇\n")  # fmt: skip
    file = write(tmp_path, "qd.csv", text)
    (one,) = draft(file)
    written = to_toml([one], "zh")
    assert '# one_card_payment_id = { prefix = "…", from = ["序号", "户主"] }' in written
    assert '# status = "paid | returned"' in written
    filled = written.replace("# [table", "[table").replace("paid | returned", "paid").replace('# status', "status").replace(
        '# batch_id = "…"', 'batch_id = "B1"').replace('# one_card_payment_id = { prefix = "…", from = ["序号", "户主"] }',
        'one_card_payment_id = { prefix = "B1-", from = ["序号"] }')  # fmt: skip
    result = load(tmp_path, file, profile=write(tmp_path, "qd.toml", filled))
    assert (result.rejects, result.loaded) == ((), 1)
    (row,) = rows(tmp_path, "one_card_payments")
    assert (row["one_card_payment_id"], row["month"], row["amount_fen"]) == ("B1-1", "2017-06", 50000)


def test_a_draft_names_the_shipped_profiles_that_know_such_files(tmp_path: Path) -> None:
    (one,) = draft(write(tmp_path, "清册.csv", "批次号,姓名,身份证号,金额\nB1,张三,410122198001011234,5\n"))
    assert one.shipped == ("one_card_list",)
    assert "one_card_list" in to_toml([one], "en")


def test_a_header_that_means_something_in_another_table_is_not_guessed_at(tmp_path: Path) -> None:
    text = "指标ID,年度,区划代码,发文日期,金额,指标来源,项目名称,政府经济科目\nI1,2017,410122,2017-03-01,5,本级,道路,50302\n"
    (one,) = draft(write(tmp_path, "zb.csv", text))
    assert {guess.header: guess.column for guess in one.guesses if guess.header in ("项目名称", "政府经济科目")} == {
        "项目名称": "", "政府经济科目": "economy_code"}  # fmt: skip


def test_the_command_line_loads_drafts_and_lists(tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "lineage", *arguments], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    file, ledger = payments(tmp_path, PAYMENT, PAYMENT.replace("valid", "?")), str(tmp_path / "ledger")
    code, said = run("load", str(file), "--ledger", ledger, "--dry-run", "--json")
    assert (code, json.loads(said)["rejected"]) == (1, 1)
    code, said = run("load", str(file), "--ledger", ledger, "--lang", "zh", "--snapshot", "payments:410122,2017")
    assert code == 1
    assert "payments.csv:3:status" in said
    assert "已写入批次 1" in said
    assert run("load", str(file), "--ledger", ledger, "--snapshot", "x")[0] == 2
    assert run("load", str(tmp_path / "none.csv"), "--ledger", ledger)[0] == 2
    assert "budget_integration" in run("profile", "list")[1]
    assert "[table.payments.headers]" in run("profile", "draft", str(file))[1]
