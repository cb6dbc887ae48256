"""kill -9 at every touch of the disk, and at random moments, of every write there is; a reader and two writers beside.

After each: what was acknowledged is there, nothing partial is seen, `verify` agrees, and the retry gives the whole.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import lineage
from lineage.ledger import verify
from tests.crash.scenes import SCENES, Forks, again, forks
from tests.crash.test_kills import counted, stream

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
RANDOM_KILLS = 80 if LONG else 6
TOUCHES_MOST = 200
KILLED = -signal.SIGKILL


@pytest.fixture(scope="module")
def parent() -> Iterator[Forks]:
    with forks() as made:
        yield made


@pytest.fixture(scope="module", params=list(SCENES))
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    name = str(request.param)
    folder = tmp_path_factory.mktemp(name.replace(" ", "-"))
    SCENES[name].prepare(folder / "ledger")
    return name, folder


def fresh(folder: Path, place: Path) -> Path:
    shutil.copytree(folder, place)
    return place / "ledger"


def assert_whole_and_repeatable(name: str, ledger: Path, code: int) -> None:
    scene = SCENES[name]
    if not (ledger / "manifest").is_dir():
        assert (code, name) == (KILLED, "first load")
    else:
        assert verify(ledger).problem is None
        seen = scene.see(ledger)
        assert seen in ((scene.after,) if code == 0 else (scene.before, scene.after))
    again(name, ledger)
    assert scene.see(ledger) == scene.after
    assert verify(ledger).problem is None
    left = [entry.name for home in ("batches", "manifest", "derived") for entry in (ledger / home).iterdir()]
    assert not [entry for entry in left if entry.startswith(".")], "the next writer clears what the dead one left"


@pytest.mark.slow
def test_a_kill_at_every_touch_of_the_disk(
    scene: tuple[str, Path], parent: Forks, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    name, folder = scene
    every = 7 if name == "derive" and not LONG else 1  # a set is some sixty files, each synced
    for touch in range(1, TOUCHES_MOST, every):
        ledger = fresh(folder, tmp_path / str(touch))
        code = parent.run(name, ledger, touch=touch)
        assert code in (0, KILLED)
        assert_whole_and_repeatable(name, ledger, code)
        if code == 0:
            assert touch > 2
            record_property("kills", (touch - 1) // every)
            return
    pytest.fail(f"{name} touches the disk more than {TOUCHES_MOST} times")


@pytest.mark.slow
def test_a_kill_at_random_moments(
    scene: tuple[str, Path], parent: Forks, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    name, folder = scene
    chance, killed = random.Random(2017), 0
    for kill in range(RANDOM_KILLS):
        ledger = fresh(folder, tmp_path / str(kill))
        code = parent.run(name, ledger, after_ms=1 + int(400 * chance.random() ** 2))
        assert code in (0, KILLED)
        killed += code == KILLED
        assert_whole_and_repeatable(name, ledger, code)
    record_property("kills", killed)  # some were done before


@pytest.mark.slow
def test_two_writers_that_are_killed_in_turn_and_a_reader_throughout(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    ledger = tmp_path / "ledger"
    acknowledged: set[int] = set()
    seen: list[tuple[int, int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            if (ledger / "manifest" / "000001.json").exists():
                seen.append(counted(ledger))

    pool = ThreadPoolExecutor(1)
    reader = pool.submit(read)
    try:
        for round_ in range(20 if LONG else 3):
            with stream(ledger, 1_000_000 * round_) as one, stream(ledger, 1_000_000 * round_ + 500_000) as other:
                for writer in (one, other):
                    assert writer.stdout is not None
                    acknowledged.add(int(writer.stdout.readline()))
                    writer.send_signal(signal.SIGKILL)
                    acknowledged.update(int(line) for line in writer.stdout.read().split("\n")[:-1])
    finally:
        done.set()
        pool.shutdown()
    record_property("kills", 2 * (round_ + 1))
    reader.result()  # it read to the end without an error
    assert seen, "the reader met no batch"
    assert all(projects == agencies for projects, agencies in seen)
    assert verify(ledger).problem is None
    view = lineage.open(ledger)
    assert acknowledged <= {int(row["project_code"]) for row in view.rows("SELECT project_code FROM projects")}
    assert acknowledged <= {entry.body["number"] for entry in view.decisions}
