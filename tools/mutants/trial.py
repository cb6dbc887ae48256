"""Runs the tests on one mutant after the other, in copies of the tree.

Each mutant is tried in a fork of a process that has imported the libraries but nothing of the project, so that one
costs its tests and not the imports.
"""

from __future__ import annotations

import importlib
import math
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.mutants.mutant import Mutant

TIMES_LONGER, SECONDS_AT_LEAST = 3, 10
"""A run that takes so many times the processor time that it takes without the change hangs; no run is given up sooner
than this."""
SLEEPS = 12
"""A run whose clock time is so many times the processor time it may take is waiting for something that never comes."""
POLL_SECONDS = 0.05
LIBRARIES = ("pytest", "hypothesis", "numpy", "pyarrow.parquet", "duckdb", "pandas", "openpyxl", "networkx")
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".cache", "__pycache__", "demo", ".hypothesis", ".*_cache")
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
_PASSED, _NOTHING_RUN = 0, 5
Stages = Sequence[tuple[str, ...]]
Usual = Callable[[tuple[str, ...]], float]


@contextmanager
def changed(mutant: Mutant, folder: Path) -> Iterator[None]:
    """The tree in `folder` with that change while the block runs."""
    target = folder / mutant.path
    original = target.read_bytes()
    target.write_text(mutant.text, encoding="utf-8")
    try:
        yield
    finally:
        target.write_bytes(original)


def copy_tree(root: Path, folder: Path) -> Path:
    """A copy of the tree to change."""
    return Path(shutil.copytree(root, folder, ignore=_LEFT_OUT))


def noticed(mutant: Mutant, folder: Path, stages: Stages, usual: Usual) -> bool:
    """Whether a test fails, or hangs, on the mutant; a later stage is asked only where the earlier ones pass. `usual`
    gives the processor time that a stage takes without a change.
    """
    for stage in stages:
        seconds = max(TIMES_LONGER * usual(stage), SECONDS_AT_LEAST)
        with changed(mutant, folder):
            if not passes(folder, stage, seconds):
                return True
    return False


def passes(folder: Path, tests: Sequence[str], seconds: float) -> bool:
    """Whether the tests pass in the tree of `folder` within so much processor time, which other work on the machine
    does not use up; where the arguments choose none, nothing fails.
    """
    child = os.fork()
    if not child:
        _run(folder, tests, seconds)
    deadline = time.monotonic() + SLEEPS * seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) in (_PASSED, _NOTHING_RUN)
        time.sleep(POLL_SECONDS)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _run(folder: Path, tests: Sequence[str], seconds: float) -> None:
    """In the child: run the tests and end with pytest's own code."""
    code = 3
    try:
        os.setpgid(0, 0)
        spent = math.ceil(time.process_time() + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (spent, spent))
        os.environ.update(LINEAGE_INTERPRETED="1", PYTHONDONTWRITEBYTECODE="1", HYPOTHESIS_PROFILE="mutants")
        sys.dont_write_bytecode = True
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] in ("tools", "tests")]:
            del sys.modules[name]
        nothing = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nothing, stream)
        pytest = importlib.import_module("pytest")
        code = int(pytest.main([*_OPTIONS, *tests]))
    finally:
        os._exit(code)


def import_libraries() -> None:
    """What every run of the tests imports, once."""
    for name in LIBRARIES:
        importlib.import_module(name)
