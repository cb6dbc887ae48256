"""Decisions are appended, chained, counted in the version, and survive a torn end."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

import lineage
from lineage.errors import Damaged, NotFound
from lineage.ledger import journal, verify
from tests.staging import load_rows

AT = datetime(2018, 3, 1, 8, 30)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    load_rows(
        tmp_path / "ledger",
        {
            "transfers": [
                {
                    "transfer_id": "T-1",
                    "kind": "issue",
                    "to_division_code": "4101",
                    "issue_date": date(2017, 2, 1),
                    "receive_date": date(2017, 2, 9),
                    "amount_fen": 700,
                }
            ],
            "indicators": [
                {"indicator_id": name, "fiscal_year": 2017, "division_code": "4101", "date": date(2017, 2, 9),
                 "amount_fen": 700, "origin": "superior"}
                for name in ("I-1", "I-2")
            ],
            "payments": [
                {"payment_id": name, "division_code": "4101", "amount_fen": 5, "pay_date": date(2017, 3, 4),
                 "status": status, "method": "direct", "payee_kind": "village", "payee_name": "村"}
                for name, status in (("P-1", "valid"), ("P-2", "void"))
            ],
        },
    )
    return tmp_path / "ledger"


def accept(ledger: Path, source: str, target: str, **more: object) -> journal.Entry:
    body = {"from": source, "to": target, "why": "same number", **more}
    return journal.append(ledger, journal.LINK_ACCEPTED, body, "李四", AT)


def test_decisions_count_in_the_version(ledger: Path) -> None:
    assert lineage.open(ledger).version == "1.0"
    journal.append(ledger, "finding-event", {"finding": "F-1", "state": "explained"}, "王五", AT)
    assert lineage.open(ledger).version == "1.1"
    assert lineage.open(ledger).decisions[0].body == {"finding": "F-1", "state": "explained"}


def test_an_open_reader_keeps_the_decisions_it_opened_with(ledger: Path) -> None:
    reader = lineage.open(ledger)
    accept(ledger, "transfer:T-1", "indicator:I-1")
    assert (reader.version, reader.decisions, reader.asserted_links) == ("1.0", (), [])


def test_an_accepted_link_runs_with_the_money_and_carries_its_record_amount(ledger: Path) -> None:
    accept(ledger, "transfer:T-1", "indicator:I-1", kind="transfer->indicator")
    accept(ledger, "payment:P-1", "indicator:I-1", amount_fen=9, date="2017-05-05")
    accept(ledger, "transfer:T-404", "indicator:I-1")
    accept(ledger, "indicator:I-1", "payment:P-2")
    first, second, lost, void = lineage.open(ledger).asserted_links
    assert (lost.counted, lost.amount_fen, lost.date) == (False, 0, None)
    assert (void.target, void.amount_fen) == ("payment:P-2", 0)
    assert (first.source, first.target, first.amount_fen, first.date) == (
        "transfer:T-1",
        "indicator:I-1",
        700,
        date(2017, 2, 9),
    )
    assert (first.who, first.why, first.at) == ("李四", "same number", "2018-03-01T08:30:00")
    assert (second.source, second.target, second.amount_fen, second.date) == (
        "indicator:I-1",
        "payment:P-1",
        5,
        date(2017, 3, 4),
    )
    assert lineage.open(ledger, asserted=False).asserted_links == []


def test_a_revoked_link_is_gone_and_may_come_back(ledger: Path) -> None:
    entry = accept(ledger, "transfer:T-1", "indicator:I-1")
    journal.append(ledger, journal.LINK_REVOKED, {"entry": entry.number, "why": "no"}, "李四", AT)
    assert lineage.open(ledger).asserted_links == []
    accept(ledger, "transfer:T-1", "indicator:I-1")
    journal.append(ledger, journal.LINK_REVOKED, {"from": "transfer:T-1", "to": "indicator:I-1"}, "李四", AT)
    assert lineage.open(ledger).asserted_links == []
    accept(ledger, "transfer:T-1", "indicator:I-1")
    assert [link.entry for link in lineage.open(ledger).asserted_links] == [5]


def test_as_known_leaves_out_decisions_made_after_the_next_batch(ledger: Path) -> None:
    accept(ledger, "transfer:T-1", "indicator:I-1")
    load_rows(ledger, {"projects": [{"project_code": "1", "name": "x"}]})
    accept(ledger, "transfer:T-1", "indicator:I-2")
    assert lineage.open(ledger, as_known=1).version == "1.1"
    assert len(lineage.open(ledger, as_known=1).asserted_links) == 1
    assert lineage.open(ledger, as_known=2).version == "2.2"


def test_a_torn_last_line_is_no_decision_and_the_next_one_replaces_it(ledger: Path) -> None:
    accept(ledger, "transfer:T-1", "indicator:I-1")
    file = journal.file_of(ledger)
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"number":2,"kind":"seal","bo')
    assert len(journal.read(ledger)) == 1
    journal.append(ledger, "seal", {"period": "2017"}, "x", AT)
    assert [entry.kind for entry in journal.read(ledger)] == ["link-accepted", "seal"]
    assert file.read_bytes().startswith(whole)
    assert all(json.loads(line) for line in file.read_bytes().splitlines())


def test_a_line_that_is_no_entry_is_damage_not_silence(ledger: Path) -> None:
    journal.file_of(ledger).write_bytes(b"nonsense\n")
    with pytest.raises(Damaged, match=r"journal\.jsonl:1"):
        _ = lineage.open(ledger).decisions


def test_there_is_no_journal_without_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        journal.append(tmp_path / "nowhere", "seal", {}, "x", AT)


def test_of_decisions_taken_at_once_none_counts_before_the_last_is_whole(ledger: Path) -> None:
    journal.append(ledger, "seal", {"n": 0}, "王五", AT)
    journal.append_all(ledger, [("seal", {"n": number, "more": 9}) for number in (1, 2, 3)], "王五", AT)
    whole = journal.file_of(ledger).read_bytes()
    ends = [place for place, byte in enumerate(whole, 1) if byte == ord("\n")]
    for end in (*ends[:3], *range(ends[0] + 5, ends[3], 40), ends[3] - 1):
        journal.file_of(ledger).write_bytes(whole[:end])
        assert [entry.body["n"] for entry in journal.read(ledger)] == [0]
        assert journal.head(ledger)[0] == journal.count(ledger) == 1
        assert verify(ledger).problem is None
    journal.append(ledger, "seal", {"n": 4}, "王五", AT)
    assert [entry.body["n"] for entry in journal.read(ledger)] == [0, 4]
    assert verify(ledger).problem is None
