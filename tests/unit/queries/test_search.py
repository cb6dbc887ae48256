"""Search: every way to name a thing finds it, best first, within what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import lineage
from lineage.errors import Misuse, NotFound
from lineage.ledger import Ledger
from queries import Filter, Page, payee, search
from queries.described import describe
from queries.search_index import index_of
from queries.search_terms import amount_asked, document_parts, is_near, one_slip, pulled_apart
from queries.search_text import initials, plain
from tests.bookings import ledger_of

COUNTY, DIRECT = "410122000", "410181000"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A county that received, booked and paid."""
    return ledger_of(
        tmp_path_factory.mktemp("search"),
        {
            "agencies": [{"agency_code": "410122000001", "name": "中牟县扶贫办公室", "division_code": COUNTY}],
            "projects": [{"project_code": "PRJ1", "name": "长葛道路硬化项目", "division_code": COUNTY}],
            "allocations": [{"allocation_id": "A1", "amount": 125_000, "doc_no": "豫财农〔2017〕192号"}],
            "transfers": [
                {
                    "transfer_id": "T1",
                    "source_id": "allocation:A1",
                    "target_id": "I1",
                    "to_division_code": COUNTY,
                    "amount": 125_000,
                    "doc_no": "豫财农［2017］第0192号",
                }
            ],
            "indicators": [
                {
                    "indicator_id": "I1",
                    "division_code": COUNTY,
                    "amount": 125_000,
                    "superior_doc_no": "豫财农(2017)129号",
                    "title": "产业扶贫资金",
                }
            ],
            "payments": [
                {
                    "payment_id": "P1",
                    "indicator_id": "I1",
                    "division_code": COUNTY,
                    "amount": 100_000,
                    "payee_name": "大孟镇 村委会",
                    "payee_account": "6222020200011122233",
                    "purpose": "道路硬化",
                    "voucher_no": "V-2017-77",
                },
                {
                    "payment_id": "P2",
                    "indicator_id": "I1",
                    "division_code": COUNTY,
                    "amount": 12_000,
                    "payee_name": "大孟镇村委会",
                    "payee_account": "6222020200011122233",
                    "purpose": "补助",
                },
                {
                    "payment_id": "P3",
                    "indicator_id": "I1",
                    "division_code": COUNTY,
                    "amount": 500,
                    "payee_name": "大孟镇村委会",
                    "payee_account": "6222020200019999999",
                    "purpose": "补助",
                },
                {
                    "payment_id": "R1",
                    "division_code": COUNTY,
                    "amount": -2_000,
                    "reverses": "P2",
                    "pay_date": date(2017, 5, 1),
                    "purpose": "误付退回",
                },
            ],
        },
    )


def found(ledger: Ledger, text: str, filters: Filter | None = None) -> list[str]:
    """The records of the hits, best first."""
    return [hit.record for hit in search(ledger, text, filters).hits]


@pytest.mark.parametrize(
    "text",
    [
        "豫财农〔2017〕192号",
        "豫财农[2017]192号",
        "豫财农(2017)第192号",
        "豫财农（２０１７）0192号",
        "豫財農﹝2017﹞192號",
    ],
)
def test_a_document_number_is_found_in_any_form(ledger: Ledger, text: str) -> None:
    assert set(found(ledger, text)[:2]) == {"allocation:A1", "transfer:T1"}


def test_a_number_one_slip_away_is_found_after_the_exact_one(ledger: Ledger) -> None:
    assert found(ledger, "豫财农〔2017〕192号")[2:] == ["indicator:I1"]
    assert set(found(ledger, "豫财农〔2018〕192号")) == {"allocation:A1", "transfer:T1"}
    assert found(ledger, "豫财农〔2017〕999号") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("中牟县", "division:410122000"),
        ("zmx", "division:410122000"),
        ("中牟縣", "division:410122000"),
        ("cgdl", "project:PRJ1"),
        ("扶贫办", "agency:410122000001"),
        ("产业扶贫资金", "indicator:I1"),
        ("道路硬化", "payment:P1"),
        ("P3", "payment:P3"),
        ("payment:P3", "payment:P3"),
        ("v-2017-77", "payment:P1"),
        ("6222020200019999999", "payment:P3"),
        ("410122000", "division:410122000"),
        ("误付退回", "payment:P2"),
    ],
)
def test_each_way_to_name_a_thing_finds_it_first(ledger: Ledger, text: str, first: str) -> None:
    assert found(ledger, text)[0] == first


def test_an_amount_is_found_in_any_unit_and_rounded(ledger: Ledger) -> None:
    assert set(found(ledger, "12.5万")) == {"allocation:A1", "transfer:T1", "indicator:I1"}
    assert found(ledger, "100,000.00") == ["payment:P1"]
    assert "payment:P2" in found(ledger, "1.0万元"), "10,000 after its reversal"


def test_all_words_must_meet(ledger: Ledger) -> None:
    assert found(ledger, "大孟 道路")[0] == "payment:P1"
    assert found(ledger, "中牟 补助") == ["payment:P2", "payment:P3"], "by division and purpose"
    assert found(ledger, "大孟 水库") == []


