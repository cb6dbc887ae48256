"""Files become rows of the ledger, every row accounted for."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import lineage
import loaders
from lineage.errors import Misuse, NotFound
from tests.unit.loaders.bundles import PAYMENT, PAYMENT_HEAD, load, payments, rows, write


@pytest.mark.parametrize("example", ["sound", "faults", "tangled"])
def test_an_example_loads_whole_and_loading_it_again_changes_nothing(
    examples: Path, tmp_path: Path, example: str
) -> None:
    first = load(tmp_path, examples / example / "bundle")
    lines = sum(len(file.read_text().splitlines()) - 1 for file in (examples / example / "bundle").glob("*.csv"))
    assert (first.read, first.loaded, first.rejected, first.batch) == (lines, lines, 0, 1)
    again = load(tmp_path, examples / example / "bundle")
    assert (again.unchanged, again.loaded, again.batch, again.written) == (lines, 0, 1, False)


def test_a_payment_is_kept_to_the_fen_with_its_place(tmp_path: Path) -> None:
    load(tmp_path, payments(tmp_path, PAYMENT))
    (row,) = rows(tmp_path)
    assert row["amount_fen"] == 123456
    assert row["pay_date"] == date(2017, 6, 3)
    assert row["division_code"] == "410122000"
    assert (row["file"], row["row"], row["batch"]) == ("payments.csv", 2, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    load(tmp_path, payments(tmp_path, PAYMENT, encoding=encoding))
    assert rows(tmp_path)[0]["payee_name"] == "大孟镇"


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
def test_delimiters_are_found_out(tmp_path: Path, delimiter: str) -> None:
    text = f"{PAYMENT_HEAD}\n{PAYMENT}\n".replace(",", delimiter)
    load(tmp_path, write(tmp_path, "payments.txt", text))
    assert rows(tmp_path)[0]["amount_fen"] == 123456


def test_chinese_headers_units_and_labels(tmp_path: Path) -> None:
    text = (
        "支付编号,指标主键,财政区划,支付金额（万元）,支付日期,支付状态,支付方式,收款人类型,收款人全称\n"
        "P1,I1,410122,0.123456,2017年6月3日,有效,授权支付,村,大孟镇\n"
    )
    result = load(tmp_path, write(tmp_path, "国库支付2017.csv", text, "gb18030"))
    assert result.rejects == ()
    (row,) = rows(tmp_path)
    assert (row["amount_fen"], row["method"], row["payee_kind"]) == (123456, "authorized", "village")


def test_codes_of_the_national_standard_as_headers(tmp_path: Path) -> None:
    text = (
        "BGT_ID,FISCAL_YEAR,MOF_DIV_CODE,COR_BGT_DOC_NO,SUP_BGT_DOC_NO,DOC_DATE,AMOUNT,EXP_FUNC_CODE,SOURCE_TYPE_CODE\n"
        "I1,2017,410122000,牟财预〔2017〕1号,郑财预〔2017〕2号,20170301,100.00,2130505,上级\n"
    )
    load(tmp_path, write(tmp_path, "extract.csv", text))
    (row,) = rows(tmp_path, "indicators")
    assert (row["indicator_id"], row["superior_doc_no"], row["origin"]) == ("I1", "郑财预〔2017〕2号", "superior")


def test_a_rejected_row_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    result = load(tmp_path, payments(tmp_path, PAYMENT, PAYMENT.replace("P1", "P2").replace("1234.56", '"1,2O0.00"')))
    (reject,) = result.rejects
    assert (reject["file"], reject["row"], reject["column"], reject["found"]) == (
        "payments.csv",
        3,
        "amount",
        "1,2O0.00",
    )
    assert "at most 2 decimals" in reject["expected"]
    assert reject["hint"] == "is the O a zero?"
    assert (result.read, result.loaded, result.rejected) == (2, 1, 1)


def test_the_load_json_has_the_names_of_the_contract(tmp_path: Path) -> None:
    answer = json.loads(
        json.dumps(load(tmp_path, payments(tmp_path, PAYMENT, PAYMENT.replace("valid", "?"))).to_json())
    )
    assert {"batch", "read", "loaded", "corrected", "unchanged", "rejected", "tables", "rejects", "warnings"} <= set(
        answer
    )
    assert set(answer["rejects"][0]) >= {"file", "sheet", "row", "column", "found", "expected", "hint"}
    (table,) = answer["tables"]
    assert table["read"] == table["loaded"] + table["corrected"] + table["unchanged"] + table["rejected"] == 2
    assert table["read_amount"] == "2469.12"


def test_negative_amounts_need_the_record_they_take_back(tmp_path: Path) -> None:
    refund = "P2,I1,410122,-34.56,2017-06-04,valid,direct,village,大孟镇,,P1"
    result = load(tmp_path, payments(tmp_path, PAYMENT, refund, refund.replace("P2", "P3").replace("P1", "")))
    assert [(one["row"], one["column"]) for one in result.rejects] == [(4, "amount")]
    ledger = lineage.open(tmp_path / "ledger")
    assert ledger.rows("SELECT net_fen FROM payments WHERE payment_id = 'P1'") == [{"net_fen": 120000}]


def test_the_same_key_twice_is_unchanged_when_equal_and_rejected_when_not(tmp_path: Path) -> None:
    other = PAYMENT.replace("1234.56", "1.00")
    result = load(tmp_path, payments(tmp_path, PAYMENT, PAYMENT, other))
    assert (result.read, result.loaded, result.unchanged, result.rejected) == (3, 1, 1, 1)
    assert (result.read_fen, result.loaded_fen, result.unchanged_fen, result.rejected_fen) == (
        247012,
        123456,
        123456,
        100,
    )
    assert "payments.csv:2" in result.rejects[0]["hint"]
    assert rows(tmp_path)[0]["amount_fen"] == 123456


def test_a_changed_row_is_a_correction(tmp_path: Path) -> None:
    load(tmp_path, payments(tmp_path, PAYMENT))
    result = load(tmp_path, payments(tmp_path, PAYMENT.replace("1234.56", "1234.57")))
    assert (result.corrected, result.batch) == (1, 2)
    assert rows(tmp_path)[0]["amount_fen"] == 123457


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = load(tmp_path, payments(tmp_path, PAYMENT), dry_run=True)
    assert (result.loaded, result.written, result.batch) == (1, False, 0)
    assert not (tmp_path / "ledger").exists()
    load(tmp_path, payments(tmp_path, PAYMENT))
    assert load(tmp_path, payments(tmp_path, PAYMENT.replace("valid", "void")), dry_run=True).corrected == 1
    assert rows(tmp_path)[0]["status"] == "valid"


def test_strict_stops_at_any_reject(tmp_path: Path) -> None:
    result = load(tmp_path, payments(tmp_path, PAYMENT, PAYMENT.replace("valid", "?")), strict=True)
    assert (result.rejected, result.written) == (1, False)
    assert load(tmp_path, payments(tmp_path, PAYMENT), strict=True).written


def test_a_reference_to_nothing_is_loaded(tmp_path: Path) -> None:
    assert load(tmp_path, payments(tmp_path, PAYMENT)).rejected == 0


def test_unknown_columns_and_codes_are_named(tmp_path: Path) -> None:
    write(tmp_path / "b", "divisions.csv", "division_code,name,level\n410000,河南省,province\n")
    payments(tmp_path / "b", PAYMENT + ",blue", head=PAYMENT_HEAD + ",colour")
    warnings = " | ".join(load(tmp_path, tmp_path / "b").warnings)
    assert "colour" in warnings
    assert "410122000" in warnings


def test_a_mistyped_heading_of_an_optional_column_is_told_with_the_column_it_seems_to_mean(tmp_path: Path) -> None:
    said = load(tmp_path, payments(tmp_path, PAYMENT, head=PAYMENT_HEAD.replace("pay_date", "pay_dat"))).warnings
    assert [warning for warning in said if "slip for" in warning] == [
        'payments.csv: "pay_dat" looks like a slip for pay_date, and nothing of that column was loaded; if so, mend the '
        "heading and load the file again"]  # fmt: skip


def test_a_required_column_that_is_missing_rejects_every_row(tmp_path: Path) -> None:
    result = load(tmp_path, payments(tmp_path, "P1,5", "P2,6", head="payment_id,amount"))
    assert (result.read, result.rejected) == (2, 2)
    assert {one["column"] for one in result.rejects} == {
        "division_code", "status", "method", "payee_kind", "payee_name"}  # fmt: skip


def test_irregular_records_are_read_or_rejected_never_dropped(tmp_path: Path) -> None:
    lines = [
        PAYMENT,
        "",
        PAYMENT.replace("P1", "P2").replace("大孟镇", '大"孟"镇'),
        "P3,I1,410122",
        PAYMENT.replace("P1", "P4").replace("大孟镇", '"大\n孟镇"'),
        PAYMENT.replace("P1", "P5").replace("大孟镇", '"大孟镇'),
        PAYMENT.replace("P1", "P6"),
    ]
    result = load(tmp_path, payments(tmp_path, *lines))
    assert sorted(row["payment_id"] for row in rows(tmp_path)) == ["P1", "P2", "P4", "P6"]
    assert (result.read, result.rejected) == (6, 2)
    assert [(one["row"], one["found"][:3]) for one in result.rejects] == [(5, "P3,"), (7, "P5,")]


def test_title_rows_and_totals_rows_are_not_records(tmp_path: Path) -> None:
    lines = ["中牟县支付明细,,,,,,,,,,", "", PAYMENT_HEAD, PAYMENT, "合计,,,1234.56,,,,,,,"]
    result = load(tmp_path, write(tmp_path, "payments.csv", "\n".join(lines)))
    assert (result.read, result.loaded) == (1, 1)
    assert any("totals row" in warning for warning in result.warnings)
    assert rows(tmp_path)[0]["row"] == 4


def test_a_file_nobody_knows_is_misuse_when_named_and_a_warning_in_a_folder(tmp_path: Path) -> None:
    strange = write(tmp_path / "b", "weather.csv", "day,rain\n1,2\n")
    with pytest.raises(Misuse, match="cannot tell which table"):
        load(tmp_path, strange)
    payments(tmp_path / "b", PAYMENT)
    assert any("weather.csv" in warning for warning in load(tmp_path, tmp_path / "b").warnings)


def test_no_such_path(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load(tmp_path, tmp_path / "nothing")


def test_a_parquet_file_loads_like_its_csv(tmp_path: Path) -> None:
    from lineage import engine

    source = payments(tmp_path, PAYMENT)
    database = engine.connect()
    database.execute(
        f"COPY (SELECT * REPLACE (amount::DOUBLE AS amount) FROM read_csv('{source}', all_varchar = true)) "
        f"TO '{tmp_path / 'p' / 'payments.parquet'}'"
        if (tmp_path / "p").mkdir() is None
        else ""
    )
    load(tmp_path, tmp_path / "p" / "payments.parquet")
    assert rows(tmp_path)[0]["amount_fen"] == 123456
    assert load(tmp_path, source).unchanged == 1


def test_a_file_that_is_no_table_is_refused_with_a_clear_word(tmp_path: Path) -> None:
    (tmp_path / "payments.csv").write_bytes(b"%PDF-1.4 \x00\x01")
    with pytest.raises(loaders.Unreadable, match="PDF"):
        load(tmp_path, tmp_path / "payments.csv")


def test_account_numbers_are_shown_nowhere(tmp_path: Path) -> None:
    result = load(tmp_path, payments(tmp_path, PAYMENT, PAYMENT.replace("valid", "?").replace("P1", "P2")))
    kept = lineage.open(tmp_path / "ledger").rows("SELECT * FROM payments")
    stored = b"".join(file.read_bytes() for file in (tmp_path / "ledger").rglob("*") if file.is_file())
    assert b"6217001234567890123" not in stored
    assert "6217001234567890123" not in str(kept) + str(result.to_json())
