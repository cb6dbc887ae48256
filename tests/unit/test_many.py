"""A file of records gives one table: every policy or one, bounds beside them, and a row for what cannot be traced."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import lineage
from api import cli
from lineage.errors import Misuse, NotFound
from lineage.many import EVERY_POLICY, records_in, trace_many
from lineage.policies import compare

Example = Callable[[str], Path]


def test_one_record_that_cannot_be_traced_stops_nothing(example_ledger: Example) -> None:
    ledger = lineage.open(example_ledger("tangled"))
    table = trace_many(ledger, ["P56", "payment:R97", "nope"], "up", "fifo")
    assert table.columns == ("record", "state", "pool", "source", "tier", "class", "amount", "problem")
    assert [row[:2] for row in table.rows] == [("payment:P56", "partial")] * 2 + [("payment:R97", None), ("nope", None)]
    assert "takes back payment:P97" in str(table.rows[2][-1])
    assert table.problems == 2
    with pytest.raises(Misuse, match="policy"):
        trace_many(ledger, [], "up", "lucky")


def test_every_policy_stands_in_its_column_with_the_bounds_of_each_source(example_ledger: Example) -> None:
    ledger = lineage.open(example_ledger("tangled"))
    table = trace_many(ledger, ["payment:P56"], "up", "all", bounds=True)
    assert table.columns[6:] == (*EVERY_POLICY, "least", "most", "problem")
    rows = {row[3]: row for row in table.rows}
    assert rows["indicator:I8"][6:14] == ("0.00", "0.01", "0.01", "0.01", "0.01", "0.01", "0.00", "0.01")
    assert rows["unsourced"][12:14] == ("30.62", "30.63")
    side_by_side = compare(ledger, "payment:P56", "up", bounds=True)
    bounded = {row.record: row.bounds_fen for row in side_by_side.rows}
    assert bounded == {"indicator:I8": (0, 1), "unsourced": (3062, 3063)}


def test_down_a_table_of_ends(example_ledger: Example) -> None:
    table = trace_many(lineage.open(example_ledger("tangled")), ["payment:P56"], "down", "pro-rata", bounds=True)
    assert table.rows == (("payment:P56", "partial", "30.63", "payment:P56", None, None, "30.63", None),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_may_come_out_of_excel(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes('record,note\r\n"payment:支付1",x\r\n\r\n P2 \r\n'.encode(encoding))
    assert records_in(tmp_path / "list.csv") == ("payment:支付1", "P2")


def test_a_workbook_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"PK\x03\x04\x00\x00\xff\xff\x80")
    with pytest.raises(Misuse, match="one record a line"):
        records_in(tmp_path / "list.xlsx")


def test_the_command_writes_the_table_and_says_how_many_failed(example_ledger: Example, tmp_path: Path) -> None:
    listed, shared = tmp_path / "list.txt", ["--ledger", str(example_ledger("tangled"))]
    listed.write_text("P56\nnope\n")
    for ending in ("csv", "json", "xlsx"):
        out = tmp_path / f"out.{ending}"
        assert cli.run(["trace", "--from", str(listed), "--policy", "all", "-o", str(out), *shared]) == 1
        assert cli.run(["trace", "P56", "--policy", "all", "-o", str(tmp_path / f"p.{ending}"), *shared]) == 0
    assert json.loads((tmp_path / "out.json").read_text())["problems"] == 1
    with (tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["record"] for row in csv.DictReader(file)] == ["unsourced", "indicator:I8"]
    assert cli.run(["trace", "P56", "-o", str(tmp_path / "no" / "folder.csv"), *shared]) == 3
    assert cli.run(["trace", "P56", "-o", str(tmp_path / "out.txt"), *shared]) == 2


@pytest.mark.parametrize("text", ["P56", " payment:P56 ", "Payment： P56", "payment:Ｐ56"])
def test_a_record_is_found_as_people_paste_it(text: str, example_ledger: Example) -> None:
    assert lineage.open(example_ledger("tangled")).resolve(text) == "payment:P56"


def test_what_is_not_there_is_told_apart_from_what_is_not_there_yet(example_ledger: Example) -> None:
    path = example_ledger("tangled")
    with pytest.raises(NotFound, match=r"dated 2017-01-09, after the day asked, 2016-01-01"):
        lineage.open(path, as_of=date(2016, 1, 1)).trace("P56")
    with pytest.raises(NotFound, match="nearest: payment:P56"):
        lineage.open(path).trace("payment:P 56")
    with pytest.raises(Misuse, match="lineage view 410100000"):
        lineage.open(path).trace("410100000")
