"""What the rules say depends on the records alone: not on row order, on the loads they came in, on other records."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

import lineage
import loaders
from lineage.schema import TABLES
from loaders.province import make_province
from queries import check, overview
from queries.catalogue import catalogue
from queries.check import Finding

EVERY_RULE = tuple(rule.name for rule in catalogue())


def said(ledger: Path) -> list[tuple[str, ...]]:
    """Everything of every finding but the batch it came in."""
    found = check(lineage.open(ledger), EVERY_RULE).findings
    return [(one.id, one.rule.name, one.subject, one.division_code, one.severity, str(one.amount_fen), one.cause,
             one.message("zh"), one.message("en"), " ".join(one.evidence)) for one in found]


def in_parts(bundle: Path, folder: Path, seed: int) -> list[Path]:
    """The rows of a bundle shuffled and dealt out to two bundles."""
    draw = random.Random(seed)
    parts = [folder / f"part-{number}" for number in range(2)]
    for part in parts:
        part.mkdir(parents=True)
    for table in TABLES:
        file = bundle / f"{table.name}.csv"
        if not file.exists():
            continue
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        draw.shuffle(rows)
        cut = draw.randint(0, len(rows))
        for part, kept in zip(parts, (rows[:cut], rows[cut:]), strict=True):
            if kept:
                (part / file.name).write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    return parts


@pytest.mark.parametrize("seed", [1])
def test_row_order_and_load_order_do_not_matter(seed: int, tmp_path: Path) -> None:
    make_province(tmp_path / "bundle", 200, seed, "all")
    loaders.load(tmp_path / "at-once", [tmp_path / "bundle"])
    for part in in_parts(tmp_path / "bundle", tmp_path, seed):
        loaders.load(tmp_path / "in-parts", [part])
    # which file supplies steps is said of the load it came in, so that rule alone may differ
    at_once, parts = (
        [one for one in said(tmp_path / name) if one[1] != "pay/unreviewed"] for name in ("at-once", "in-parts")
    )
    assert parts == at_once
    assert len(at_once) > 50


def test_reports_are_held_against_the_overviews_figures(
    example_ledger: Callable[[str], Path]
) -> None:
    from queries.catalogue import shared_tables
    from queries.parameters import settings
    from queries.question import Question, Run

    rules = catalogue()
    for name in ("sound", "faults", "tangled"):
        ledger = lineage.open(example_ledger(name))
        run = Run(ledger, {rule.name: rule for rule in rules}, shared_tables(), settings(rules))
        question = Question(run, rules[0])
        assert ledger.as_of is not None
        year = ledger.as_of.year
        sums = {}
        for table in ("booked", "spending"):
            rows = question.rows(f"SELECT division_code, sum(amount_fen)::BIGINT AS fen FROM {table} "
                                 f"WHERE fiscal_year = {year} GROUP BY 1")
            sums[table] = {row["division_code"]: row["fen"] for row in rows}
        for division in overview(ledger).divisions:
            booked = division.figures.fen("received") + division.figures.fen("own")
            assert sums["booked"].get(division.code, 0) == booked, (name, division.code)
            assert sums["spending"].get(division.code, 0) == division.figures.fen("expenditure"), (name, division.code)


def test_other_peoples_records_change_nothing(example_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    """A bundle of another province beside the example: the example's findings stay as they were."""
    bundle = tmp_path / "both"
    bundle.mkdir()
    examples = Path(__file__).parents[1] / "examples"
    loaders.load(tmp_path / "ledger", [examples / "faults" / "bundle"])
    before = {(one.id, one.amount_fen, one.severity) for one in check(lineage.open(tmp_path / "ledger")).findings}
    for file, row in OTHERS.items():
        (bundle / file).write_text(row, encoding="utf-8")
    loaders.load(tmp_path / "ledger", [bundle])
    after: tuple[Finding, ...] = check(lineage.open(tmp_path / "ledger")).findings
    assert {(one.id, one.amount_fen, one.severity) for one in after} == before


OTHERS = {
    "divisions.csv": "division_code,name,level,fiscal_parent,admin_parent,direct,valid_from\n"
                     "420000000,湖北省,province,,,false,2010-01-01\n420100000,武汉市,city,420000000,420000000,false,2010-01-01\n",
    "allocations.csv": "allocation_id,fiscal_year,division_code,source,date,amount,function_code,poverty\n"
                       "HB-1,2017,420000000,province,2017-02-01,1000.00,2130505,true\n",
    "transfers.csv": "transfer_id,kind,source_id,target_id,to_division_code,issue_date,receive_date,amount\n"
                     "HB-2,issue,allocation:HB-1,HB-3,420100000,2017-02-10,2017-02-12,1000.00\n",
    "indicators.csv": "indicator_id,fiscal_year,division_code,agency_code,date,amount,function_code,origin,poverty\n"
                      "HB-3,2017,420100000,420100001,2017-02-12,1000.00,2130505,superior,true\n",
    "payments.csv": "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"
                    "HB-4,HB-3,420100000,400.00,2017-05-10,valid,direct,village,村委会\n",
}
