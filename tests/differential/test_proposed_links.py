"""Proposed links of the examples and of random ledgers with lost and misspelt references, beside the oracle's.

The same proposals with the same parts, scores, rivals and bundles in the same order, and again once some of them are
accepted. `LINEAGE_WORLDS=100 LINEAGE_SEED=7` makes more of them (`make test-long`).
"""

from __future__ import annotations

import datetime
import os
import random
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders
from lineage.ledger import Ledger
from lineage.links.decisions import accept, revoke
from lineage.links.proposals import SURE, WEIGHTS, propose
from tests.differential.test_histories import write_tables
from tests.oracle.links import Link, proposed, shown
from tests.oracle.network import Row, Tables, tables_of
from tests.oracle.random_ledger import EXAMPLE, World, text_of
from tests.oracle.view import seen_on

EXAMPLES = Path(__file__).parents[1] / "examples"
WORLDS = -(-int(os.environ.get("LINEAGE_WORLDS", "6")) // 3)
SEED = int(os.environ.get("LINEAGE_SEED", "1"))
LAST = "2199-12-31"
AT = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
TITLES = ("", "扶贫资金", "财政专项扶贫资金", "教育经费", "财政专项教育经费", "Roads")
SLIPS = (("0", "O"), ("1", "l"), ("-", " "), ("w", "Ｗ"), ("票", "彩"), ("农", "预"), ("2017", "2071"), ("I", ""))


def found(ledger: Ledger) -> list[dict[str, Any]]:
    """What the engine proposes, as it is compared."""
    return [
        {"from": one.source, "to": one.target, "broken": one.broken, "kind": one.kind, "amount": one.amount_fen,
         "score": round(one.score, 6), "parts": [(part.name, round(part.score, 6)) for part in one.parts],
         "rivals": one.rivals, "sure": one.sure, "group": one.group}
        for one in propose(ledger)
    ]  # fmt: skip


def expected(tables: Tables, links: list[tuple[str, str]]) -> list[Link]:
    return proposed(seen_on(tables, LAST), links, WEIGHTS, SURE)


def misspelt(chance: random.Random, text: str) -> str:
    """A text with one or two slips, or none."""
    for _ in range(chance.choice((1, 1, 2))):
        wrong, right = chance.choice(SLIPS)
        place = chance.randrange(len(text)) if text else 0
        swapped = text[:place] + text[place : place + 2][::-1] + text[place + 2 :]
        text = chance.choice((text.replace(wrong, right, 1), text.replace(right, wrong, 1) if right else text, swapped))
    return text


def damaged(seed: int) -> Tables:
    """A random world of two years with agencies, projects and titles, whose references are lost or wrong."""
    world = World(seed, "w-", size=random.Random(seed).choice((12, 30)), most=10**13)
    tables, chance = world.make(), world.random
    divisions: list[Row] = tables_of(EXAMPLE)["divisions"]
    if chance.random() < 0.5:  # another fiscal parent from some day on
        row = next(row for row in divisions if row["division_code"] == world.home[0])
        row["valid_to"] = "2017-02-05"
        divisions.append({**row, "fiscal_parent": world.home[1], "valid_from": "2017-02-06", "valid_to": ""})
    plant_sums(world)
    for name in ("allocations", "indicators", "transfers", "payments"):
        for row in tables[name]:
            row["project_code"] = chance.choice(("", "P1", "P2"))
            row["title"] = row.get("title") or chance.choice(TITLES)
            if name in ("allocations", "indicators"):
                planted = row["title"] == "sum" or row.get("fund_name")
                row["fiscal_year"] = "2017" if planted else chance.choice(("2016", "2017"))
            if name in ("indicators", "payments"):
                row["agency_code"] = chance.choice(("", "410122001", "410122002"))
                row["doc_no"] = world.doc_no() if chance.random() < 0.4 else ""
            if name == "indicators":
                row["entry"] = chance.choice(("", "manual", "linked"))
            if name == "payments":
                row["function_code"] = chance.choice(("", "2130504", "2050204"))
            if name == "transfers":
                row["to_agency_code"] = chance.choice(("", "410122001"))
            for column in ("source_id", "target_id", "indicator_id", "previous_id", "doc_no", "superior_doc_no"):
                if row.get(column) and (name, column) != ("indicators", "indicator_id") and chance.random() < 0.3:
                    row[column] = misspelt(chance, row[column]) if chance.random() < 0.6 else ""
    plant_years(world)
    return {**tables, "divisions": divisions}


def plant_sums(world: World) -> None:
    """Issues that nobody received, and typed-in indicators that equal some of them together."""
    chance, division = world.random, world.home[0]
    source = world.add("allocations", allocation_id="w-sum", fiscal_year="2017", division_code="410000000",
                       source="central", date="2017-01-01", amount="100000.00", fund_name="sum")  # fmt: skip
    amounts = [chance.choice((3, 5, 7, 100, 1_000_000)) * chance.randint(1, 4) for _ in range(chance.randint(0, 9))]
    for number, fen in enumerate(amounts):
        world.add("transfers", transfer_id=f"w-sum{number}", kind="issue", to_division_code=division,
                  source_id="allocation:" + source["allocation_id"], issue_date=world.day(),
                  amount=text_of(fen))  # fmt: skip
    for number in range(chance.randint(0, 3)):
        some = [fen for fen in amounts if chance.random() < 0.5] or [1]
        world.add("indicators", indicator_id=f"w-whole{number}", fiscal_year="2017", division_code=division,
                  date=world.day(), amount=text_of(sum(some)), origin=chance.choice(("own", "superior")),
                  title="sum")  # fmt: skip


def plant_years(world: World) -> None:
    """Carry-overs that no longer say of what, or nearly."""
    chance = world.random
    for number, row in enumerate(list(world.tables["indicators"])):
        if row["fiscal_year"] == "2016" and chance.random() < 0.6:
            named = misspelt(chance, row["indicator_id"]) if chance.random() < 0.5 else ""
            world.tables["indicators"].append({
                **row, "indicator_id": f"w-next{number}", "fiscal_year": "2017", "origin": "carry_over", "entry": "",
                "previous_id": named, "amount": row["amount"] if chance.random() < 0.7 else world.yuan(),
            })  # fmt: skip
            if chance.random() < 0.4:  # a part of it is carried over by a transfer, or is not told as one
                world.add("transfers", transfer_id=f"w-over{number}", kind=chance.choice(("carry_over", "integration")),
                          source_id="indicator:" + row["indicator_id"], target_id=f"w-next{number}",
                          to_division_code=row["division_code"], issue_date=world.day(), amount="0.01")  # fmt: skip


@pytest.mark.parametrize("name", ["sound", "faults", "tangled"])
def test_an_examples_proposed_links_are_the_oracles(name: str, example_ledger: Any) -> None:
    tables = tables_of(EXAMPLES / name / "bundle")
    assert found(lineage.open(example_ledger(name))) == [shown(one) for one in expected(tables, [])]


@pytest.mark.parametrize("number", range(WORLDS))
def test_proposed_links_of_a_random_ledger_are_the_oracles_with_and_without_accepted_ones(
    number: int, tmp_path: Path
) -> None:
    seeds = (SEED * 100_000 + number * 100 + attempt for attempt in range(100))
    tables = next(made for made in map(damaged, seeds) if expected(made, []))
    write_tables(tmp_path / "bundle", {name: rows for name, rows in tables.items() if rows}, {})
    result = loaders.load(tmp_path / "ledger", [tmp_path / "bundle"], at=AT, derive=False)
    assert not result.rejected, result.rejects[:3]
    bare = [shown(one) for one in expected(tables, [])]
    assert found(lineage.open(tmp_path / "ledger")) == bare

    chance = random.Random(number)
    accepted = [one for one in propose(lineage.open(tmp_path / "ledger")) if one.sure or chance.random() < 0.2]
    accept(tmp_path / "ledger", accepted, "by chance", by="tests", at=AT)
    pairs = [(one.source, one.target) for one in accepted]
    ledger = lineage.open(tmp_path / "ledger")
    assert found(ledger) == [shown(one) for one in expected(tables, pairs)]
    counted = {(row["source"], row["target"]) for row in ledger.rows("SELECT * FROM accepted_links WHERE counted")}
    assert not counted & {(one["from"], one["to"]) for one in found(ledger)}
    assert found(lineage.open(tmp_path / "ledger", asserted=False)) == bare
    for one in accepted:
        revoke(lineage.open(tmp_path / "ledger"), one.id, "by chance", by="tests", at=AT)
    assert found(lineage.open(tmp_path / "ledger")) == bare
