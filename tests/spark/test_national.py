"""A national run on a real cluster gives what the provinces give one by one, also when a worker is killed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import lineage
import queries
from lineage import engine
from queries.national.province import RESULTS, findings_table
from tests.servers import missing
from tests.spark import cluster, provinces
from tests.staging import load_bundle, load_rows

WORKERS = 3
_ACROSS = {"payment_id": "P-across", "indicator_id": "I15-41", "division_code": "650122000", "amount_fen": 500,
           "pay_date": date(2017, 5, 1), "status": "valid", "method": "direct", "payee_kind": "village",
           "payee_name": "村"}  # fmt: skip
_NOWHERE = {"entry_id": "E-nowhere", "account_id": "none", "date": date(2017, 5, 1), "direction": "receipt",
            "amount_fen": 1}  # fmt: skip
Tables = dict[str, list[tuple[Any, ...]]]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("provinces")
    return {code: provinces.write(code, folder / str(code)) for code in provinces.CODES}


@pytest.fixture(scope="module")
def nation(bundles: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One ledger of all provinces; a later batch corrects one, so that rows in force have to be found."""
    ledger = tmp_path_factory.mktemp("nation") / "ledger"
    for bundle in bundles.values():
        load_bundle(ledger, bundle)
    load_rows(ledger, {"allocations": [_central(wrong=True)], "account_entries": [_NOWHERE]})
    load_rows(ledger, {"allocations": [_central(wrong=False)], "payments": [_ACROSS]})
    return ledger


@pytest.fixture(scope="module")
def one_by_one(bundles: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Every province loaded, derived and checked for itself; rows of all, sorted."""
    folder = tmp_path_factory.mktemp("one-by-one")
    out: Tables = {name: [] for name in RESULTS}
    for code, bundle in bundles.items():
        ledger = folder / str(code) / "ledger"
        load_bundle(ledger, bundle)
        if code == 41:
            load_rows(ledger, {"allocations": [_central(wrong=False)]})
        if code == 65:
            load_rows(ledger, {"payments": [_ACROSS]})
        view = lineage.open(ledger)
        on = engine.connect()
        for name in RESULTS:
            found = findings_table(queries.check(view).findings) if name == "findings" else view.query(f"FROM {name}")
            on.register("found", found)
            out[name] += on.execute("SELECT * FROM found").fetchall()
            on.unregister("found")
    return {name: sorted(rows, key=repr) for name, rows in out.items()}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cluster.Cluster]:
    if shutil.which("java") is None:
        missing("Spark", "Java 17 is not there")
    with cluster.started(tmp_path_factory.mktemp("spark"), WORKERS) as running:
        yield running


def _central(*, wrong: bool) -> dict[str, Any]:
    return {"allocation_id": "A-late", "fiscal_year": 2017, "division_code": "410000000", "source": "central",
            "date": date(2017, 2, 1), "amount_fen": 1 if wrong else 777, "poverty": True}  # fmt: skip


def begin(spark: cluster.Cluster, ledger: Path, target: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "lineage",
        "national",
        str(target),
        "--ledger",
        str(ledger),
        "--master",
        spark.master,
    ]
    environment = {**spark.environment, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [*command, "--json"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(running: subprocess.Popen[str], code: int) -> dict[str, Any]:
    said, noise = running.communicate(timeout=1500)
    assert running.returncode == code, noise[-3000:]
    return dict(json.loads(said))


def tables(target: Path) -> Tables:
    """The result tables of a run, read as anybody would read them."""
    on = engine.connect()
    out = {}
    for name in RESULTS:
        sql = f"SELECT * EXCLUDE province FROM read_parquet('{target}/{name}/*/*.parquet', hive_partitioning = true)"
        out[name] = sorted(on.execute(sql).fetchall(), key=repr)
    return out


def test_thirty_one_provinces_are_equal_to_running_them_one_by_one_although_a_worker_is_killed(
    spark: cluster.Cluster, nation: Path, one_by_one: Tables, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    running = begin(spark, nation, target)
    until = time.monotonic() + 900
    while not list(target.glob("nodes/province=*")) and time.monotonic() < until and running.poll() is None:
        time.sleep(0.1)
    assert running.poll() is None, "it was done before a worker could be killed"
    spark.kill(0)
    said = finished(running, code=1)
    found = tables(target)
    assert {name: len(rows) for name, rows in found.items()} == {name: len(rows) for name, rows in one_by_one.items()}
    assert found == one_by_one
    assert len(said["provinces"]) == 31
    whole = sum(row["amount_fen"] for row in lineage.open(nation).rows("SELECT amount_fen FROM allocations"))
    assert whole == sum(row[5] for row in found["nodes"] if row[1] == "allocation")
    assert (said["refused"], said["refused_fen"], said["unplaced"]) == (1, 500, {"account_entries": 1})
    edges = engine.connect().execute(f"SELECT * FROM read_parquet('{target}/refused_edges/*.parquet')").fetchall()
    assert edges == [("65", "payment:P-across", "indicator_id", "indicator:I15-41", "41", 500)]


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    command = [sys.executable, "-m", "lineage", "national", str(tmp_path), "--ledger", str(tmp_path / "none")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "LINEAGE_LANG": "en"}
    )
    assert done.returncode == 2
    assert "not empty" in done.stderr
