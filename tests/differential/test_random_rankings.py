"""The ranking against an independent reading of its definitions, on the examples and on random ledgers.

`LINEAGE_WORLDS=200 LINEAGE_SEED=7` takes more and other ledgers.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders
import queries
from lineage.ledger import Ledger, write
from lineage.links.decisions import accept
from lineage.links.proposals import propose
from queries.rank_parts import RANKED_POLICIES
from queries.rank_shift import shifts
from tests.differential.test_random_books import engine_findings
from tests.oracle import ranking
from tests.oracle.network import Row, Tables, tables_of
from tests.oracle.random_books import COLUMNS, Maker, write_rows
from tests.oracle.random_ledger import EXAMPLE, MOST_FEN, World
from tests.oracle.ranking import Asked, Judged
from tests.oracle.records import books_as_of, books_of
from tests.oracle.view import laid_over

EXAMPLES = Path(__file__).parents[1] / "examples"
START = 1000 * int(os.environ.get("LINEAGE_SEED", "0"))
SEEDS = range(START, START + int(os.environ.get("LINEAGE_WORLDS", "5")))
LENIENT = {"parts_needed": 1, "stale_days": 3660}
CORRECTED = ("poverty", "entry", "payee_kind", "method", "agency_code", "one_card_batch_id", "receive_date")
AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
Answers = dict[str, Any]
Worked = dict[tuple[str, str], tuple[str, bool]]
"""Of findings that people worked on, by rule and subject: the division, and whether it was closed."""


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


def tangled_rows(seed: int) -> Tables:
    """A tangled world (rings, double uses, lost references) with the columns that rules and ranking ask for."""
    world, draw = World(seed, f"w{seed}-", most=MOST_FEN // 1000), random.Random(seed)
    rows: Tables = {name: [] for name in COLUMNS}
    for name, found in (world.make() | {"divisions": tables_of(EXAMPLE)["divisions"]}).items():
        rows[name] = [dict.fromkeys(COLUMNS[name].split(","), "") | row for row in found]
    for row in rows["payments"]:
        row["payee_kind"] = draw.choice(("person", "household", "village", "special_account"))
        row["method"] = draw.choice(("direct", "appropriation"))
    for row in rows["account_entries"]:
        row["payee_kind"] = draw.choice(("person", "household", "")) if row["direction"] == "expenditure" else ""
    for row in rows["indicators"]:
        row["entry"] = draw.choice(("", "manual"))
    return rows


@pytest.mark.parametrize("seed", SEEDS[: len(SEEDS) // 2])
def test_tangled_ledgers_are_judged_and_ranked_as_the_oracle_does(seed: int, tmp_path: Path) -> None:
    rows = tangled_rows(seed)
    write_rows(tmp_path / "bundle", rows)
    assert not loaders.load(tmp_path / "ledger", [tmp_path / "bundle"]).rejected
    draw = random.Random(seed)
    for day in (None, date(2017, 2, 10)):
        ledger = lineage.open(tmp_path / "ledger", as_of=day)
        judged = Judged(books_of(rows, str(ledger.as_of)))
        assert engine_findings(ledger) == {name: hits for name, hits in judged.findings.items() if hits}
        every = [terms_by_chance(draw, policy) for policy in RANKED_POLICIES]
        compare(ledger, judged, [replace(one, rules=one.rules | LENIENT) for one in every])


def work_on(ledger: Ledger, draw: random.Random) -> Worked:
    """Review every second finding of a division of the ledger; explain and close some of them."""
    found: Worked = {}
    known = {row["division_code"] for row in ledger.rows("SELECT division_code FROM divisions")}
    superior = queries.Actor("省厅")
    for one in queries.check(ledger).findings[::2]:
        if one.division_code not in known:
            continue
        steps = [("review", superior)]
        closed = draw.random() < 0.5
        if closed:
            steps += [("explain", queries.Actor("县局", one.division_code)), ("close", superior)]
        for step, actor in steps:
            queries.record_event(ledger, one.id, queries.Event(step, "", "", "见附件"), actor, AT)
        found[one.rule.name, one.subject] = (one.division_code, closed)
    return found


def corrections(rows: Tables, draw: random.Random, part: float) -> Tables:
    """Some rows again with other flags, amounts, dates and references: never another division or year."""
    found: Tables = {}
    for name in ("transfers", "indicators", "payments"):
        found[name] = []
        for row in rows[name]:
            if draw.random() < part and not row.get("reverses"):
                other = draw.choice(rows[name])
                columns = [column for column in CORRECTED if column in row]
                changed = row | {column: other[column] for column in columns if draw.random() < 0.4}
                found[name].append(changed | {"amount": other["amount"].lstrip("-")})
    return found


@pytest.mark.parametrize("seed", SEEDS[: len(SEEDS) // 2])
def test_every_view_of_a_ledger_with_corrections_and_decisions_is_ranked_so(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    first: Tables = rows_by_chance(seed)
    second, third = corrections(first, draw, 0.3), corrections(first, draw, 0.5)
    path = tmp_path / "ledger"
    worked: Worked = {}
    for number, tables in enumerate((first, second, third)):
        write_rows(tmp_path / f"bundle{number}", tables)
        assert not loaders.load(path, [tmp_path / f"bundle{number}"]).rejected
        if number == 0:
            worked = work_on(lineage.open(path), draw)
    with write(path, who="tests", at=AT) as writer:
        writer.withdraw(3, "nonsense")
    links = propose(lineage.open(path))[::3]
    accept(path, links, "by chance", by="tests", at=AT)
    ends = [(one.source, one.target) for one in links]
    corrected = first | laid_over([{name: first[name] for name in second}, second])
    now = Judged(books_of(corrected, accepted=ends))
    day = date(2017, 2 + seed % 10, 15)
    for ledger, judged in (
        (lineage.open(path), now),
        (lineage.open(path, asserted=False), Judged(books_of(corrected))),
        (lineage.open(path, as_known=1, asserted=False), Judged(books_of(first))),
        (lineage.open(path, as_of=day), Judged(books_of(corrected, str(day), ends))),
    ):
        asked = decided(terms_by_chance(draw, draw.choice(RANKED_POLICIES)), worked)
        latest = now if ledger.asserted else Judged(books_of(corrected))
        holding = {(rule, hit[0]) for rule, hits in latest.findings.items() for hit in hits}
        compare(ledger, judged, [replace(asked, holding_now=frozenset(holding))])


@pytest.mark.parametrize("seed", SEEDS[: len(SEEDS) // 3])
def test_ranks_shift_as_the_oracle_ranks_under_each_other_choice(seed: int, tmp_path: Path) -> None:
    write_rows(tmp_path / "bundle", rows_by_chance(seed))
    loaders.load(tmp_path / "ledger", [tmp_path / "bundle"])
    judged = Judged(books_as_of(tmp_path / "bundle"))
    asked = terms_by_chance(random.Random(seed), "rolling")
    asked = replace(asked, rules=asked.rules | LENIENT | {"least_denominator_yuan": 0})
    kept = [part for part in ranking.PARTS if asked.weights[part]]
    others = {policy: replace(asked, policy=policy) for policy in RANKED_POLICIES if policy != "rolling"}
    others["equal weights"] = replace(asked, weights={part: int(part in kept) for part in ranking.PARTS})
    others |= {f"without {part}": replace(asked, weights=asked.weights | {part: 0}) for part in kept if len(kept) > 1}
    ledger = lineage.open(tmp_path / "ledger")
    found, moved = shifts(ledger, queries.rank_terms(given(asked), "rolling"))
    assert facts(found.to_json()) == facts(ranking.rank(judged, asked))
    assert moved
    for name, other in others.items():
        ranks = {one["division_code"]: one["rank"] for one in ranking.rank(judged, other)["divisions"]}
        assert {one.division_code: one.others[name].rank for one in moved if one.others[name].rank} == ranks, name
    assert {name for one in moved for name in one.others} == set(others)


def decided(asked: Asked, worked: Worked) -> Asked:
    """The terms with what people did about findings."""
    closed = frozenset(key for key, (_, is_closed) in worked.items() if is_closed)
    return replace(asked, closed=closed, worked_on={key: division for key, (division, _) in worked.items()})
