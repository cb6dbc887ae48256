"""The shipped profiles on files in their form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.errors import Misuse, NotFound
from loaders.profile import read_profile, shipped
from tests.unit.loaders.bundles import AT, load, rows, write
from tests.unit.loaders.standard_form import write_standard_form


def answers(path: Path, payments: list[str]) -> dict[str, Any]:
    """What every payment's trace says of its sources."""
    ledger = lineage.open(path)
    found = {}
    for payment in payments:
        answer = ledger.trace(f"payment:{payment}").to_json()
        sources = sorted((one["record"], one["tier"], one["poverty"], one["amount"]) for one in answer["sources"])
        found[payment] = (answer["amount"], answer["state"], answer["unsourced"], sources)
    return found


def test_every_shipped_profile_can_be_read() -> None:
    assert {
        "real_allocations",
        "budget_integration",
        "fpmv",
        "account_journal",
        "one_card_list",
        "china_notices",
    } <= set(shipped())
    for name in shipped():
        assert read_profile(name).title_zh != name


def test_a_bundle_in_the_standard_s_form_gives_the_same_answers(
    example_ledger: Callable[[str], Path], examples: Path, tmp_path: Path
) -> None:
    folder = write_standard_form(examples / "sound" / "bundle", tmp_path / "standard")
    result = load(tmp_path, folder, profile="budget_integration")
    assert (result.rejects, [warning for warning in result.warnings if "went into no table" in warning]) == ((), [])
    known = lineage.open(example_ledger("sound"))
    payments = [row["payment_id"] for row in known.rows("SELECT payment_id FROM payments ORDER BY 1")]
    assert answers(tmp_path / "ledger", payments) == answers(example_ledger("sound"), payments)


def test_deleted_rows_of_the_standard_are_taken_out(tmp_path: Path) -> None:
    head = "BGT_ID,MOF_DIV_CODE,FISCAL_YEAR,AMOUNT,COR_BGT_DOC_NO,SUP_BGT_DOC_NO,DOC_DATE,EXP_FUNC_CODE,IS_DELETED\n"
    live = "I1,410122,2017,5.00,牟财预〔2017〕1号,郑财预〔2017〕2号,20170301,2130501,2\n"
    load(tmp_path, write(tmp_path, "BA_BGT_INFO.csv", head + live), profile="budget_integration")
    assert rows(tmp_path, "indicators")[0]["expenditure_kind"] == "basic"
    result = load(
        tmp_path, write(tmp_path, "BA_BGT_INFO.csv", head + live.replace(",2\n", ",1\n")), profile="budget_integration"
    )
    assert result.rejects == ()
    assert rows(tmp_path, "indicators") == []


