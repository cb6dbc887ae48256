"""Writes to a ledger, each with what may be seen before and after it; and processes that are killed in the middle.

`python -m tests.crash.scenes` is a parent that has imported everything and forks a child an order, so that hundreds of
kills do not pay for hundreds of interpreters. It never opens an engine itself.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import lineage
from lineage.errors import LineageError
from lineage.ledger import covering, derive, journal
from tests.crash.test_commit import NEW, OLD, amounts, break_at, load_new, load_old, withdraw
from tests.staging import AT, load_rows

State = tuple[Any, ...]
SAID = "said.txt"
EARLY = 2
"""Loose batches at which the scene of a checkpoint makes one."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A ledger to begin with, what is done to it, what a reader may see, and how to look."""

    prepare: Callable[[Path], None]
    act: Callable[[Path], object]
    see: Callable[[Path], State]
    before: State
    after: State


def _rows(ledger: Path) -> State:
    return tuple(sorted(amounts(ledger).items()))


def _decisions(ledger: Path) -> State:
    return tuple(entry.body.get("n") for entry in lineage.open(ledger).decisions)


def _nodes(ledger: Path) -> State:
    return (*_rows(ledger), lineage.open(ledger).rows("SELECT count(*) AS n FROM nodes")[0]["n"])


def _old_derived(ledger: Path) -> None:
    load_old(ledger)
    derive(ledger)
    load_new(ledger)


def _covering(ledger: Path) -> None:
    with patch.object(covering, "LOOSE_MOST", EARLY):
        load_new(ledger)


def _two_decisions(ledger: Path) -> None:
    journal.append_all(ledger, [("seal", {"n": 1}), ("seal", {"n": 2})], "clerk", AT)


_OLD, _NEW = tuple(sorted(OLD.items())), tuple(sorted(NEW.items()))
SCENES = {
    "load": Scene(load_old, load_new, _rows, _OLD, _NEW),
    "checkpoint": Scene(load_old, _covering, _rows, _OLD, _NEW),
    "withdraw": Scene(load_old, withdraw, _rows, _OLD, ()),
    "derive": Scene(_old_derived, derive, _nodes, (*_NEW, 2), (*_NEW, 2)),
    "journal": Scene(load_old, _two_decisions, _decisions, (), (1, 2)),
    "first load": Scene(lambda _: None, load_old, lambda ledger: _rows(ledger) if _is_there(ledger) else (), (), _OLD),
}


def _is_there(ledger: Path) -> bool:
    return (ledger / "manifest").is_dir()


def again(name: str, ledger: Path) -> None:
    """The retry of somebody who does not know whether it was done; a decision and a withdrawal are looked up first."""
    scene = SCENES[name]
    if name in ("withdraw", "journal") and scene.see(ledger) == scene.after:
        load_rows(ledger, {"projects": [{"project_code": "9", "name": "next"}]})
        return
    scene.act(ledger)


class Forks:
    """The parent process, from the test's side: an order in, the child's exit code out."""

    def __init__(self, **environment: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment}
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.scenes"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, name: str, ledger: Path, *, touch: int = 0, after_ms: int = 0, fault: int = 0) -> int:
        """Do a scene's act in a child that is killed at its n-th touch of the disk, or after so long.

        With `fault` that touch fails in this way instead (tests/crash/faulty_disk.c); what was said lies beside.
        """
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{name}\t{touch}\t{after_ms}\t{fault}\t{ledger}\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())

    def close(self) -> None:
        """End the parent."""
        with self._parent as parent:
            assert parent.stdin is not None
            parent.stdin.close()


@contextmanager
def forks(**environment: str) -> Iterator[Forks]:
    """A parent while the block runs."""
    made = Forks(**environment)
    try:
        yield made
    finally:
        made.close()


def _serve() -> None:
    for order in sys.stdin:
        name, touch, after_ms, fault, ledger = order.rstrip("\n").split("\t")
        child = os.fork()
        if not child and int(fault):
            _child_on_a_faulty_disk(name, int(touch), int(fault), Path(ledger))
        if not child:
            _child(name, int(touch), int(after_ms), Path(ledger))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _child(name: str, touch: int, after_ms: int, ledger: Path) -> None:
    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    try:
        if touch:
            break_at(pytest.MonkeyPatch(), touch, die)
        if after_ms:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            doomed, killer = os.getpid(), os.fork()
            if not killer:
                import time

                time.sleep(after_ms / 1000)
                if os.getppid() == doomed:  # else it has ended, and the parent is whoever takes in orphans
                    os.kill(doomed, signal.SIGKILL)
                os._exit(0)
        SCENES[name].act(ledger)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(3)


def _child_on_a_faulty_disk(name: str, touch: int, fault: int, ledger: Path) -> None:
    """Ends with 0 when done, 4 when refused; how often the disk was touched and what was said are kept."""
    disk, said, code = ctypes.CDLL(None), "", 3
    disk.faulty_arm(os.fsencode(ledger), fault, ctypes.c_long(touch))
    try:
        SCENES[name].act(ledger)
        code = 0
    except LineageError as error:
        code, said = 4, str(error)
    except BaseException:
        said = traceback.format_exc()
    (ledger.parent / SAID).write_text(f"{disk.faulty_touched()}\n{said}")
    os._exit(code)


if __name__ == "__main__":
    _serve()
