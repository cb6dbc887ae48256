"""What docs/scale.md reckons with is what docs/benchmarks.md measured, and the reckoning is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from queries.catalogue import catalogue

DOCS = Path(__file__).parents[2] / "docs"
CORES, ROWS, NATION = 2, 10**7, 10**9
STEPS = {
    "load (once": "load to the commit of the batch",
    "derive:": "deriving tables and graph",
    "all 39 rules": "all 39 rules",
    "split by province": "load to the commit of the batch",
}


def cells(page: str, start: str) -> list[str]:
    """The row of a table that begins so."""
    (found,) = [line for line in page.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in found.strip("|").split("|")]


@pytest.fixture(scope="module")
def scale() -> str:
    return (DOCS / "scale.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def seconds() -> dict[str, float]:
    """Seconds for ten million payments by step, from the page that the benchmarks wrote."""
    page = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    page = page[page.index("| what | a million | ten million |") : page.index("<!-- memory -->")]
    return {step: float(cells(page, measured)[2].removesuffix(" s")) for step, measured in STEPS.items()}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_reckoned_from_what_was_measured(step: str, scale: str, seconds: dict[str, float]) -> None:
    _, measured, rate, hours = cells(scale, step)
    core_seconds = CORES * seconds[step]
    if step != "split by province":
        assert measured == f"{seconds[step]} s for 10 M on 2 cores"
    assert int(rate.split()[0].replace(",", "")) == round(ROWS / core_seconds, -2)
    assert hours == f"{core_seconds * NATION / ROWS / 3600:.1f}"


def test_the_sums_are_those_of_the_table(scale: str, seconds: dict[str, float]) -> None:
    hours = sum(CORES * seconds[step] for step in STEPS if not step.startswith("load")) * NATION / ROWS / 3600
    assert f"about {hours:.1f} core-hours" in scale
    assert f"on 32 cores some {hours / 32 * 60:.0f} minutes" in scale
    (minutes,) = re.findall(r"s ≈ (\d+) minutes on two cores", scale)
    assert int(minutes) == round(10 * (seconds["derive:"] + seconds["all 39 rules"]) / 60)
    assert f"all {len(catalogue())} rules" in scale
