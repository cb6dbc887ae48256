"""One writer at a time: the second waits or is told who holds the ledger; a dead one is no hindrance."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lineage.errors import Busy
from lineage.ledger import write
from tests.staging import AT, load_rows

_HOLD = """
import sys, time
from datetime import datetime
from lineage.ledger import write
with write(sys.argv[1], who="赵六", at=datetime(2018, 1, 1)) as writer:
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(ledger: Path, seconds: float) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    other = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(ledger), str(seconds)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def test_the_second_writer_is_told_who_holds_the_ledger(tmp_path: Path) -> None:
    with hold(tmp_path / "ledger", 60) as other:
        for wait in (False, 0.2):
            with pytest.raises(Busy, match="赵六") as refused, write(tmp_path / "ledger", who="x", at=AT, wait=wait):
                pass
            assert str(other.pid) in refused.value.holder
        other.kill()


def test_the_second_writer_waits_until_the_first_has_finished(tmp_path: Path) -> None:
    with hold(tmp_path / "ledger", 0.5) as other:
        with write(tmp_path / "ledger", who="x", at=AT):
            pass
        assert other.wait() == 0


def test_a_killed_writer_leaves_nothing_that_hinders_the_next(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with hold(ledger, 60) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert list((ledger / "batches").glob(".writing-*"))
    started = time.monotonic()
    load_rows(ledger, {"projects": [{"project_code": "1", "name": "x"}]})
    assert time.monotonic() - started < 60
    assert [entry.name for entry in (ledger / "batches").iterdir()] == ["000001"]
