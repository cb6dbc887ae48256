"""The page of benchmarks: ratios are of rates, a section is replaced whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import page
from benchmarks.__main__ import names
from benchmarks.measures import Measure, Scale


def test_a_ratio_compares_rates_of_the_same_run() -> None:
    peer = Measure("peer", seconds=2.0, count=1000, unit="rows")
    ours = Measure("ours", seconds=0.5, count=500, unit="rows", against="peer")
    assert page.row(ours, peer) == "| ours | 500 ms | 1 thousand rows/s | peer | 2× |"
    assert page.row(Measure("alone", seconds=2e-6), None) == "| alone | 2 µs |  |  |  |"


@pytest.mark.parametrize(
    ("rate", "unit", "text"),
    [(2.5e9, "B", "2.5 GB/s"), (1.2e6, "rows", "1.2 million rows/s"), (12.0, "traces", "12 traces/s")],
)
def test_rates_have_three_digits(rate: float, unit: str, text: str) -> None:
    assert page.per_second(rate, unit) == text


def test_a_section_is_replaced_whole_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    for name, text in (("load", "rose"), ("trace", "lily"), ("load", "iris")):
        page.keep(name, text)
    written = page.PAGE.read_text(encoding="utf-8")
    assert "rose" not in written
    assert [written.count(word) for word in ("iris", "lily", "# Benchmarks")] == [1, 1, 1]


def test_the_section_names_the_machine_and_the_size(tmp_path: Path) -> None:
    text = page.section("Title", "Note.", [Measure("a", 1.0)], Scale(1234, tmp_path))
    assert text.startswith("## Title\n\nNote.\n")
    assert "cores" in text
    assert "1,234 payments" in text


def test_every_benchmark_offers_title_note_and_measure() -> None:
    from importlib import import_module

    assert names()[0] == "memory"
    for name in names():
        module = import_module(f"benchmarks.{name}")
        assert module.TITLE, name
        assert module.NOTE, name
        assert callable(module.measure), name
