"""`lineage export` writes whole tables and the whole graph, to the fen."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

import lineage
from api import cli


@pytest.fixture
def export(example_ledger: Callable[[str], Path], tmp_path: Path) -> Callable[[str, str], Path]:
    """Run the command on the example with faults and give the file it wrote."""

    def run(table: str, ending: str) -> Path:
        file = tmp_path / f"{table}.{ending}"
        assert cli.run(["export", table, "-o", str(file), "--ledger", str(example_ledger("faults"))]) == 0
        return file

    return run


def counted(example_ledger: Callable[[str], Path], sql: str) -> tuple[int, int]:
    """Rows and fen as the ledger itself counts them."""
    [row] = lineage.open(example_ledger("faults")).rows(sql)
    return row["n"], row["fen"]


PAYMENTS = "SELECT count(*)::INTEGER AS n, sum(amount_fen)::BIGINT AS fen FROM payments"
EDGES = "SELECT count(*)::INTEGER AS n, sum(amount_fen)::BIGINT AS fen FROM edges"


def test_csv_holds_every_row_in_yuan(
    export: Callable[[str, str], Path], example_ledger: Callable[[str], Path]
) -> None:
    with export("payments", "csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    fen = sum(int(Decimal(row["amount"]) * 100) for row in rows)
    assert (len(rows), fen) == counted(example_ledger, PAYMENTS)


def test_parquet_holds_whole_fen(
    export: Callable[[str, str], Path], example_ledger: Callable[[str], Path]
) -> None:
    from pyarrow import parquet

    table = parquet.read_table(export("edges", "parquet"))
    assert str(table.schema.field("amount_fen").type) == "int64"
    assert (table.num_rows, sum(table["amount_fen"].to_pylist())) == counted(example_ledger, EDGES)


def test_a_workbook_holds_the_same_amounts(
    export: Callable[[str, str], Path], example_ledger: Callable[[str], Path]
) -> None:
    from python_calamine import CalamineWorkbook

    heads, *rows = CalamineWorkbook.from_path(str(export("payments", "xlsx"))).get_sheet_by_index(0).to_python()
    amounts = [Decimal(repr(row[heads.index("amount")])) for row in rows]
    assert (len(rows), int(sum(amounts) * 100)) == counted(example_ledger, PAYMENTS)


def test_graphml_is_read_back_by_networkx_record_by_record(
    export: Callable[[str, str], Path], example_ledger: Callable[[str], Path]
) -> None:
    import networkx

    graph = networkx.read_graphml(export("graph", "graphml"), force_multigraph=True)
    fen = sum(amount for _, _, amount in graph.edges(data="amount_fen"))
    assert (graph.number_of_edges(), fen) == counted(example_ledger, EDGES)
    kinds = {name.split(":")[0] for name in graph}
    assert kinds == {kind for _, kind in graph.nodes(data="kind")}


def test_prov_json_holds_every_record_and_movement(
    export: Callable[[str, str], Path], example_ledger: Callable[[str], Path]
) -> None:
    found = json.loads(export("graph", "prov-json").read_text(encoding="utf-8"))
    ledger = lineage.open(example_ledger("faults"))
    fen = sum(int(Decimal(one["fund:amount"]["$"]) * 100) for one in found["wasDerivedFrom"].values())
    assert (len(found["wasDerivedFrom"]), fen) == counted(example_ledger, EDGES)
    assert set(found["entity"]) == {
        f"fund:{quote(row['record'], safe='')}" for row in ledger.rows("SELECT record FROM nodes")
    }


@pytest.mark.parametrize(
    ("table", "file", "said"),
    [
        ("payment", "x.csv", 'table: found "payment", expected one of'),
        ("payments", "x.docx", 'format: found "docx", expected one of parquet, csv, xlsx'),
        ("graph", "x.csv", 'format: found "csv", expected one of graphml, prov-json'),
    ],
)
def test_what_cannot_be_written_is_misuse(
    table: str,
    file: str,
    said: str,
    example_ledger: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["export", table, "-o", file, "--ledger", str(example_ledger("faults"))]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_folder_that_is_not_there_is_said_in_one_line(
    ending: str, example_ledger: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "absent" / f"payments.{ending}"
    assert cli.run(["export", "payments", "-o", str(file), "--ledger", str(example_ledger("faults"))]) == 3
    assert f"{file}: No such file or directory" in capsys.readouterr().err
