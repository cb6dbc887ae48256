"""What single parts of a score mean: slips in Chinese, titles, the parent of the day, balances in rings, rivals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.ledger import Ledger
from lineage.links.decisions import accept
from lineage.links.proposals import Part, Proposal, propose, with_rivals
from tests.staging import load_rows

COUNTY, CITY, PROVINCE = "410122000", "410100000", "410000000"
AT = datetime(2026, 11, 1, tzinfo=UTC)
DAY = date(2017, 3, 1)


def division(code: str, parent: str | None, level: str, **more: Any) -> dict[str, Any]:
    return {"division_code": code, "name": code, "level": level, "fiscal_parent": parent, **more}


def allocation(identifier: str, **more: Any) -> dict[str, Any]:
    return {"allocation_id": identifier, "fiscal_year": 2017, "division_code": CITY, "source": "city", "date": DAY,
            "amount_fen": 900, **more}  # fmt: skip


def indicator(identifier: str, **more: Any) -> dict[str, Any]:
    return {"indicator_id": identifier, "fiscal_year": 2017, "division_code": COUNTY, "date": DAY, "amount_fen": 100,
            "origin": "superior", **more}  # fmt: skip


def transfer(identifier: str, source: str | None, target: str | None = None, **more: Any) -> dict[str, Any]:
    return {"transfer_id": identifier, "kind": "issue", "source_id": source, "target_id": target,
            "to_division_code": COUNTY, "issue_date": DAY, "amount_fen": 100, **more}  # fmt: skip


def loaded(path: Path, **tables: list[dict[str, Any]]) -> Ledger:
    divisions = [division(COUNTY, CITY, "county"), division(CITY, PROVINCE, "city"),
                 division(PROVINCE, None, "province")]  # fmt: skip
    load_rows(path, {"divisions": divisions, **tables})
    return lineage.open(path)


def parts(ledger: Ledger, source: str, target: str) -> dict[str, float]:
    """The parts of the one proposal between two records; none: no proposal."""
    found = [one for one in propose(ledger) if (one.source, one.target) == (source, target)]
    return {part.name: round(part.score, 4) for one in found for part in one.parts}


@pytest.mark.parametrize(
    ("quoted", "worth"),
    [
        ("豫财预〔2017〕15号", 0.24),
        ("豫农财〔2017〕15号", 0.24),
        ("豫财农〔2017〕51号", 0.24),
        ("豫财预〔2017〕16号", 0.09),
    ],
)
def test_a_wrong_or_swapped_chinese_sign_is_one_slip(quoted: str, worth: float, tmp_path: Path) -> None:
    ledger = loaded(
        tmp_path / "ledger",
        allocations=[allocation("A")],
        transfers=[transfer("T", "A", doc_no="豫财农〔2017〕15号")],
        indicators=[indicator("I", superior_doc_no=quoted, amount_fen=77)],
    )
    assert parts(ledger, "transfer:T", "indicator:I")["number_near"] == worth


def test_titles_are_alike_by_their_signs_not_by_bytes(tmp_path: Path) -> None:
    ledger = loaded(
        tmp_path / "ledger",
        allocations=[allocation("A")],
        transfers=[transfer("T", "A", title="扶贫资金"), transfer("U", "A", title="教育", amount_fen=50)],
        indicators=[indicator("I", title="扶贫专款"), indicator("J", title="财务", amount_fen=50)],
    )
    assert parts(ledger, "transfer:T", "indicator:I")["title_alike"] == round(0.03 * 2 / 6, 4)
    assert "title_alike" not in parts(ledger, "transfer:U", "indicator:J")


def test_a_number_that_is_quoted_is_not_also_misspelt(tmp_path: Path) -> None:
    ledger = loaded(
        tmp_path / "ledger",
        allocations=[allocation("A")],
        transfers=[transfer("T", "A", doc_no="豫财农〔2017〕15号")],
        indicators=[indicator("I", doc_no="豫财农〔2017〕15号", superior_doc_no="豫财农〔2017〕16号")],
    )
    found = parts(ledger, "transfer:T", "indicator:I")
    assert found["number_quoted"] == 0.4
    assert "number_near" not in found


def test_the_fiscal_parent_of_the_day_counts(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    load_rows(path, {
        "divisions": [division(COUNTY, CITY, "county", valid_to=date(2017, 3, 31)),
                      division(COUNTY, PROVINCE, "county", valid_from=date(2017, 4, 1)),
                      division(CITY, PROVINCE, "city"), division(PROVINCE, None, "province")],
        "allocations": [allocation("A"), allocation("late", date=date(2017, 6, 1))],
        "transfers": [transfer("T", "A"), transfer("lost", None, "J")],
        "indicators": [indicator("I"), indicator("J", amount_fen=500)],
    })  # fmt: skip
    ledger = lineage.open(path)
    assert parts(ledger, "transfer:T", "indicator:I")["parent_right"] == 0.05
    assert parts(ledger, "allocation:A", "transfer:lost")["balance_enough"] == 0.1


def test_what_goes_round_leaves_a_balance_as_it_is(tmp_path: Path) -> None:
    """I passes 60 to J, and J sends them back: I was booked 100, got 100 and 60, gave 60."""
    ledger = loaded(
        tmp_path / "ledger",
        allocations=[allocation("A")],
        transfers=[transfer("T", "A", "I"), *(
            transfer(name, source, target, kind="breakdown", amount_fen=60)
            for name, source, target in (("there", "I", "J"), ("back", "J", "I"))
        )],
        indicators=[indicator("I"), indicator("J", amount_fen=60)],
        payments=[{"payment_id": "P", "division_code": COUNTY, "amount_fen": 100, "pay_date": DAY, "status": "valid",
                   "method": "direct", "payee_kind": "village", "payee_name": "x", "indicator_id": "i"}],
    )  # fmt: skip
    assert parts(ledger, "indicator:I", "payment:P")["balance_equal"] == 0.2


def carry_over(path: Path, kind: str) -> Ledger:
    """Of last year's 100 a transfer of some kind brings 60 into this year's 100."""
    return loaded(
        path,
        indicators=[indicator("P", fiscal_year=2016, origin="own"), indicator("H", origin="carry_over")],
        transfers=[transfer("T", "P", "H", kind=kind, amount_fen=60)],
    )


def test_a_year_that_a_carry_over_transfer_tells_is_not_proposed(tmp_path: Path) -> None:
    assert not propose(carry_over(tmp_path / "ledger", "carry_over"))


def test_a_years_link_carries_the_rest_beside_a_transfer_of_another_kind(tmp_path: Path) -> None:
    ledger = carry_over(tmp_path / "ledger", "integration")
    (link,) = propose(ledger)
    accept(ledger.path, [link], "the county's own list", by="tests", at=AT)
    ledger = lineage.open(ledger.path)
    assert ledger.rows("SELECT source, target, amount_fen FROM edges WHERE evidence = 'asserted'") == [
        {"source": "indicator:P", "target": "indicator:H", "amount_fen": 40}
    ]
    assert not propose(ledger)


def test_last_years_indicator_carried_on_is_no_rival_of_a_payment_from_it() -> None:
    def link(kind: str, target: str, score: float) -> Proposal:
        return Proposal("indicator:I", target, target, kind, 1, score, (Part("id_near", score),))

    paid, carried = with_rivals([link("paid", "payment:P", 0.5), link("carried", "indicator:J", 0.5)])
    assert (paid.rivals, carried.rivals) == (0, 0)


def test_a_proposal_exactly_a_tenth_worse_is_no_rival() -> None:
    def link(source: str, score: float) -> Proposal:
        return Proposal(source, "payment:P", "payment:P", "paid", 1, score, (Part("id_near", score),))

    better, worse = with_rivals([link("indicator:I", 0.3), link("indicator:J", 0.2)])
    assert (better.rivals, worse.rivals) == (0, 1)
