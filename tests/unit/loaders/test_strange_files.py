"""Files as clerks and engineers really send them: read right, or refused with the place and a clear word."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import loaders
from lineage.errors import NotFound
from tests.unit.loaders.bundles import load, rows, write

WORKBOOKS = Path(__file__).parents[2] / "data" / "workbooks"
HEAD = "支付编号,指标编号,区划代码,金额,支付日期,状态,支付方式,收款人类型,收款人,收款账号"


def pay(number: str, amount: str = "100.00", *, name: str = "大孟镇", day: str = "2017-06-03") -> str:
    return f"{number},I1,410122,{amount},{day},有效,直接支付,村,{name},"


def kept(folder: Path) -> list[tuple[str, int, str]]:
    return [(row["payment_id"], row["amount_fen"], row["payee_name"]) for row in rows(folder)]


def book(path: Path, *sheets: tuple[str, list[list[Any]]], hidden: str = "") -> Path:
    with xlsxwriter.Workbook(path) as made:
        for name, lines in sheets:
            sheet = made.add_worksheet(name)
            for number, cells in enumerate(lines):
                sheet.write_row(number, 0, cells)
            if name == hidden:
                sheet.hide()
    return path


@pytest.mark.parametrize("ending", ["xlsx", "xls", "xlsb", "ods"])
def test_workbooks_of_real_programs_in_every_format_read_alike(ending: str, tmp_path: Path) -> None:
    result = load(tmp_path, WORKBOOKS / f"支付.{ending}")
    assert (result.read, result.rejects) == (3, ())
    found = [(row["payment_id"], row["division_code"], row["amount_fen"], str(row["pay_date"]), row["row"]) for row in rows(tmp_path)]
    assert found == [
        ("003", "410122000", 2101905898, "2017-06-05", 6),
        ("P1", "410122000", 123456, "2017-06-03", 4),
        ("P2", "410122000", 363000000, "2016-02-29", 5),
    ]
    assert [warning.split(": ", 1)[1] for warning in result.warnings] == [
        f"支付.{ending}[支付]:8: 注：数据截至9月底", "row 7 is a totals row and was left out"]  # fmt: skip


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_an_encrypted_workbook_is_a_clear_word(ending: str, tmp_path: Path) -> None:
    with pytest.raises(loaders.Unreadable, match=rf"加密\.{ending}: is encrypted; save a copy without a password"):
        load(tmp_path, WORKBOOKS / f"加密.{ending}")
    assert not (tmp_path / "ledger" / "manifest").exists() or not list((tmp_path / "ledger" / "manifest").iterdir())


def test_a_text_table_saved_by_a_spreadsheet_with_title_blank_rows_total_and_notes(tmp_path: Path) -> None:
    wide = "," * 9
    lines = [f"中牟县支付明细表{wide}", f"单位：万元{wide}", HEAD, pay("P1", "0.01"), pay("P2", "0.02"), wide,
             f"合计,,,0.03{',' * 6}", f"注：1.单位为万元{wide}", f"2.截至9月底{wide}", "制表人：张三,,,,审核：李四,,,,,"]  # fmt: skip
    result = load(tmp_path, write(tmp_path, "支付.csv", "\r\n".join(lines) + "\r\n", "gb18030"))
    assert (result.read, result.loaded) == (2, 2)
    assert [amount for _, amount, _ in kept(tmp_path)] == [10000, 20000]
    assert sum("a note under a table" in warning for warning in result.warnings) == 3
    assert not any("apart" in warning for warning in result.warnings)


def test_a_delimiter_inside_an_unquoted_cell_never_shifts_cells_in_silence(tmp_path: Path) -> None:
    shifted = pay("P2", name="大孟镇,东村")  # eleven cells, the last one empty
    result = load(tmp_path, write(tmp_path, "支付.csv", "\n".join((HEAD, pay("P1"), shifted, pay("P3"))) + "\n"))
    assert [(one["row"], one["expected"]) for one in result.rejects] == [(3, "10 cells, as the heading has")]
    assert [number for number, _, _ in kept(tmp_path)] == ["P1", "P3"]


def test_a_program_s_delimiter_behind_every_record_is_harmless(tmp_path: Path) -> None:
    load(tmp_path, write(tmp_path, "支付.csv", "\n".join((HEAD, pay("P1") + ",", pay("P2") + ",")) + "\n"))
    assert [number for number, _, _ in kept(tmp_path)] == ["P1", "P2"]


def test_quotes_inside_quotes_in_every_style(tmp_path: Path) -> None:
    names = ('"大""孟""镇"', '大"孟"镇', '"大"孟"镇"')
    lines = [pay(f"P{place}", name=name) for place, name in enumerate(names)]
    load(tmp_path, write(tmp_path, "支付.csv", "\n".join((HEAD, *lines)) + "\n"))
    assert {name for _, _, name in kept(tmp_path)} == {'大"孟"镇'}


@pytest.mark.parametrize(
    "content",
    [
        ("\ufeffsep=;\r\n" + HEAD + "\r\n" + pay("P1") + "\r\n").replace(",", ";").encode(),
        (HEAD + "\r" + pay("P1") + "\r").encode(),
        (HEAD + "\r\n" + pay("P1")).encode(),
        (HEAD + "\n" + pay("P1") + "\n\n\n").encode("gb18030"),
        (HEAD.replace(",", "\t") + "\n" + pay("P1").replace(",", "\t")).encode("utf-16"),
    ],
)
def test_marks_line_ends_and_delimiters_of_many_programs(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "支付.txt").write_bytes(content)
    load(tmp_path, tmp_path / "支付.txt")
    assert kept(tmp_path) == [("P1", 10000, "大孟镇")]


def test_rare_characters_of_gb18030(tmp_path: Path) -> None:
    load(tmp_path, write(tmp_path, "支付.csv", f"{HEAD}\n{pay('P1', name='𠮷家庄€村')}\n{pay('P2', name='䶮镇㑇村')}\n", "gb18030"))
    assert [name for _, _, name in kept(tmp_path)] == ["𠮷家庄€村", "䶮镇㑇村"]


def test_a_file_in_utf8_that_is_damaged_is_not_read_as_gb18030(tmp_path: Path) -> None:
    text = "\n".join((HEAD, *(pay(f"P{number}") for number in range(9)))).encode()
    (tmp_path / "支付.csv").write_bytes(text.replace("大孟镇".encode(), "大孟镇".encode()[:-1], 5)[: len(text)])
    with pytest.raises(loaders.Unreadable, match="line 2 holds bytes that are no UTF-8"):
        load(tmp_path, tmp_path / "支付.csv")


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"\xef\xbb\xbf", b" \r\n"])
def test_an_empty_file_is_said_to_be_empty(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "支付.csv").write_bytes(content)
    result = load(tmp_path, tmp_path / "支付.csv")
    assert (result.read, result.written, result.warnings) == (0, False, ("支付.csv: is empty",))


def test_a_heading_without_rows_is_said(tmp_path: Path) -> None:
    assert load(tmp_path, write(tmp_path, "支付.csv", HEAD + "\n")).warnings == ("支付.csv: has a heading and no rows",)


def test_rows_of_a_numbered_form_that_nobody_filled_in(tmp_path: Path) -> None:
    lines = [f"序号,{HEAD}", f"1,{pay('P1')}", f"2{',' * 10}", f"3{',' * 10}"]
    result = load(tmp_path, write(tmp_path, "支付.csv", "\n".join(lines)))
    assert (result.read, result.loaded) == (1, 1)
    assert any("2 rows hold nothing but 序号 and were left out, such as row 3" in warning for warning in result.warnings)


def test_subtotals_of_places_and_totals_of_totals(tmp_path: Path) -> None:
    def total(word: str, amount: str) -> str:
        return f"{word},,,{amount}{',' * 6}"

    lines = [HEAD, pay("P1"), pay("P2"), total("大孟镇小计", "200.00"), pay("P3"), total("黄店镇小计：", "100.00"),
             total("中牟县合计", "300.00"), pay("P4"), total("小　计", "100.00"), total("总计", "400.00")]  # fmt: skip
    result = load(tmp_path, write(tmp_path, "支付.csv", "\n".join(lines)))
    assert (result.read, result.loaded) == (4, 4)
    assert sum("totals row" in warning for warning in result.warnings) == 5
    assert not any("apart" in warning for warning in result.warnings)


def test_tables_side_by_side_and_a_hidden_sheet(tmp_path: Path) -> None:
    lines = [["单位代码", "单位名称", "区划代码", None, "项目代码", "项目名称", "区划代码"],
             ["001", "扶贫办", "410122", None, "XM1", "道路", "410122"], [None, None, None, None, "XM2", "桥", "410122"]]  # fmt: skip
    path = book(tmp_path / "资料.xlsx", ("台账", lines), ("旧表", [lines[0][:3], ["009", "旧单位", "410122"]]), hidden="旧表")
    result = load(tmp_path, path)
    assert {table.table: (table.read, table.loaded) for table in result.tables} == {"agencies": (2, 2), "projects": (2, 2)}
    assert [(row["project_code"], row["agency_code"], row["row"]) for row in rows(tmp_path, "projects")] == [("XM1", None, 2), ("XM2", None, 3)]
    assert any("hidden sheets 旧表" in warning for warning in result.warnings)


def test_one_list_in_two_columns_of_a_page(tmp_path: Path) -> None:
    head = ["项目代码", "项目名称"]
    load(tmp_path, book(tmp_path / "项目.xlsx", ("Sheet1", [head + head, ["XM1", "路", "XM3", "井"], ["XM2", "桥"]])))
    assert [row["project_code"] for row in rows(tmp_path, "projects")] == ["XM1", "XM2", "XM3"]


def test_a_lower_table_keeps_its_own_unit_however_far_down_it_stands(tmp_path: Path) -> None:
    head = ["安排编号", "年度", "区划代码", "资金来源", "日期", "金额"]
    many = [[f"A{number}", 2017, "410000", "省级", "2017-01-05", 5] for number in range(80)]
    lines = [["一、元"], head, *many, ["注：以上为元"], [], ["二、其他资金"], ["单位：万元"], head, ["B1", 2017, "410000", "中央", "2017-01-05", 5]]
    result = load(tmp_path, book(tmp_path / "安排.xlsx", ("资金安排", lines)))
    assert (result.rejected, result.loaded) == (0, 81)
    assert {row["amount_fen"] for row in rows(tmp_path, "allocations")} == {500, 5_000_000}


def test_what_is_no_table_is_named_for_what_it_is(tmp_path: Path) -> None:
    cases = {"a web page": b"<html><body><table><tr><td>\xd6\xa7", "an XML file": b"\xef\xbb\xbf<?xml version='1.0'?>", "JSON": b'{"a": 1}',
             "a compressed archive": b"Rar!\x1a", "a picture": b"\x89PNG\r\n", "a PDF": b"%PDF-1.7", "an SQLite database": b"SQLite format 3\0"}  # fmt: skip
    for what, content in cases.items():
        (tmp_path / "支付.xls").write_bytes(content)
        with pytest.raises(loaders.Unreadable, match=f"is no table but {what}"):
            load(tmp_path, tmp_path / "支付.xls")


def test_a_folder_with_other_things_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    write(folder, "支付.csv", f"{HEAD}\n{pay('P1')}\n")
    write(folder, "说明.txt", "请先装载支付\n")
    write(folder / "去年", "支付.csv", f"{HEAD}\n{pay('P9')}\n")
    for name in ("~$支付.xlsx", ".DS_Store", "图.png", "通知.docx"):
        (folder / name).write_bytes(b"x")
    with zipfile.ZipFile(folder / "更多.zip", "w") as archive:
        archive.writestr("支付.csv", HEAD)
    result = load(tmp_path, folder)
    assert result.loaded == 1
    assert [warning.split(":")[0] for warning in result.warnings] == ["去年/", "更多.zip", "通知.docx", "说明.txt"]
    (folder / "支付.csv").unlink()
    (folder / "说明.txt").unlink()
    with pytest.raises(NotFound, match=r"only 去年, 更多\.zip, 通知\.docx"):
        load(tmp_path, folder)
    with pytest.raises(loaders.Unreadable, match="is an archive but no workbook; unpack it"):
        load(tmp_path, folder / "更多.zip")


def test_a_file_under_the_wrong_ending_is_what_it_is(tmp_path: Path) -> None:
    path = book(tmp_path / "支付.xlsx", ("支付", [HEAD.split(","), pay("P1").split(",")]))
    path.rename(tmp_path / "支付.csv")
    load(tmp_path, tmp_path / "支付.csv")
    load(tmp_path, write(tmp_path, "支付.xlsx", f"{HEAD}\n{pay('P2')}\n"))
    assert [number for number, _, _ in kept(tmp_path)] == ["P1", "P2"]


def test_a_slip_in_a_heading_is_guessed_at(tmp_path: Path) -> None:
    text = f"{HEAD.replace('金额', '金頟').replace('收款人类型', '收款人类形')}\n{pay('P1')}\n{pay('P2')}\n"
    result = load(tmp_path, write(tmp_path, "支付.csv", text))
    assert {one["column"]: one["hint"].split(" meant")[0] for one in result.rejects} == {
        "amount": "is the header 金頟", "payee_kind": "is the header 收款人类形"}  # fmt: skip


def test_a_bundle_in_another_order_changes_nothing(tmp_path: Path) -> None:
    lines = [pay(f"P{number}") for number in range(9)]
    load(tmp_path, write(tmp_path, "支付.csv", "\n".join((HEAD, *lines))))
    again = load(tmp_path, write(tmp_path, "支付.csv", "\n".join((HEAD, *reversed(lines)))))
    assert (again.unchanged, again.written) == (9, False)


def test_a_file_that_grows_while_it_is_read_stops_the_load(tmp_path: Path) -> None:
    path = write(tmp_path, "支付.csv", HEAD + "\n" + "".join(f"{pay(f'P{number}')}\n" for number in range(20_000)))
    grown = threading.Event()

    def grow() -> None:
        with path.open("a", encoding="utf-8") as file:
            while not grown.is_set():
                file.write(pay("X") + "\n")
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with pytest.raises(loaders.Unreadable, match="changed while it was read; wait until it is complete"):
            load(tmp_path, path)
    finally:
        grown.set()
        writer.join()


def test_a_million_columns_are_refused_quickly_in_text_and_the_error_is_short(tmp_path: Path) -> None:
    for name, text in (("heading.csv", "x," * 1_000_000), ("record.csv", f"{HEAD}\n{'x,' * 1_000_000}\n{pay('P1')}\n")):
        with pytest.raises(loaders.Unreadable) as caught:
            load(tmp_path, write(tmp_path, name, text))
        assert "expected at most 2,000" in str(caught.value)
        assert len(str(caught.value)) < 300