def test_adjustments_carry_overs_appropriations_and_person_details(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    info = "BGT_ID,MOF_DIV_CODE,FISCAL_YEAR,AMOUNT,COR_BGT_DOC_NO,DOC_DATE,SOURCE_TYPE_CODE\n"
    write(
        folder,
        "BA_BGT_INFO.csv",
        info + "I1,410122,2017,100,,20170301,1\nI2,410122,2017,40,,20170401,1\nI3,410122,2018,10,,20180101,4\n",
    )
    write(
        folder,
        "BA_BGT_ADJSUB.csv",
        "ADJ_SUB_ID,BGT_ID,ADD_AMOUNT,ORI_BGT_ID,ADJ_DATE\nJ1,I2,40,I1,20170402\nJ2,I1,-5,,20170501\n",
    )
    write(folder, "BA_BGT_CARRYOVERS.csv", "ORI_BGT_ID,BGT_ID,CARRYOVERS_AMT,FISCAL_YEAR\nI1,I3,10,2018\n")
    write(
        folder,
        "PAY_ALLOCATION_CERT.csv",
        "PAY_ALLOC_CERT_ID,BGT_ID,MOF_DIV_CODE,PAY_AMT,ACC_DATE,PAYEE_ACCT_NAME\nC1,I2,410122,40,20170601,扶贫专户\n",
    )
    write(folder, "PAY_DETAIL.csv", "PAY_DETAIL_ID,PAY_CERT_NO,IDEN_NO,MOF_DIV_CODE,FISCAL_YEAR,PAY_MONTH,PAY_AMT,PAY_DATE\n"
          "D1,N1,410122198001011234,410122,2017,6,300,20170607\nD2,N1,410122198001011235,410122,2017,06,200,20170607\n")  # fmt: skip
    result = load(tmp_path, folder, profile="budget_integration")
    assert result.rejects == ()
    ties = {
        row["transfer_id"]: (row["kind"], row["source_id"], row["target_id"]) for row in rows(tmp_path, "transfers")
    }
    assert ties == {"J1": ("breakdown", "indicator:I1", "I2")}
    assert {row["indicator_id"]: row["previous_id"] for row in rows(tmp_path, "indicators")} == {"I1": None, "I2": None, "I3": "I1"}
    assert [(row["adjustment_id"], row["amount_fen"]) for row in rows(tmp_path, "indicator_adjustments")] == [("J1", 4000), ("J2", -500)]
    (paid,) = rows(tmp_path)
    assert (paid["method"], paid["payee_kind"]) == ("appropriation", "special_account")
    assert [(row["amount_fen"], row["person_count"]) for row in rows(tmp_path, "one_card_batches")] == [(50000, 2)]
    assert {row["month"] for row in rows(tmp_path, "one_card_payments")} == {"2017-06"}
    assert any("2130501" in warning for warning in result.warnings)


def test_the_three_table_feed(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    write(folder, "FPMV_INDI.csv", "indiguid,sourceindi,amt,bgtdocno,province,year,expfunc\n"
          "G1,,100.00,豫财农〔2017〕1号,410000,2017,2130505\nG2,G1,60.00,,410122,2017,2130505\nG3,G2,60.00,,410122,2017,2130505\n")  # fmt: skip
    write(folder, "FPMV_PAY.csv", "guid,indiguid,amt,gatherbankacctname,gatherbankacctno,paydate,usage,superguid,paytype\n"
          "Q1,G3,10.00,大孟镇冉庄村委会,62170012345678901,20170605,修路,,1\nQ2,G3,-4.00,大孟镇冉庄村委会,62170012345678901,20170606,退回,Q1,1\n")  # fmt: skip
    assert load(tmp_path, folder, profile="fpmv").rejects == ()
    answer = lineage.open(tmp_path / "ledger").trace("payment:Q1").to_json()
    assert (answer["amount"], [one["record"] for one in answer["sources"]]) == ("6.00", ["allocation:G1"])
    assert [row["kind"] for row in rows(tmp_path, "transfers")] == ["issue", "breakdown"]


def test_a_special_account_s_journal(tmp_path: Path) -> None:
    text = ("日期,凭证号,摘要,收入,支出,余额,对方户名,专户编号\n2017-06-01,1,拨入,1000,,1000,财政局,S1\n"
            "2017-06-02,2,修路,,\"1,000.00\",0,大孟镇,S1\n2017-06-03,3,补贴,,5,0,大孟镇,S1\n")  # fmt: skip
    result = load(tmp_path, write(tmp_path, "日记账.csv", text), profile="account_journal")
    assert [(row["direction"], row["amount_fen"]) for row in rows(tmp_path, "account_entries")] == [
        ("receipt", 100000), ("expenditure", 100000), ("expenditure", 500)]  # fmt: skip
    assert any("row 4 states the balance 0.00" in warning for warning in result.warnings)


def test_a_one_card_list(tmp_path: Path) -> None:
    text = ("序号,批次号,姓名,身份证号,银行账号,金额,区划代码,发放日期,补贴项目\n"
            "1,B1,张三,410122198001011234,6217001234567890123,300,410122,2017/6/7,产业补贴\n"
            "2,B1,李四,410122198001011235,6217001234567890124,200.5,410122,2017/6/7,产业补贴\n")  # fmt: skip
    assert load(tmp_path, write(tmp_path, "清册.csv", text), profile="one_card_list").rejects == ()
    assert [(row["amount_fen"], row["person_count"]) for row in rows(tmp_path, "one_card_batches")] == [(50050, 2)]


def test_the_notices_and_the_four_that_do_not_add_up(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "data" / "china_notices"
    result = load(
        tmp_path, folder / "flows.csv", folder / "notices.csv", profile="china_notices", at=AT.replace(year=2026)
    )
    assert result.rejects == ()
    assert sorted({warning.split(":")[0] for warning in result.warnings if warning.startswith("CN")}) == [
        "CN07",
        "CN18",
        "CN21",
        "CN25",
    ]
    assert "14.250000 apart" in next(warning for warning in result.warnings if warning.startswith("CN25"))
    totals = {row["notice"]: row["fen"] for row in lineage.open(tmp_path / "ledger").rows(
        "SELECT split_part(allocation_id, '-', 1) AS notice, sum(amount_fen)::BIGINT AS fen FROM allocations GROUP BY 1")}  # fmt: skip
    assert len(totals) == 25
    assert totals["CN08"] == 2101905898
    assert totals["CN24"] == 139636 * 10**8


def test_composed_ids_prefixes_constants_codes_dates_and_deletion_marks(tmp_path: Path) -> None:
    profile = write(tmp_path, "county.toml", '''
[table.payments]
headers = { "流水" = "payment_id", "钱" = "amount", "日子" = "pay_date", "给谁" = "payee_name", "去处" = "", "类" = "payee_kind" }
constants = { division_code = "410122", status = "valid", method = "direct" }
units = { amount = "万元" }
dates = { pay_date = "%d/%m/%Y" }
codes.payee_kind = { "A" = "village", "B" = "person" }
ids = { payment_id = { prefix = "牟-", from = ["流水", "子号"], separator = "/" } }
deleted = { column = "删", values = ["x"] }
extras = ["备注"]
''')  # fmt: skip
    text = "流水,子号,钱,日子,给谁,去处,类,删,备注\n7,1,0.5,3/6/2017,大孟镇,?,A,,甲\n7,2,1,4/6/2017,张三,?,B,x,\n"
    result = load(tmp_path, write(tmp_path, "payments.csv", text), profile=profile)
    assert result.rejects == ()
    assert [warning.split(" bear")[0] for warning in result.warnings] == ["payments: 1 rows"]
    (row,) = rows(tmp_path)
    assert (row["payment_id"], row["amount_fen"], row["payee_kind"], str(row["pay_date"])) == (
        "牟-7/1",
        500000,
        "village",
        "2017-06-03",
    )
    assert '"甲"' in row["extras"]


def test_a_profile_that_makes_no_sense_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no profile"):
        read_profile("nowhere")
    for text, word in (("[table.cars]\n", "no table"), ("[table.payments.headers]\nx = 'colour'\n", "no column"),
                       ("speed = 1\n", "the key"), ("[table.payments]\nunits = { amount = 'pound' }\n", "pound"), ("=", "no TOML"), ("", "says nothing"),
                       ("[table.payments]\n[[checks]]\nzh = '差'\n", "checks 1: expected zh, en, select"),
                       ("[table.payments]\n[[notes]]\nzh = '注'\n[[notes]]\n", "notes 1: expected zh, en"),
                       ("[table]\npayments = 7\n", "table: payments: found 7, expected a table"), ("title = 7\n[table.payments]\n", "title: found 7")):  # fmt: skip
        with pytest.raises(Misuse, match=word):
            read_profile(write(tmp_path, "bad.toml", text))


def test_a_select_that_cannot_run_is_misuse(tmp_path: Path) -> None:
    profile = write(
        tmp_path, "bad.toml", '[inputs.x]\nheaders = ["a"]\n[table.payments]\nselect = "SELECT nothing FROM x"\n'
    )
    with pytest.raises(Misuse, match="cannot be run"):
        load(tmp_path, write(tmp_path, "x.csv", "a,b\n1,2\n"), profile=profile)


def test_torn_records_of_a_profile_s_input_are_not_lost(tmp_path: Path) -> None:
    text = "批次号,姓名,身份证号,金额\nB1,张三\nB1,李四,410122198001011235,5\n"
    result = load(tmp_path, write(tmp_path, "清册.csv", text), profile="one_card_list")
    assert [(one["row"], one["found"]) for one in result.rejects if one["found"] and "张三" in one["found"]] == [
        (2, "B1,张三")
    ]
