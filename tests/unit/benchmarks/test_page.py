"""The page of benchmarks: ratios are of rates, a section is replaced whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import page
from benchmarks.__main__ import names
from benchmarks.engines import DuckDB, Movements, Networkx
from benchmarks.measures import Measure, Scale


def test_a_ratio_compares_rates_of_the_same_run() -> None:
    peer = Measure("peer", seconds=2.0, count=1000, unit="rows")
    ours = Measure("ours", seconds=0.5, count=500, unit="rows", against="peer")
    assert page.row(ours, peer) == "| ours | 500 ms | 1 thousand rows/s | peer | 2× |"
    assert page.row(Measure("alone", seconds=2e-6), None) == "| alone | 2 µs |  |  |  |"


def test_what_could_not_run_says_why() -> None:
    row = page.row(Measure("peer", 0, skipped="No module named 'peer'"), None)
    assert row == "| peer | not run: No module named 'peer' |  |  |  |"


def test_a_busy_machine_is_named_and_each_size_has_its_part(tmp_path: Path) -> None:
    assert "shared: 40 programs" in page.section("Title", "Note.", [Measure("a", 1.0)], Scale(1, tmp_path), 40.2)
    assert "shared" not in page.section("Title", "Note.", [Measure("a", 1.0)], Scale(1, tmp_path), 0.1)
    assert [page.block_of("load", size) for size in (1_000_000, 200)] == ["load", "load 200"]


def test_an_engine_finds_who_lies_upstream_and_reads_every_edge(tmp_path: Path) -> None:
    movements = Movements(6, *(np.array(column) for column in ([0, 1, 1, 2, 3], [1, 2, 3, 4, 4], [5, 2, 3, 2, 3])))
    for engine in (Networkx, DuckDB):
        peer = engine(movements, tmp_path)
        assert [peer.upstream(record) for record in range(6)] == [1, 2, 3, 3, 5, 1], engine.name
        assert peer.sum_of_edges() == 15, engine.name
        peer.close()


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
