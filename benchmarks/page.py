"""The page docs/benchmarks.md: one section a benchmark, replaced whole when it runs again."""

from __future__ import annotations

import os
import platform
import re
import resource
from datetime import date
from importlib import import_module
from pathlib import Path

from benchmarks.measures import Measure, Scale
from lineage.release import VERSION

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
USUAL_PAYMENTS = 1_000_000
HEAD = """# Benchmarks

`make bench` runs these and writes this page. Read the ratios: they were taken in one run on one machine, against a
peer doing the same work or against the machine's own memory. Other sizes, and single benchmarks:
`make bench BENCHMARKS="attribution peers --payments 100000 1000000 10000000"`.

How it is done: a seeded made province (docs/made-province.md) is written, loaded and derived once a size and kept under
`.cache/benchmarks`. Every benchmark runs in a process of its own, so that its peak memory is its own. Times are wall
clock, the best of two to five runs, since noise only adds. Below each table stand the day, the machine, the size, the
process's peak memory and how busy the machine was when the benchmark began: with more at work than there are cores,
times are too long, and ratios mean more than times. Peers are optional (`pip install -e ".[bench]"`).
"""


def section_of(name: str, scale: Scale) -> str:
    """One benchmark's section."""
    module = import_module(f"benchmarks.{name}")
    busy = os.getloadavg()[0]
    title = module.TITLE if scale.payments == USUAL_PAYMENTS else f"{module.TITLE}, {scale.payments:,} payments"
    return section(title, module.NOTE, module.measure(scale), scale, busy)


def section(title: str, note: str, measures: list[Measure], scale: Scale, busy: float = 0.0) -> str:
    """One benchmark's part of the page; `busy` is how many programs wanted a core when it began."""
    by_name = {measure.name: measure for measure in measures}
    lines = [
        f"## {title}",
        "",
        note,
        "",
        "| what | time | rate | beside | ratio |",
        "| --- | ---: | ---: | --- | ---: |",
    ]
    lines += [row(measure, by_name.get(measure.against)) for measure in measures]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    said = f"{date.today()}, release {VERSION}, {machine}, {scale.payments:,} payments, peak {peak:.1f} GiB."
    if busy > (os.cpu_count() or 1) / 2:
        said += f" The machine was shared: {busy:.0f} programs wanted its cores when this began."
    return "\n".join([*lines, "", said])


def row(measure: Measure, peer: Measure | None) -> str:
    """One line: a rate where things were counted; the ratio is of rates, above 1 means faster than the peer."""
    if measure.skipped:
        return f"| {measure.name} | not run: {measure.skipped} |  |  |  |"
    rate = per_second(measure.count / measure.seconds, measure.unit) if measure.count > 1 else ""
    ratio = ""
    if peer is not None:
        ratio = f"{(measure.count / measure.seconds) / (peer.count / peer.seconds):.3g}×"
    what = f"{measure.name} ({measure.note})" if measure.note else measure.name
    return f"| {what} | {duration(measure.seconds)} | {rate} | {measure.against} | {ratio} |"


def per_second(rate: float, unit: str) -> str:
    """Three digits and a word for the thousands."""
    words = (" G", " M", " k") if unit == "B" else (" billion ", " million ", " thousand ")
    for size, word in zip((1e9, 1e6, 1e3), words, strict=True):
        if rate >= size:
            return f"{rate / size:.3g}{word}{unit}/s"
    return f"{rate:.3g} {unit}/s"


def duration(seconds: float) -> str:
    """Three digits in the unit that fits."""
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def block_of(name: str, payments: int) -> str:
    """The name of a benchmark's part of the page: one a size."""
    return name if payments == USUAL_PAYMENTS else f"{name} {payments}"


def keep(name: str, text: str) -> None:
    """Replace one benchmark's section in the page."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    block = f"<!-- {name} -->\n{text}\n<!-- end {name} -->\n"
    pattern = re.compile(rf"<!-- {name} -->\n.*?<!-- end {name} -->\n", re.DOTALL)
    page = pattern.sub(lambda _: block, page) if pattern.search(page) else f"{page}\n{block}"
    PAGE.write_text(page, encoding="utf-8")
