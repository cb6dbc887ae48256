"""Rules, overview and reconciliation against an independent reading of the design, on the examples and random ledgers.

`HYPOTHESIS_PROFILE=long` takes 150 ledgers instead of four.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders
import queries
from lineage.ledger import Ledger
from tests.oracle import measures, reconciliation, rules
from tests.oracle.answers import yuan
from tests.oracle.network import tables_of
from tests.oracle.random_books import write_random_books
from tests.oracle.records import Books, books_as_of, latest_date

SEEDS = range(150) if os.environ.get("HYPOTHESIS_PROFILE") == "long" else (6, 8, 103, 117)
EXAMPLES = Path(__file__).parents[1] / "examples"
COMPARED = ("system", "report", "difference", "unexplained", "outside_treasury_at_most")
Answers = dict[str, Any]


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_overview_and_reconciliation_equal_the_oracles(seed: int, tmp_path: Path) -> None:
    write_random_books(tmp_path / "bundle", seed)
    loaders.load(tmp_path / "ledger", [tmp_path / "bundle"])
    ledger = lineage.open(tmp_path / "ledger")
    assert str(ledger.as_of) == latest_date(tables_of(tmp_path / "bundle"))
    compare(ledger, books_as_of(tmp_path / "bundle"))
    day = date(2017, 2 + seed % 10, 15)
    books = books_as_of(tmp_path / "bundle", day.isoformat())
    compare(lineage.open(tmp_path / "ledger", as_of=day), books)


def compare(ledger: Ledger, books: Books) -> None:
    assert engine_findings(ledger) == {name: hits for name, hits in rules.findings(books).items() if hits}
    for calibre in ("2017", "next"):
        found = queries.overview(ledger, calibre=calibre).to_json()
        assert overview_facts(found, measures.overview(books, "", calibre)) == overview_facts(
            measures.overview(books, "", calibre), measures.overview(books, "", calibre)
        )
        differences = queries.reconcile(ledger, calibre=calibre).to_json()["divisions"]
        assert difference_facts(differences) == difference_facts(reconciliation.reconcile(books, calibre))


def engine_findings(ledger: Ledger) -> dict[str, list[rules.Hit]]:
    found: dict[str, list[rules.Hit]] = {}
    for one in queries.check(ledger).findings:
        found.setdefault(one.rule.name, []).append((one.subject, one.amount_fen, one.severity))
    return {name: sorted(hits) for name, hits in found.items()}


def overview_facts(answer: Answers, asked: Answers) -> Answers:
    """The fields of `asked`, divisions by code."""
    facts = {key: answer[key] for key in asked if key != "divisions"}
    names = asked["divisions"][0]
    return facts | {one["division_code"]: {key: one[key] for key in names} for one in answer["divisions"]}


def difference_facts(answers: list[Answers]) -> Answers:
    return {
        f"{one['division_code']}:{one['measure']}:{one['tier']}": (
            [one[name] for name in COMPARED],
            {cause["cause"]: (cause["amount"], sorted(cause["records"])) for cause in one["causes"]},
        )
        for one in answers
    }


@pytest.mark.parametrize("name", ["sound", "faults"])
def test_the_oracle_gives_the_worked_answers(name: str) -> None:
    def expected(file: str) -> Any:
        return json.loads((EXAMPLES / name / "expected" / file).read_text(encoding="utf-8"))

    books = books_as_of(EXAMPLES / name / "bundle", "2017-09-30")
    accused = {(rule, *hit) for rule, hits in rules.findings(books).items() for hit in hits}
    assert {(rule, subject, yuan(fen), severity) for rule, subject, fen, severity in accused} == {
        (one["rule"], one["subject"], one["amount"], one["severity"]) for one in expected("check.json")["findings"]
    }
    for calibre in ("2017", "next"):
        wanted = expected(f"overview_{calibre}.json")
        for one in wanted["divisions"]:
            one.pop("name")
        found = measures.overview(books, "", calibre)
        assert overview_facts(found, wanted) == overview_facts(wanted, wanted)
    found_differences = reconciliation.reconcile(books, "2017")
    assert difference_facts(found_differences) == difference_facts(expected("reconcile.json")["divisions"])
