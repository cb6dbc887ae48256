"""One measured thing, timed the same way everywhere: the best of a few runs, for noise only ever adds."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measure:
    """What was timed: seconds (best), how many `units` it handled, and the measure it is compared with, by name.

    `skipped` says why it could not be timed here.
    """

    name: str
    seconds: float
    count: int = 1
    unit: str = "run"
    against: str = ""
    note: str = ""
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a run is: payments of the made province, and the folder where it is kept between benchmarks."""

    payments: int
    folder: Path
    seed: int = 2017
    extra: dict[str, str] = field(default_factory=dict)


def best_seconds(work: Callable[[], object], *, runs: int = 3, before: Callable[[], object] | None = None) -> float:
    """Wall time of the best of `runs`; `before` prepares each run and is not timed."""
    seconds = []
    for _ in range(runs):
        if before is not None:
            before()
        gc.collect()
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
