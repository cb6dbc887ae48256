"""Workbooks as people make them: titles, merged and two-line headings, totals, spoilt numbers, bombs."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import loaders
from tests.unit.loaders.bundles import load, rows

HEAD = [
    "支付编号",
    "财政区划",
    "支付金额（万元）",
    "支付日期",
    "支付状态",
    "支付方式",
    "收款人类型",
    "收款人全称",
    "收款人账号",
]
ROW = ["P1", "410122", 0.123456, datetime.date(2017, 6, 3), "有效", "直接支付", "村", "大孟镇", "6217001234567890123"]


def workbook(path: Path, sheets: dict[str, list[list[Any]]], merges: tuple[tuple[int, ...], ...] = ()) -> Path:
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(row, column, cell)
        for merge in merges:
            sheet.merge_range(*merge, lines[merge[0]][merge[1]])
    book.close()
    return path


def test_titles_units_totals_and_notes_around_a_table(tmp_path: Path) -> None:
    lines = [["中牟县2017年支付明细"], ["单位：万元"], [*HEAD[:2], "支付金额", *HEAD[3:]], ROW, ["P2", *ROW[1:2], 1, *ROW[3:]],
             ["合计", None, 1.123456], ["注：数据截至9月底"]]  # fmt: skip
    result = load(tmp_path, workbook(tmp_path / "台账.xlsx", {"Sheet1": lines}))
    assert (result.read, result.loaded) == (2, 2)
    assert [row["amount_fen"] for row in rows(tmp_path)] == [123456, 1_000_000]
    assert [row["row"] for row in rows(tmp_path)] == [4, 5]
    assert rows(tmp_path)[0]["pay_date"] == datetime.date(2017, 6, 3)
    warnings = " | ".join(result.warnings)
    assert "row 6 is a totals row" in warnings
    assert "注：数据截至9月底" in warnings
    assert "apart" not in warnings


def test_a_total_that_does_not_agree_is_said(tmp_path: Path) -> None:
    result = load(tmp_path, workbook(tmp_path / "支付.xlsx", {"Sheet1": [HEAD, ROW, ["合计", None, 5]]}))
    assert any("48765.44 apart" in warning for warning in result.warnings)


def test_two_heading_lines_and_merged_cells(tmp_path: Path) -> None:
    lines = [
        ["支付编号", "财政区划", "支付", None, "支付状态", "支付方式", "收款人", None],
        [None, None, "支付金额", "支付日期", None, None, "收款人类型", "收款人全称"],
        ["P1", "410122", 12.5, "2017/6/3", "有效", "直接", "村", "大孟镇"],
        ["P2", None, 13, "2017/6/4", "有效", "直接", "村", "大孟镇"],
    ]
    merges = ((0, 0, 1, 0), (0, 2, 0, 3), (0, 6, 0, 7), (2, 1, 3, 1))
    result = load(tmp_path, workbook(tmp_path / "支付.xlsx", {"Sheet1": lines}, merges))
    assert result.rejects == ()
    assert [(row["amount_fen"], row["division_code"]) for row in rows(tmp_path)] == [
        (1250, "410122000"),
        (1300, "410122000"),
    ]


def test_several_tables_in_one_sheet_and_a_sheet_a_table(tmp_path: Path) -> None:
    both = [["一、单位"], ["单位代码", "单位名称", "区划代码"], ["001", "扶贫办", "410122"], [],
            ["二、项目"], ["项目代码", "项目名称", "区划代码"], ["PRJ", "道路", "410122"]]  # fmt: skip
    divisions = [["区划代码", "区划名称", "级次"], ["410122", "中牟县", "县级"]]
    result = load(tmp_path, workbook(tmp_path / "基础.xlsx", {"资料": both, "区划": divisions}))
    assert {table.table: table.loaded for table in result.tables} == {"divisions": 1, "agencies": 1, "projects": 1}


def test_a_long_number_kept_as_a_number_is_rejected(tmp_path: Path) -> None:
    spoilt = [*ROW[:-1], 6217001234567890123]
    result = load(tmp_path, workbook(tmp_path / "支付.xlsx", {"Sheet1": [HEAD, ROW, ["P2", *spoilt[1:]]]}))
    (reject,) = result.rejects
    assert (reject["row"], reject["column"]) == (3, "payee_account")
    assert "store as text" in reject["hint"]
    assert "62170012345" not in str(result.to_json())


def test_long_ids_kept_as_numbers_are_rejected_short_ones_are_text(tmp_path: Path) -> None:
    lines = [HEAD, [1001.0, 410122, *ROW[2:]], [12345678901234567, 410122, *ROW[2:]]]
    result = load(tmp_path, workbook(tmp_path / "支付.xlsx", {"Sheet1": lines}))
    assert [one["column"] for one in result.rejects] == ["payment_id"]
    assert (rows(tmp_path)[0]["payment_id"], rows(tmp_path)[0]["division_code"]) == ("1001", "410122000")


def test_sums_of_floats_are_read_by_the_digits_excel_shows(tmp_path: Path) -> None:
    head = [*HEAD[:2], "支付金额", *HEAD[3:]]
    lines = [head, [*ROW[:2], 0.1 + 0.2, *ROW[3:]], ["P2", "410122", 1.005, *ROW[3:]]]
    result = load(tmp_path, workbook(tmp_path / "支付.xlsx", {"Sheet1": lines}))
    assert [row["amount_fen"] for row in rows(tmp_path)] == [30]
    assert [(one["row"], one["found"]) for one in result.rejects] == [(3, "1.005")]


def test_other_formats_read_alike(tmp_path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="支付")
    for line in ([*HEAD[:2], "支付金额", *HEAD[3:]], ["P1", "410122", "1,234.56", "2017年6月3日", *ROW[4:]]):
        row = TableRow()
        for cell in line:
            element = TableCell(valuetype="string")
            element.addElement(P(text=str(cell)))
            row.addElement(element)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(tmp_path / "支付.ods")
    load(tmp_path, tmp_path / "支付.ods")
    assert rows(tmp_path)[0]["amount_fen"] == 123456


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "payments.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (200 << 20))
    with pytest.raises(loaders.Unreadable, match="would unpack to"):
        load(tmp_path, path)


def test_a_part_that_does_not_unpack_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "payments.xlsx", {"payments": [HEAD, ROW]})
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    torn = bytearray(path.read_bytes())
    start = part.header_offset + 30 + len(part.filename)
    torn[start : start + part.compress_size] = b"\xff" * part.compress_size
    path.write_bytes(torn)
    with pytest.raises(loaders.Unreadable, match="damaged"):
        load(tmp_path, path)


def test_a_sheet_of_two_far_cells_does_not_take_the_memory(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "payments.xlsx")
    sheet = book.add_worksheet("payments")
    sheet.write(0, 0, "payment_id")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(loaders.Unreadable):
        load(tmp_path, tmp_path / "payments.xlsx")


@pytest.mark.parametrize("content", [b"PK\x03\x04 torn", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_a_torn_workbook_is_a_clear_word(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "payments.xlsx").write_bytes(content)
    with pytest.raises(loaders.Unreadable, match=r"payments\.xlsx"):
        load(tmp_path, tmp_path / "payments.xlsx")
