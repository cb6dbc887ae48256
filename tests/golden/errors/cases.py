"""The inputs of the gallery of errors: each case is a small set of files and how they are loaded.

`before` is loaded first, in silence. Files are text in UTF-8, or bytes; a list of rows becomes
a workbook, a dictionary one with those sheets (隐藏… is hidden).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HEAD = "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,payee_account,reverses\n"


def payment(number: str, **cells: str) -> str:
    """One line of payments.csv, good but for the cells given."""
    row = {"amount": "1234.56", "pay_date": "2017-06-03", "status": "valid", "method": "direct", "payee_kind": "village",
           "payee_name": "大孟镇", "payee_account": "", "reverses": "", "division_code": "410122"} | cells  # fmt: skip
    names = HEAD.strip().split(",")[2:]
    return ",".join([number, "I1", *(row[name] for name in names)]) + "\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A named input: its files, how it is loaded, what was loaded before."""

    name: str
    files: dict[str, Any]
    choices: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)


INDICATORS = "indicator_id,fiscal_year,division_code,date,amount,origin,integrated\n"
MANY = "".join(payment(f"Q{number}", amount=str(100 + number)) for number in range(6))
CASES = (
    Case("amounts that cannot be read", {"payments.csv": HEAD + "".join(
        payment(f"P{place}", amount=cell) for place, cell in enumerate(
            ('"1,2O0.00"', "12l.00", "0.123456", '"12,5"', "999999999999999999", "#DIV/0!", "a lot", "", "-", "贰佰元")))}),
    Case("days that are no days", {"payments.csv": HEAD + "".join(
        payment(f"P{place}", pay_date=cell) for place, cell in enumerate(("3/6/2017", "2017-06", "2017-02-30", "soon", "17.6.3", "/")))}),
    Case("codes, empty cells and spoilt numbers", {"payments.csv": HEAD + payment("P1", status="?") + payment("P2", payee_name="")
         + payment("P3", payee_account="6.2170012E+18") + payment("P4", payee_name="大孟\x07镇")}),
    Case("a masked number", {"payments.csv": HEAD + payment("P1", payee_account="***************9123")}),
    Case("signs and reversals", {"payments.csv": HEAD + payment("P1") + payment("P2", amount="-1.00") + payment("P3", reverses="P1")
         + payment("P4", amount="-9999.00", reverses="P1"), "indicators.csv": INDICATORS + "I1,2017,410122,2017-03-01,-5,own,\n"}),
    Case("one key twice", {"payments.csv": HEAD + payment("P1") + payment("P1", amount="1.00")}),
    Case("torn records", {"payments.csv": HEAD + payment("P1") + "P2,I1,410122\n" + payment("P3", payee_name='"大孟镇') + payment("P4")}),
    Case("years, flags, months and counts", {
        "indicators.csv": INDICATORS + "I1,MMXVII,410122,2017-03-01,5,own,\nI2,2017,410122,2017-03-01,5,own,perhaps\n",
        "one_card_batches.csv": "batch_id,division_code,pay_date,amount,person_count,programme\nB1,410122,2017-06-03,5,few,补贴\n",
        "one_card_payments.csv": "one_card_payment_id,batch_id,person_id,month,amount,status\nC1,B1,410122198001011234,13/2017,5,paid\n"}),
    Case("a heading with a slip in it", {"payments.csv": HEAD.replace("amount", "ammount") + payment("P1")}),
    Case("a column is missing", {"payments.csv": "payment_id,amount\nP1,5\n"}),
    Case("a long number that a workbook kept as a number", {"支付.xlsx": [
        ["支付编号", "区划代码", "金额", "支付日期", "状态", "支付方式", "收款人类型", "收款人", "收款账号"],
        ["P1", "410122", 5, "2017-06-03", "有效", "直接", "村", "大孟镇", 6217001234567890123],
        ["注：截至九月"]]}),
    Case("headers and files that nobody knows", {"payments.csv": HEAD.replace("indicator_id", "colour").replace("reverses", "收款人")
         + payment("P1"), "weather.csv": "day,rain\n1,2\n"}),
    Case("sheets that nobody sees, rows that nobody filled in", {"台账.xlsx": {"项目": [["序号", "项目代码", "项目名称"], [1, "XM1", "路"], [2]],
         "隐藏旧表": [["单位代码", "单位名称", "区划代码"], ["001", "扶贫办", "410122"]]}}),
    Case("files without rows, and what is not opened", {"payments.csv": b"", "projects.csv": "project_code,name\n", "更多.zip": b"PK"}),
    Case("totals rows", {"payments.csv": HEAD + payment("P1") + "合计,,,1234.56,,,,,,,\n" + payment("P2") + "合计,,,9999.00,,,,,,,\n"}),
    Case("codes and days to come", {"payments.csv": HEAD + payment("P1"), "divisions.csv": "division_code,name,level\n410000,河南省,province\n",
         "transfers.csv": "transfer_id,kind,to_division_code,issue_date,receive_date,amount\nT1,issue,410122,2017-06-03,2019-01-01,5\n"}),
    Case("amounts that look like another unit", {"payments.csv": HEAD + MANY, "indicators.csv": "indicator_id,fiscal_year,division_code,date,"
         "金额（亿元）,origin\n" + "".join(f"I{n},2017,410122,2017-03-01,200000,own\n" for n in range(6))}),
    Case("amounts ten thousand times those in the ledger", {"payments.csv": HEAD + "".join(
        payment(f"R{n}", amount=str((107 + n) * 10_000)) for n in range(6))}, before={"payments.csv": HEAD + MANY}),
    Case("corrections by ten thousand", {"payments.csv": HEAD + "".join(payment(f"Q{n}", amount=str((100 + n) * 10_000)) for n in range(6))},
         before={"payments.csv": HEAD + MANY}),
    Case("a profile's rows that reach no table", {"清册.csv": "批次号,姓名,身份证号,金额\n,张三,410122198001011234,5\n"},
         {"profile": "[inputs.list]\nheaders = ['批次号']\n[table.agencies]\nselect = \"SELECT 批次号 AS agency_code, 姓名 AS name, '410122' AS "
          "division_code, _file, _row FROM list WHERE 批次号 IS NOT NULL\"\n"}),
    Case("deletion marks", {"payments.csv": HEAD.strip() + ",删\n" + payment("P1").strip() + ",x\n"},
         {"profile": "[table.payments]\ndeleted = { column = '删', values = ['x'] }\n"}),
    Case("a control figure that does not agree", {"payments.csv": HEAD + payment("P1")}, {"control": "table,rows,amount\npayments,2,5.00\n"}),
    Case("rows of divisions that the person does not act for", {"payments.csv": HEAD + payment("P1", division_code="410181")},
         {"divisions": ("410122000",)}),
    Case("no table at all", {"payments.csv": b"%PDF-1.4"}),
    Case("a web page under a workbook's name", {"支付.xls": b"<html><table><tr><td>1"}),
    Case("an encrypted workbook", {"支付.xlsx": (Path(__file__).parents[2] / "data" / "workbooks" / "加密.xlsx").read_bytes()}),
    Case("a file in UTF-8 that was damaged", {"payments.csv": HEAD.encode() + "P1,大孟镇\n".encode() + b"\xe5\xa4\n"}),
    Case("bytes that are no text", {"payments.csv": b"a,b\n\xff\xff\xff\n"}),
    Case("no workbook", {"payments.xlsx": b"PK\x03\x04 torn"}),
    Case("a damaged Parquet file", {"payments.parquet": b"PAR1 torn PAR1"}),
    Case("too many columns", {"payments.csv": ",".join(f"x{number}" for number in range(3000)) + "\n"}),
    Case("a profile that is not there", {"payments.csv": HEAD}, {"profile_name": "nowhere"}),
    Case("a profile with a strange key", {"payments.csv": HEAD}, {"profile": "[table.payments]\nspeed = 1\n"}),
)  # fmt: skip
