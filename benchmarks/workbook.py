"""Reading a workbook of 600,000 cells beside openpyxl."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measures import Measure, Scale, best_seconds

TITLE = "Workbooks"
NOTE = (
    "One sheet of 50,000 payments in 12 columns with Chinese headers. Ours is the whole way: guarded, read in a process"
    " of its own, parsed, checked, committed as a batch. openpyxl only reads the cells."
)
ROWS = 50_000
HEAD = "支付编号 指标编号 区划代码 支付金额（万元） 支付日期 支付状态 支付方式 收款人类型 收款人 收款账号 项目代码 用途"


def measure(scale: Scale) -> list[Measure]:
    """openpyxl in its fastest mode once, the load once."""
    import shutil

    import loaders

    path = workbook(scale.folder / "支付.xlsx")
    ledger = scale.folder / "ledger-workbook"
    shutil.rmtree(ledger, ignore_errors=True)
    ledger.with_name(ledger.name + ".key").unlink(missing_ok=True)
    peer = best_seconds(lambda: read_with_openpyxl(path), runs=1)
    result = loaders.load(ledger, path, derive=False)
    assert (result.loaded, result.rejected) == (ROWS, 0), "every row of the workbook is good"
    cells = ROWS * len(HEAD.split())
    return [
        Measure("openpyxl, reading the cells", peer, cells, "cells"),
        Measure(
            "load to the commit of the batch", result.seconds["load"], cells, "cells", "openpyxl, reading the cells"
        ),
    ]


def workbook(path: Path) -> Path:
    """The workbook, made once."""
    import xlsxwriter

    if path.exists():
        return path
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("支付")
    sheet.write_row(0, 0, HEAD.split())
    for number in range(ROWS):
        day = f"2017-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        start = [f"P{number:06d}", f"I{number % 500:04d}", "410122", (number % 9973 + 1) / 100, day, "有效", "直接支付"]
        payee = ["村", "大孟镇冉庄村", f"62170012345{number:08d}", "410122PRJ", "道路硬化"]
        sheet.write_row(number + 1, 0, [*start, *payee])
    book.close()
    return path


def read_with_openpyxl(path: Path) -> int:
    """Every cell, read-only mode."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    count = sum(len(row) for row in book.active.iter_rows(values_only=True))
    book.close()
    return count
