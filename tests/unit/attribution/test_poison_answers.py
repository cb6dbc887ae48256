"""Under poison no door shows an amount for a source: it says that some of its money is possible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import lineage
from api import cli
from lineage.exports.rows import sheets
from lineage.many import trace_many


def test_json_tables_and_sheets_give_no_amounts(
    example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    place = example_ledger("tangled")
    ledger = lineage.open(place)
    trail = ledger.trace("payment:P105", policy="poison")
    answer = trail.to_json()
    assert len(answer["sources"]) > 1
    assert {source["amount"] for source in answer["sources"]} == {None}
    assert answer["unsourced"] is None
    assert answer["unsourced_possible"] is True
    [shown] = [sheet for sheet in sheets(trail) if sheet.name == "sources"]
    assert {row[4] for row in shown.rows} == {None}
    assert {row[6] for row in trace_many(ledger, ["payment:P105"], "up", "poison").rows} == {None}
    down = ledger.trace("allocation:A0", direction="down", policy="poison").to_json()
    assert {end["amount"] for end in down["reached"]} == {None}
    assert cli.run(["trace", "payment:P105", "--policy", "poison", "--ledger", str(place), "--lang", "en"]) == 0
    sources = capsys.readouterr().out.split("\ntrail")[0].splitlines()[2:]
    assert len(sources) == len(answer["sources"]) + 1
    assert all(line.rstrip().endswith("possible") for line in sources)


def test_bounds_are_shown_where_no_source_is_known(
    example_ledger: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(example_ledger("tangled"))
    assert cli.run(["trace", "payment:P113", "--bounds", "--ledger", place, "--lang", "en"]) == 0
    head, row = capsys.readouterr().out.splitlines()[1:3]
    assert head.split()[-2:] == ["least", "most"]
    least, most = row.split()[-2:]
    assert float(least) <= 49.96 <= float(most)
