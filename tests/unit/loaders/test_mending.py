"""What a load set aside is written out, mended by hand, and loaded again: nothing is lost on the way, nor its unit."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import xlsxwriter

from api.cli.rejects import mendable
from api.cli.rejects import write as write_rejects
from lineage.ledger import quarantine
from tests.unit.loaders.bundles import load, rows, write

HEAD = "支付编号,指标编号,区划代码,金额,支付日期,状态,支付方式,收款人类型,收款人,收款账号,冲销"


def pay(number: str, amount: str, name: str = "大孟镇") -> str:
    return f"{number},I1,410122,{amount},2017-06-03,有效,直接支付,村,{name},,"


def written(folder: Path, batch: int) -> list[dict[str, Any]]:
    """The rejects of a batch as a person finds them in the file."""
    write_rejects(mendable(quarantine.read(folder / "ledger", batch)), folder / "被拒.csv")
    with (folder / "被拒.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def mend(folder: Path, lines: list[dict[str, Any]]) -> Path:
    with (folder / "改正.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return folder / "改正.csv"


def test_every_kind_of_reject_comes_out_under_its_heading_and_goes_in_again(tmp_path: Path) -> None:
    bad = [pay("P1", "1OO.00", "=1+1"), pay("P2", "5"), pay("P2", "6"), "P3,I1,410122,7.00", pay("P4", "8", '"大孟镇')]
    first = load(tmp_path, write(tmp_path, "支付.csv", "\n".join((HEAD, *bad)) + "\n"))
    lines = written(tmp_path, 1)
    assert (first.read, first.rejected) == (5, len(lines)) == (5, 4)
    assert [line["支付编号"] for line in lines] == ["P1", "P2", "P3", "P4"]
    assert lines[2]["reject_expected"] == "11 cells, as the heading has"
    lines[0]["金额"] = "100.00"
    lines[1]["支付编号"] = "P2b"
    lines[2] |= dict(zip(HEAD.split(","), pay("P3", "7.00").split(","), strict=True))
    lines[3] |= dict(zip(HEAD.split(","), pay("P4", "8").split(","), strict=True))
    again = load(tmp_path, mend(tmp_path, lines))
    assert (again.rejects, again.loaded, again.warnings) == ((), 4, ())
    assert [(row["payment_id"], row["amount_fen"]) for row in rows(tmp_path)] == [
        ("P1", 10000), ("P2", 500), ("P2b", 600), ("P3", 700), ("P4", 800)]  # fmt: skip
    assert rows(tmp_path)[0]["payee_name"] == "=1+1"


def test_a_unit_in_the_title_goes_along(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "支付.xlsx") as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(["单位：万元", HEAD, pay("P1", "l.5")]):
            sheet.write_row(number, 0, line.split(","))
    load(tmp_path, tmp_path / "支付.xlsx")
    (line,) = written(tmp_path, 1)
    assert line["金额（万元）"] == "l.5"
    load(tmp_path, mend(tmp_path, [line | {"金额（万元）": "1.5"}]))
    assert rows(tmp_path)[0]["amount_fen"] == 1_500_000


def test_files_with_other_headings_lie_in_sheets_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    write(folder, "支付.csv", f"{HEAD}\n{pay('P1', 'x')}\n")
    write(folder, "支付2.csv", f"{HEAD.replace('金额', '金额（万元）')}\n{pay('P2', 'y')}\n")
    load(tmp_path, folder)
    found = mendable(quarantine.read(tmp_path / "ledger", 1))
    assert [(sheet.name, len(sheet.rows)) for sheet in found] == [("payments", 1), ("payments 2", 1)]