def test_a_number_without_brackets_is_pulled_apart_where_it_meets_nothing(
    example_ledger: Callable[[str], Path]
) -> None:
    assert pulled_apart("豫财农2017年第15号") == "豫财农 2017 15"
    faults = lineage.open(example_ledger("faults"))
    for text in ("豫财农2017", "豫财农2017年5号"):
        found = search(faults, text)
        assert found.query == text
        assert found.total
        assert all("豫财农" in hit.snippet for hit in found.hits)
    assert search(faults, "没有这样的字2031").total == 0


def test_a_name_with_a_blank_is_one_name(ledger: Ledger) -> None:
    assert set(found(ledger, "大孟镇 村委会")) == {"payment:P1", "payment:P2", "payment:P3"}


def test_hits_are_of_the_kind_division_and_year_asked(ledger: Ledger) -> None:
    assert found(ledger, "12.5万", Filter(kind="indicator")) == ["indicator:I1"]
    assert found(ledger, "12.5万", Filter(division="410100000")) == ["indicator:I1", "transfer:T1"]
    assert found(ledger, "12.5万", Filter(year=2016)) == []
    assert found(ledger, "zmx", Filter(divisions=frozenset({DIRECT}))) == []
    with pytest.raises(Misuse, match='found kind "cheque"'):
        search(ledger, "x", Filter(kind="cheque"))
    with pytest.raises(NotFound):
        search(ledger, "x", Filter(division="999999999"))
    with pytest.raises(Misuse, match="nothing to search for"):
        search(ledger, "  ")


def test_pages_lie_end_to_end(example_ledger: Callable[[str], Path]) -> None:
    ledger = lineage.open(example_ledger("faults"))
    whole = search(ledger, "硬化", page=Page(1000))
    parts = [hit for start in range(0, whole.total, 7) for hit in search(ledger, "硬化", page=Page(7, start)).hits]
    assert tuple(parts) == whole.hits
    assert len(whole.hits) == whole.total > 20


def test_the_kept_index_is_the_one_built_in_memory(example_ledger: Callable[[str], Path]) -> None:
    path = example_ledger("faults")
    kept = lineage.open(path)
    early = lineage.open(path, as_of=date(2017, 6, 30))
    assert index_of(kept).texts.num_rows > index_of(early).texts.num_rows > 0
    again = lineage.open(path)
    assert search(again, "村委会") == search(kept, "村委会")


def test_a_payee_of_many_accounts_gets_the_picture_of_one_of_few(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("6222020200011122233", "大孟镇村委会", "大孟镇 村委会")
    few = [payee(ledger, one) for one in asked]
    monkeypatch.setattr("queries.search_payee.FEW", 0)
    assert [payee(ledger, one) for one in asked] == few
    monkeypatch.setattr("queries.search_payee.index_at_hand", lambda _: None)
    assert [payee(ledger, one) for one in asked] == few


def test_a_payees_picture_has_every_spelling_of_its_accounts(ledger: Ledger) -> None:
    picture = payee(ledger, "6222020200011122233")
    assert {row["record"] for row in picture.receipts} == {"payment:P1", "payment:P2"}
    assert {share.key for share in picture.spellings} == {"大孟镇 村委会", "大孟镇村委会"}
    assert picture.amount_fen == 110_000_00
    by_name = payee(ledger, "大孟镇村委会")
    assert by_name.amount_fen == 110_500_00
    assert "6222020200011122233" not in str(by_name.to_json())
    with pytest.raises(NotFound, match="nobody called 王某"):
        payee(ledger, "王某")


def test_names_are_read_as_they_are_spoken() -> None:
    assert initials(["浚县", "长葛市", "泌阳县", "漯河市", "中国农业银行", "A12号"]) == [
        "xx",
        "cgs",
        "byx",
        "lhs",
        "zgnyyh",
        "A12h",
    ]
    assert plain("財政 專戶Ａ") == "财政专户a"


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.5万", 12_500_000),
        ("12.5万元", 12_500_000),
        ("1,234.56", 123_456),
        ("2亿", 20_000_000_000),
        ("￥3元", 300),
        ("12.3456789万", None),
        ("12.34万5", None),
        ("abc", None),
        ("1.234", None),
    ],
)
def test_an_amount_is_understood_or_not(text: str, fen: int | None) -> None:
    asked = amount_asked(text)
    assert (asked.fen if asked else None) == fen


def test_one_slip_is_one_character_or_a_swap() -> None:
    assert one_slip("192", "129")
    assert one_slip("192", "12")
    assert one_slip("192", "1192")
    assert not one_slip("192", "921")
    one, other = document_parts("豫财农〔2017〕12号"), document_parts("豫财建〔2018〕12号")
    assert one is not None
    assert other is not None
    assert not is_near(one, other), "two parts differ"


@pytest.mark.parametrize("text", ["2017", "village", "财农", "12.5万"])
def test_a_hit_has_the_words_and_the_day_that_its_rows_have(example_ledger: Callable[[str], Path], text: str) -> None:
    """From the index at once, and once more from the tables."""
    there = lineage.open(example_ledger("faults"))
    hits = [hit for hit in search(there, text, None, Page(2_000)).hits if hit.amount_fen is not None]
    known = describe(there, [hit.record for hit in hits])
    assert hits
    in_tables = [(known[hit.record].whole, known[hit.record].date) for hit in hits]
    assert [(hit.words, hit.date) for hit in hits] == in_tables
