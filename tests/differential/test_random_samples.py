"""Samples of random ledgers against a reading of docs/sampling.md: who may be drawn, and who is."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path

import pytest

import lineage
import loaders
from lineage.errors import Misuse
from lineage.ledger import Ledger
from queries import Filter, Plan, sample
from queries.sample import KINDS
from tests.oracle.network import bare, fen
from tests.oracle.random_books import CITY, COUNTY, PARENTS, write_random_books
from tests.oracle.records import Books, books_as_of

START = 1000 * int(os.environ.get("LINEAGE_SEED", "0"))
SEEDS = range(START, START + max(1, int(os.environ.get("LINEAGE_WORLDS", "5")) // 2))
Row = tuple[str, str, str, int]
"""Record, division, fiscal year, fen."""


def all_rows(books: Books, kind: str) -> list[Row]:
    """Every record of a kind that carries money."""
    rows: list[Row] = []
    if kind in ("indicator", "allocation"):
        chosen = [one for one in books.sources.values() if one.name.startswith(kind + ":")]
        rows = [(one.name, one.row["division_code"], one.row["fiscal_year"], one.amount) for one in chosen]
    elif kind == "transfer":
        rows = [(one.name, one.row["to_division_code"], books.year(one), one.amount) for one in books.transfers]
    elif kind == "payment":
        rows = [(one.name, one.row["division_code"], books.year(one), one.amount) for one in books.paid]
    elif kind == "account_entry":
        spent = [one for one in books.entries if one.row["direction"] == "expenditure"]
        rows = [(one.name, books.network.nodes[one.name].division, one.row["date"][:4], one.amount) for one in spent]
    else:
        batches = {row["batch_id"]: row for row in books.rows("one_card_batches")}
        for row in books.rows("one_card_payments"):
            batch = batches.get(bare(row["batch_id"], "one_card_batch"), {"division_code": "", "pay_date": ""})
            if row["status"] == "paid":
                name = "one_card_payment:" + row["one_card_payment_id"]
                rows.append((name, batch["division_code"], batch["pay_date"][:4], fen(row["amount"])))
    return sorted(row for row in rows if row[3] > 0)


def below(division: str) -> set[str]:
    """A division and all whose fiscal parents lead to it."""
    found = {division}
    while more := {code for code, parent in PARENTS.items() if parent in found} - found:
        found |= more
    return found


def number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def drawn(rows: list[Row], plan: Plan) -> dict[str, int]:
    """Records and how often they are hit; money fen by fen positions, each looked up from the start."""
    if plan.method == "random":
        return {row[0]: 1 for row in sorted(rows, key=lambda row: number(f"{plan.seed}|{row[0]}"))[: plan.size]}
    total = sum(row[3] for row in rows)
    start = number(f"money|{plan.seed}") % total
    hits: dict[str, int] = {}
    for k in range(plan.size):
        place = (start + k * total) // plan.size
        for row in rows:
            if place < row[3]:
                hits[row[0]] = hits.get(row[0], 0) + 1
                break
            place -= row[3]
    assert sum(hits.values()) == plan.size
    return hits


def compare(ledger: Ledger, books: Books, seed: int) -> int:
    """Draws of every kind; returns how many populations had records."""
    met = 0
    for kind in KINDS:
        for division in (None, CITY, COUNTY):
            for year in (None, 2017):
                rows = [
                    row
                    for row in all_rows(books, kind)
                    if (division is None or row[1] in below(division)) and year in (None, int(row[2] or 0))
                ]
                for plan in (Plan(4, "random", seed), Plan(7, "money", seed)):
                    asked = Filter(kind, division, year)
                    if not rows:
                        with pytest.raises(Misuse, match="to draw from"):
                            sample(ledger, plan, asked)
                        continue
                    met += 1
                    found = sample(ledger, plan, asked)
                    assert {one.record: one.hits for one in found.drawn} == drawn(rows, plan), (asked, plan)
                    assert (found.population, found.population_fen) == (len(rows), sum(row[3] for row in rows))
    return met


@pytest.mark.parametrize("seed", SEEDS)
def test_anybody_draws_the_same_sample_of_the_same_population(seed: int, tmp_path: Path) -> None:
    write_random_books(tmp_path / "bundle", seed)
    loaders.load(tmp_path / "ledger", [tmp_path / "bundle"])
    day = date(2017, 2 + seed % 10, 15)
    assert compare(lineage.open(tmp_path / "ledger"), books_as_of(tmp_path / "bundle"), seed)
    compare(lineage.open(tmp_path / "ledger", as_of=day), books_as_of(tmp_path / "bundle", str(day)), seed)
