"""The 41 published rows become a graph in which every published sum can be found again."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

import lineage
import loaders
from tests.unit.loaders.bundles import AT

SOURCE = Path(loaders.__file__).parent / "reference" / "real_allocations.csv"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> lineage.ledger.Ledger:
    folder = tmp_path_factory.mktemp("real") / "ledger"
    result = loaders.load(folder, SOURCE, profile="real_allocations", at=AT.replace(year=2026))
    assert result.rejected == 0
    assert not [warning for warning in result.warnings if "went into no table" in warning]
    return lineage.open(folder)


def published() -> list[dict[str, str]]:
    with SOURCE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_row_is_one_allocation_of_its_amount(ledger: lineage.ledger.Ledger) -> None:
    found = ledger.rows("SELECT amount_fen, source, row FROM allocations ORDER BY row")
    expected = [(int(Decimal(row["amount_wan"]) * 10**6), row["funding_level"], number + 2)
                for number, row in enumerate(published())]  # fmt: skip
    assert [(row["amount_fen"], row["source"], row["row"]) for row in found] == expected


def test_zhongmu_second_batch_traces_to_its_four_sources(ledger: lineage.ledger.Ledger) -> None:
    answer = ledger.trace("indicator:410122-2025年第二批衔接资金").to_json()
    assert answer["amount"] == "23567000.00"
    assert answer["unsourced"] == "0.00"
    sources = {one["record"].split("-")[2]: (one["amount"], one["division_code"]) for one in answer["sources"]}
    assert sources == {
        "central": ("3630000.00", "410000000"),
        "province": ("3580000.00", "410000000"),
        "city": ("7546000.00", "410100000"),
        "county": ("8811000.00", "410122000"),
    }


def test_no_chain_is_broken(ledger: lineage.ledger.Ledger) -> None:
    assert ledger.rows("SELECT * FROM breaks") == []


def test_money_with_two_documents_goes_by_way_of_the_city(ledger: lineage.ledger.Ledger) -> None:
    steps = ledger.rows(
        "SELECT to_division_code, doc_no FROM transfers WHERE transfer_id LIKE '411422-2020年%' ORDER BY transfer_id"
    )
    assert [(row["to_division_code"], row["doc_no"]) for row in steps] == [
        ("411400000", "豫财农水[2020]30号"),
        ("411422000", "商财预[2020]131号"),
    ]


def test_units_without_a_code_are_agencies_of_their_city(ledger: lineage.ledger.Ledger) -> None:
    found = ledger.rows(
        "SELECT agency_code, sum(amount_fen)::BIGINT AS fen FROM indicators "
        "WHERE agency_code IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    assert [(row["agency_code"], row["fen"]) for row in found] == [
        ("410800-焦作林场", 10_000_000),
        ("411400-示范区", 75_000_000),
    ]
