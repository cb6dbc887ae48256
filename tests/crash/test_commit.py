"""A fault at the n-th write, fsync and rename of a load, for every n; a kill there; a full disk.

After each, the ledger is the old one or the new one, whole; the next load succeeds and leaves nothing behind.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.errors import LineageError, Unavailable
from lineage.ledger import derive, verify, write
from tests.staging import AT, load_rows

TOUCHED = ("write", "fsync", "rename")
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
POINTS_MOST = 60
OLD, NEW = {"A-1": 100}, {"A-1": 150, "A-2": 7}


class PowerCutError(OSError):
    """A fault that no code of ours can foresee."""


def allocation(identifier: str, amount_fen: int) -> dict[str, Any]:
    return {
        "allocation_id": identifier,
        "fiscal_year": 2017,
        "division_code": "41",
        "source": "province",
        "date": date(2017, 1, 5),
        "amount_fen": amount_fen,
    }


def load_old(ledger: Path) -> None:
    load_rows(ledger, {"allocations": [allocation("A-1", 100)]})


def load_new(ledger: Path) -> None:
    rows = {"allocations": [allocation(*row) for row in NEW.items()], "projects": [{"project_code": "1", "name": "x"}]}
    load_rows(ledger, rows)


def withdraw(ledger: Path) -> None:
    with write(ledger, who="clerk", at=AT) as writer:
        writer.withdraw(1, "x")


def amounts(ledger: Path) -> dict[str, int]:
    rows = lineage.open(ledger).rows("SELECT allocation_id, amount_fen FROM allocations ORDER BY 1")
    return {row["allocation_id"]: row["amount_fen"] for row in rows}


def break_at(patch: pytest.MonkeyPatch, point: int, fail: Callable[[], None]) -> list[str]:
    """Make the `point`-th touch of the disk fail; the list grows by one name a touch."""
    touched: list[str] = []

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            touched.append(name)
            if len(touched) == point:
                fail()
            return real(*arguments, **named)

        return call

    for name in TOUCHED:
        patch.setattr(os, name, watched(name, getattr(os, name)))
    return touched


def no_space() -> None:
    raise PowerCutError(errno.ENOSPC, "No space left on device")


def assert_tidy(ledger: Path) -> None:
    batches = sorted(entry.name for entry in (ledger / "batches").iterdir())
    manifests = sorted(entry.name for entry in (ledger / "manifest").iterdir())
    assert [f"{name}.json" for name in batches] == manifests


def test_a_fault_at_any_touch_of_the_disk_leaves_the_old_ledger_or_the_new_one(tmp_path: Path) -> None:
    for point in range(1, POINTS_MOST):
        ledger = tmp_path / str(point) / "ledger"
        load_old(ledger)
        with pytest.MonkeyPatch.context() as patch:
            touched = break_at(patch, point, no_space)
            try:
                load_new(ledger)
                broke = False
            except (LineageError, OSError):
                broke = True
        assert broke == (len(touched) >= point), touched
        assert verify(ledger).problem is None, touched
        assert amounts(ledger) in (OLD, NEW), touched
        load_new(ledger)
        assert amounts(ledger) == NEW
        assert verify(ledger).problem is None
        assert_tidy(ledger)
        if not broke:
            assert point > 8, touched
            return
    pytest.fail(f"a load touches the disk more than {POINTS_MOST} times")


def test_a_fault_in_a_withdrawal_is_made_good_by_the_next_writer(tmp_path: Path) -> None:
    for point in range(1, POINTS_MOST):
        ledger = tmp_path / str(point) / "ledger"
        load_old(ledger)
        with pytest.MonkeyPatch.context() as patch:
            touched = break_at(patch, point, no_space)
            with suppress(LineageError, OSError):
                withdraw(ledger)
        assert verify(ledger).problem is None, touched
        gone = amounts(ledger) == {}
        load_rows(ledger, {"projects": [{"project_code": "1", "name": "x"}]})
        assert [entry.kind for entry in lineage.open(ledger).decisions] == ["withdrawal"] * gone, touched
        assert verify(ledger).problem is None
        if len(touched) < point:
            return
    pytest.fail(f"a withdrawal touches the disk more than {POINTS_MOST} times")


def test_a_fault_while_deriving_leaves_the_set_before_in_force(tmp_path: Path) -> None:
    for point in range(1, 4 * POINTS_MOST, 1 if LONG else 9):  # a set is some sixty files, each synced
        ledger = tmp_path / str(point) / "ledger"
        load_old(ledger)
        derive(ledger)
        load_new(ledger)
        with pytest.MonkeyPatch.context() as patch:
            touched = break_at(patch, point, no_space)
            with suppress(LineageError, OSError):
                derive(ledger)
        assert amounts(ledger) == NEW, touched
        derive(ledger)
        assert lineage.open(ledger).rows("SELECT count(*) AS n FROM nodes") == [{"n": 2}]
        if len(touched) < point:
            return
    pytest.fail(f"deriving touches the disk more than {POINTS_MOST} times")


_KILLED = """
import os, signal, sys
from pathlib import Path
import pytest
from tests.crash.test_commit import break_at, load_new
break_at(pytest.MonkeyPatch(), int(sys.argv[2]), lambda: os.kill(os.getpid(), signal.SIGKILL))
load_new(Path(sys.argv[1]))
"""


def test_a_kill_at_any_touch_of_the_disk_leaves_the_old_ledger_or_the_new_one(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for point in range(1, POINTS_MOST, 1 if LONG else 3):
        ledger = tmp_path / str(point) / "ledger"
        load_old(ledger)
        command = [sys.executable, "-c", _KILLED, str(ledger), str(point)]
        code = subprocess.run(command, env=environment, check=False, stderr=subprocess.PIPE).returncode
        assert code in (0, -signal.SIGKILL)
        assert verify(ledger).problem is None
        assert amounts(ledger) in (OLD, NEW)
        load_new(ledger)
        assert amounts(ledger) == NEW
        assert_tidy(ledger)
        if code == 0:
            return
    pytest.fail(f"a load touches the disk more than {POINTS_MOST} times")


_FULL = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from lineage import engine
from lineage.errors import Unavailable
from tests.crash.test_commit import load_new
engine.connect().close()
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
try:
    load_new(Path(sys.argv[1]))
except Unavailable as error:
    print(error)
"""


def test_a_file_that_does_not_fit_is_a_clear_error_and_the_old_ledger_stays(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    load_old(ledger)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    answer = subprocess.run(
        [sys.executable, "-c", _FULL, str(ledger)], env=environment, check=True, capture_output=True, text=True
    )
    assert "could not write" in answer.stdout
    assert (amounts(ledger), verify(ledger).problem) == (OLD, None)


def test_a_folder_that_may_not_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable, match="could not make"):
        load_old(tmp_path / "file" / "ledger")
