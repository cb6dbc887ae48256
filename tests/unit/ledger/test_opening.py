"""Opening is cheap and harmless: nothing written, no heavy library imported."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

import lineage
from lineage.errors import Damaged, Misuse, NotFound
from tests.staging import load_bundle, load_rows

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("opening") / "ledger"
    load_bundle(path, EXAMPLES / "tangled" / "bundle")
    load_rows(
        path,
        {
            "allocations": [
                {
                    "allocation_id": "P1",
                    "fiscal_year": 2017,
                    "division_code": "41",
                    "source": "province",
                    "date": date(2017, 1, 5),
                    "amount_fen": 1,
                }
            ]
        },
    )
    return path


def test_opening_imports_no_array_library(ledger: Path) -> None:
    program = (
        "import sys, lineage; ledger = lineage.open(sys.argv[1]); assert ledger.version and ledger.as_of; "
        "print(sorted({'numpy', 'pandas', 'numba', 'pyarrow', 'networkx'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    answer = subprocess.run(
        [sys.executable, "-c", program, str(ledger)], env=environment, check=True, capture_output=True, text=True
    )
    assert answer.stdout == "[]\n"


def test_reading_writes_nothing_into_the_ledger(ledger: Path) -> None:
    before = {entry: entry.stat().st_mtime_ns for entry in ledger.rglob("*")}
    view = lineage.open(ledger, as_of=date(2017, 5, 1))
    view.rows("SELECT count(*) FROM payments")
    view.rows("SELECT count(*) FROM nodes")
    assert {entry: entry.stat().st_mtime_ns for entry in ledger.rglob("*")} == before


def test_many_threads_ask_one_view(ledger: Path) -> None:
    view = lineage.open(ledger)
    tables = ["payments", "transfers", "indicators", "allocations"] * 8
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda name: view.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"], tables))
    assert found == [132, 98, 43, 7] * 8


def test_a_bare_id_is_accepted_where_one_record_bears_it(ledger: Path) -> None:
    view = lineage.open(ledger)
    assert view.resolve("T36") == "transfer:T36"
    assert view.resolve("payment:P1") == "payment:P1"
    with pytest.raises(Misuse, match="allocation:P1, payment:P1"):
        view.resolve("P1")
    with pytest.raises(NotFound, match="nearest: transfer:T3") as missing:
        view.resolve("transfer:T3x")
    assert missing.value.exit_code == 2


def test_answers_come_as_arrow_and_as_rows(ledger: Path) -> None:
    view = lineage.open(ledger)
    table = view.query("SELECT record, amount_fen FROM payments WHERE record = ?", ["payment:P1"])
    assert table.to_pylist() == view.rows("SELECT record, amount_fen FROM payments WHERE record = 'payment:P1'")


def test_a_batch_or_ledger_that_is_not_there_is_said(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no batch 9"):
        lineage.open(ledger, as_known=9)
    with pytest.raises(NotFound, match="holds no ledger"):
        lineage.open(tmp_path)
    (tmp_path / "manifest").mkdir()
    (tmp_path / "manifest" / "000001.json").write_text("{}")
    with pytest.raises(Damaged, match="no manifest"):
        lineage.open(tmp_path)


def test_before_the_first_batch_every_table_is_empty(ledger: Path) -> None:
    view = lineage.open(ledger, as_known=0)
    assert (view.version, view.as_of) == ("0.0", None)
    assert view.rows("SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM steps) AS n") == [{"n": 0}]


def test_what_does_not_fit_into_memory_spills_and_leaves_nothing_behind(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAGE_MEMORY", "60MB")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    view = lineage.open(ledger)
    big = "SELECT md5(i::VARCHAR) AS d FROM range(1500000) t(i) ORDER BY d"
    view.rows(f"CREATE TEMP TABLE big AS {big}")
    assert view.rows(f"SELECT max(d) AS d FROM ({big})") == [{"d": "fffffe98d0963d27015c198262d97221"}]
    assert len(list(tmp_path.iterdir())) == 1
    del view
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_says_which_view_it_is(ledger: Path) -> None:
    day = lineage.open(ledger).latest_business_date
    assert repr(lineage.open(ledger)) == f"<ledger {ledger}: batch 2, as of {day}>"
    past = lineage.open(ledger, as_of=date(2017, 1, 5), as_known=1, asserted=False)
    assert repr(past) == f"<ledger {ledger}: batch 1, as of 2017-01-05, without accepted links>"
