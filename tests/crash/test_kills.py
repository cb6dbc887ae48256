"""Kills at random moments of a stream of loads, and readers beside it: no acknowledged batch is lost, none is half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import lineage
from lineage.ledger import verify

KILLS = 150 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 6
_STREAM = """
import sys
from datetime import date
from pathlib import Path
from lineage.ledger import journal
from tests.staging import AT, load_rows
ledger, start = Path(sys.argv[1]), int(sys.argv[2])
for number in range(start, start + 10_000):
    load_rows(ledger, {
        "projects": [{"project_code": f"{number}", "name": "x"}],
        "agencies": [{"agency_code": f"{number}", "name": "x", "division_code": "41"}],
    })
    journal.append(ledger, "seal", {"number": number}, "clerk", AT)
    print(number, flush=True)
"""


def stream(ledger: Path, start: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", _STREAM, str(ledger), str(start)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def counted(ledger: Path) -> tuple[int, int]:
    (row,) = lineage.open(ledger).rows(
        "SELECT (SELECT count(*) FROM projects) AS p, (SELECT count(*) FROM agencies) AS a"
    )
    return row["p"], row["a"]


@pytest.mark.slow
def test_no_acknowledged_batch_is_lost_or_torn_by_kills(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("kills", KILLS)
    ledger, chance = tmp_path / "ledger", random.Random(2017)
    acknowledged: list[int] = []
    for kill in range(KILLS):
        with stream(ledger, 10_000 * kill) as loading:
            assert loading.stdout is not None
            acknowledged.append(int(loading.stdout.readline()))
            time.sleep(chance.random() * 0.6)
            loading.send_signal(signal.SIGKILL)
            acknowledged.extend(int(line) for line in loading.stdout.read().split("\n")[:-1])
        assert verify(ledger).problem is None
        view = lineage.open(ledger)
        here = {int(row["project_code"]) for row in view.rows("SELECT project_code FROM projects")}
        assert set(acknowledged) <= here
        assert len(here) == len(view.rows("SELECT agency_code FROM agencies"))
        assert set(acknowledged) <= {entry.body["number"] for entry in view.decisions}
        assert len(here) <= len(acknowledged) + kill + 1, "a batch that nobody sent"


def test_a_reader_beside_a_writer_sees_whole_batches_only(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with stream(ledger, 0) as loading:
        assert loading.stdout is not None
        loading.stdout.readline()
        seen = [counted(ledger) for _ in range(25)]
        view = lineage.open(ledger)
        first = view.rows("SELECT count(*) AS n FROM projects")
        time.sleep(0.5)
        assert view.rows("SELECT count(*) AS n FROM agencies") == first, "an open view must not move"
        loading.kill()
    assert all(projects == agencies for projects, agencies in seen)
    assert seen == sorted(seen)
    assert seen[-1] > seen[0], "the writer was not delayed by readers"
