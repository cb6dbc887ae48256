"""A disk that fails at the n-th write, sync, rename, truncation or new folder: once, half, or from there on for good.

The faults are made below everything (a library put before the C library), so those of the engine's own writes count.
After each: the ledger opens, nothing half is seen, `verify` agrees, the error says which file and what to do, the retry
on a sound disk gives the whole, and nothing is left lying about. Short: some touches of each scene; long: every one.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lineage.ledger import verify
from tests.crash.scenes import SAID, SCENES, Forks, again, forks

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SHORT_TRIES = 3
ONCE, HALF, FOR_GOOD = 1, 2, 3
DONE, REFUSED = 0, 4
SOURCE = Path(__file__).with_name("faulty_disk.c")


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        reason = "SUITE NOT RUN: a disk that fails needs a C compiler (cc), and there is none"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    library = tmp_path_factory.mktemp("faulty") / "faulty_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    with forks(LD_PRELOAD=str(library)) as made:
        yield made


@pytest.fixture(scope="module", params=list(SCENES))
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    name = str(request.param)
    folder = tmp_path_factory.mktemp(name.replace(" ", "-"))
    SCENES[name].prepare(folder / "ledger")
    return name, folder


def suffer(parent: Forks, name: str, place: Path, touch: int, fault: int) -> int:
    """Let a scene meet a fault and see that all is well after it; gives how often it touched the disk."""
    scene, ledger = SCENES[name], place / "ledger"
    code = parent.run(name, ledger, touch=touch, fault=fault)
    touched, _, said = (place / SAID).read_text().partition("\n")
    assert code in (DONE, REFUSED), said
    if code == REFUSED:
        assert str(ledger) in said, "the error names the file"
        assert re.search(r"; .*(again|may write|space|log)", said), f"the error says what to do: {said}"
    if (ledger / "manifest" / "000001.json").exists():
        assert verify(ledger).problem is None
        assert scene.see(ledger) in ((scene.after,) if code == DONE else (scene.before, scene.after))
    else:
        assert (code, name) == (REFUSED, "first load")
    again(name, ledger)
    assert scene.see(ledger) == scene.after
    assert verify(ledger).problem is None
    left = [entry.name for home in ("batches", "manifest", "derived") for entry in (ledger / home).iterdir()]
    assert not [entry for entry in left if entry.startswith(".")], "the next writer clears what the failed one left"
    return int(touched)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [ONCE, HALF, FOR_GOOD], ids=["once", "half", "for-good"])
def test_a_disk_that_fails_leaves_the_old_ledger_or_the_new_one(
    fault: int,
    scene: tuple[str, Path],
    parent: Forks,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    name, folder = scene

    def meet(touch: int) -> int:
        place = Path(shutil.copytree(folder, tmp_path / str(touch)))
        return suffer(parent, name, place, touch, fault)

    touches = meet(100_000)
    assert touches > 2, "the faults are there to be met"
    some = random.Random(f"{name}{fault}").sample(range(1, touches + 1), min(touches, SHORT_TRIES))
    chosen = range(1, touches + 1) if LONG else sorted(some)
    for touch in chosen:
        meet(touch)
    record_property("faults", len(chosen))
