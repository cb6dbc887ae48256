"""Amounts that add up to more than int64 holds are refused, wherever they are added; up to there sums are exact."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders
import queries
from lineage.errors import Misuse
from lineage.money import COUNTED_MOST, yuan
from queries.overview_lines import kept_lines
from tests.staging import load_rows


def grants(amounts: list[int]) -> dict[str, list[dict[str, Any]]]:
    """Provincial grants, all passed to one indicator, which pays once."""
    whole, shared = sum(amounts), {"fiscal_year": 2017, "function_code": "2130504"}
    return {
        "divisions": [{"division_code": "4100", "name": "P", "level": "province"},
                      {"division_code": "4101", "name": "C", "level": "city", "fiscal_parent": "4100"}],
        "allocations": [{"allocation_id": f"A{place}", "division_code": "4100", "source": "province",
                         "date": date(2017, 1, 1), "amount_fen": fen} | shared for place, fen in enumerate(amounts)],
        "transfers": [{"transfer_id": f"T{place}", "kind": "issue", "source_id": f"allocation:A{place}",
                       "target_id": "I", "to_division_code": "4101", "issue_date": date(2017, 2, 1),
                       "amount_fen": fen} for place, fen in enumerate(amounts)],
        "indicators": [{"indicator_id": "I", "division_code": "4101", "date": date(2017, 2, 1), "amount_fen": whole,
                        "origin": "superior"} | shared],
        "payments": [{"payment_id": "P", "indicator_id": "I", "division_code": "4101", "amount_fen": whole - 1,
                      "pay_date": date(2017, 3, 1), "status": "valid"}],
    }


def test_sums_past_2_to_the_53_are_exact_to_the_fen(tmp_path: Path) -> None:
    amounts = [COUNTED_MOST // 20 - 3, COUNTED_MOST // 20 - 1, 7]
    load_rows(tmp_path / "ledger", grants(amounts), at=datetime(2018, 1, 1))
    ledger = lineage.open(tmp_path / "ledger")
    assert sum(amounts) > 2**53
    for policy in ("pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first"):
        trail = ledger.trace("payment:P", policy=policy, bounds=True)
        assert sum(source.amount_fen for source in trail.sources) == sum(amounts) - 1
        for source in trail.sources:
            place = int(source.record.removeprefix("allocation:A"))
            assert (source.least_fen, source.most_fen) == (amounts[place] - 1, amounts[place])
    kept = ledger.rows(f"DESCRIBE {kept_lines(ledger, 2017, 'line', 'booking', 'issued', 'paid', 'entered')} FROM line")
    assert {row["column_type"] for row in kept if row["column_name"].endswith("_fen")} == {"BIGINT"}
    told = queries.overview(ledger, 2017).whole
    assert (told.fen("scale"), told.fen("expenditure")) == (sum(amounts), sum(amounts) - 1)


def test_more_than_is_counted_is_refused_by_whatever_would_add_it_up(tmp_path: Path) -> None:
    load_rows(tmp_path / "ledger", grants([COUNTED_MOST // 8, COUNTED_MOST // 8]), at=datetime(2018, 1, 1))
    ledger = lineage.open(tmp_path / "ledger")
    for ask in (lambda: ledger.trace("payment:P"), lambda: queries.overview(ledger, 2017),
                lambda: queries.check(ledger), lambda: queries.rank(ledger), lambda: queries.search(ledger, "T1")):
        with pytest.raises(Misuse, match="amounts add up to more than 46,116,860,184,273,879 yuan"):
            ask()
    with pytest.raises(Misuse, match="more than is counted"):
        ledger.rows("SELECT sum(amount_fen * 4)::BIGINT AS fen FROM allocations, range(4)")


def test_a_load_of_more_than_fits_is_refused_whole(tmp_path: Path) -> None:
    most = yuan(10**16 - 1)
    rows = "".join(f"A{place},2017,410000000,province,2017-01-01,{most}\n" for place in range(1000))
    file = tmp_path / "allocations.csv"
    file.write_text(f"allocation_id,fiscal_year,division_code,source,date,amount\n{rows}")
    with pytest.raises(Misuse, match="amounts add up to more than"):
        loaders.load(tmp_path / "ledger", [file])
    assert lineage.open(tmp_path / "ledger").batch == 0
