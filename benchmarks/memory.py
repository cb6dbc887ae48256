"""The machine itself: how fast it reads and copies memory. What a kernel over arrays can hope for."""

from __future__ import annotations

import numpy

from benchmarks.measures import Measure, Scale, best_seconds

TITLE = "The machine's memory"
NOTE = "One thread over an array of 64-bit integers far larger than the caches; bytes moved count reads and writes."
ITEMS = 32_000_000


def measure(scale: Scale) -> list[Measure]:
    """Sum, copy, and gather at random places."""
    numbers = numpy.arange(ITEMS, dtype=numpy.int64)
    target = numpy.empty_like(numbers)
    places = numpy.random.default_rng(scale.seed).permutation(ITEMS)
    summed = best_seconds(lambda: int(numbers.sum()), runs=5)
    copied = best_seconds(lambda: numpy.copyto(target, numbers), runs=5)
    gathered = best_seconds(lambda: numpy.take(numbers, places, out=target), runs=3)
    return [
        Measure("sequential read", summed, 8 * ITEMS, "B"),
        Measure("copy", copied, 16 * ITEMS, "B", against="sequential read"),
        Measure("read at random places", gathered, 24 * ITEMS, "B", against="sequential read"),
    ]
