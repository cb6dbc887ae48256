"""The ranking against an independent reading of its definitions, on the examples and on random ledgers.

`LINEAGE_WORLDS=200 LINEAGE_SEED=7` takes more and other ledgers.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders
import queries
from lineage.ledger import Ledger
from queries.rank_parts import RANKED_POLICIES
from tests.oracle import ranking
from tests.oracle.network import Row
from tests.oracle.random_books import Maker, write_rows
from tests.oracle.ranking import Asked, Judged
from tests.oracle.records import books_as_of

EXAMPLES = Path(__file__).parents[1] / "examples"
START = 1000 * int(os.environ.get("LINEAGE_SEED", "0"))
SEEDS = range(START, START + int(os.environ.get("LINEAGE_WORLDS", "5")))
LENIENT = {"parts_needed": 1, "stale_days": 3660}
Answers = dict[str, Any]


def facts(answer: Answers) -> Answers:
    """The compared fields of a ranking, in its order."""
    return {
        "ranked": [
            [one["division_code"], one["rank"], one["score"], one["groups"], one["parts"]]
            for one in answer["divisions"]
        ],
        "aside": [[one["division_code"], one["why"]] for one in answer["not_assessed"]],
    }


def given(asked: Asked) -> dict[str, dict[str, int]]:
    """The terms as the engine takes them."""
    return {"weights": asked.weights, "rules": asked.rules}


def compare(ledger: Ledger, judged: Judged, every: list[Asked]) -> list[Answers]:
    """The ranking on all terms, and the records of one part of the last."""
    known = queries.rank_sources(ledger)
    answers = []
    for asked in every:
        answers.append(queries.rank(ledger, given(asked), asked.policy, known).to_json())
        assert facts(answers[-1]) == facts(ranking.rank(judged, asked)), (ledger.as_of, asked)
    return answers


def compare_records(ledger: Ledger, judged: Judged, asked: Asked, division: str) -> None:
    """The records of every part of one division that is counted by records on both sides."""
    lines = ranking.lines_of_parts(judged, asked)
    terms = queries.rank_terms(given(asked), asked.policy)
    for part in set(ranking.PARTS) - {"progress", "report", "rectified"}:
        rows = queries.rank_records(ledger, terms, division, part)
        found = {row["record"]: (row["numerator"], row["denominator"]) for row in rows}
        assert found == lines[part][division], (ledger.as_of, division, part, asked)


@pytest.mark.parametrize("bundle", ["faults", "sound", "tangled"])
def test_the_examples_are_ranked_as_the_oracle_ranks_them(bundle: str, example_ledger: Callable[[str], Path]) -> None:
    path = example_ledger(bundle)
    for day in (None, date(2017, 6, 30)):
        ledger = lineage.open(path, as_of=day)
        judged = Judged(books_as_of(EXAMPLES / bundle / "bundle", str(ledger.as_of)))
        every = [Asked(policy) for policy in RANKED_POLICIES]
        every += [Asked(policy, rules=ranking.RULES | LENIENT) for policy in RANKED_POLICIES]
        answers = compare(ledger, judged, every)
        assert answers[-1]["divisions"] or bundle == "tangled"


def terms_by_chance(draw: random.Random, policy: str) -> Asked:
    """Weights, some of them 0, and rules around the numbers that matter to small ledgers."""
    weights = {part: draw.choice((0, 1, 7, 40)) for part in ranking.PARTS}
    rules = {
        "grace_days": draw.choice((0, 7, 30)),
        "booking_days": draw.choice((0, 30, 90)),
        "stale_days": draw.choice((5, 92, 3660)),
        "least_denominator_yuan": draw.choice((0, 0, 1, 1000)),
        "least_count": draw.choice((1, 3)),
        "parts_needed": draw.choice((1, 3, 5, 9)),
    }
    return Asked(policy, weights | {"chain": weights["chain"] + 1}, rules)


def rows_by_chance(seed: int) -> dict[str, list[Row]]:
    """Random books with all ways of payment and some poverty counties."""
    maker, draw = Maker(seed), random.Random(seed + 77)
    maker.make()
    for row in maker.rows["payments"]:
        row["method"] = draw.choice(("direct", "authorized", "appropriation"))
    for row in maker.rows["divisions"]:
        row["poverty_county"] = draw.choice(("true", "false", ""))
    return maker.rows


@pytest.mark.parametrize("seed", SEEDS)
def test_random_ledgers_are_ranked_as_the_oracle_ranks_them(seed: int, tmp_path: Path) -> None:
    write_rows(tmp_path / "bundle", rows_by_chance(seed))
    loaders.load(tmp_path / "ledger", [tmp_path / "bundle"])
    draw = random.Random(seed)
    for day in (None, date(2017, 2 + seed % 10, 15)):
        ledger = lineage.open(tmp_path / "ledger", as_of=day)
        judged = Judged(books_as_of(tmp_path / "bundle", str(ledger.as_of)))
        every = [terms_by_chance(draw, policy) for policy in RANKED_POLICIES]
        answers = compare(ledger, judged, every)
        for division in [one["division_code"] for one in answers[-1]["divisions"]][:2]:
            compare_records(ledger, judged, every[-1], division)
