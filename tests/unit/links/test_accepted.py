"""An accepted link carries what its record moves as the records stand now, and gives way to records that say it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import lineage
from api import cli
from api.evidence import _asserted
from lineage.ledger import journal
from queries import Filter, Plan, check, findings, overview, overview_records, sample
from queries.catalogue import catalogue, shared_tables
from queries.flows import spending_flows
from queries.parameters import settings
from queries.question import Question, Run
from tests.staging import load_rows

AT = datetime(2026, 11, 1, tzinfo=UTC)


def load(path: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    load_rows(path, tables, at=datetime(2018, 6, 1))


def transfer(**more: Any) -> dict[str, Any]:
    return {"transfer_id": "T", "kind": "issue", "source_id": "allocation:A", "to_division_code": "4101",
            "issue_date": date(2017, 2, 1), "receive_date": None, "amount_fen": 100} | more


def indicator(name: str, year: int, **more: Any) -> dict[str, Any]:
    return {"indicator_id": name, "fiscal_year": year, "division_code": "4101", "date": date(year, 3, 1),
            "amount_fen": 100, "origin": "superior"} | more


def ledger(path: Path) -> Path:
    load(path, {
        "allocations": [{"allocation_id": "A", "fiscal_year": 2017, "division_code": "4100", "source": "province",
                         "date": date(2017, 1, 1), "amount_fen": 100}],
        "transfers": [transfer()],
        "indicators": [indicator("I", 2017), indicator("J", 2017),
                       indicator("K", 2018, origin="carry_over", amount_fen=30)],
    })
    for source, target in (("transfer:T", "indicator:I"), ("indicator:I", "indicator:K")):
        body = {"from": source, "to": target, "why": "seen", "amount_fen": 100, "kind": "received"}
        journal.append(path, journal.LINK_ACCEPTED, body, "auditor", AT)
    return path


def edges(path: Path, **view: Any) -> list[tuple[Any, ...]]:
    rows = lineage.open(path, **view).rows("""
        SELECT source, target, amount_fen, date::VARCHAR AS date, evidence FROM edges WHERE source <> 'allocation:A'
        ORDER BY source, target""")
    return [tuple(row.values()) for row in rows]


def test_it_has_the_date_and_the_net_amount_of_its_record(tmp_path: Path) -> None:
    path = ledger(tmp_path / "ledger")
    carried = ("indicator:I", "indicator:K", 30, "2018-03-01", "asserted")
    assert edges(path) == [carried, ("transfer:T", "indicator:I", 100, "2017-02-01", "asserted")]
    load(path, {"transfers": [transfer(transfer_id="R", amount_fen=-40, reverses="T")]})
    assert edges(path) == [carried, ("transfer:T", "indicator:I", 60, "2017-02-01", "asserted")]
    assert edges(path, asserted=False) == []
    assert edges(path, as_of=date(2017, 1, 31)) == []


def test_what_records_say_meanwhile_is_not_counted_twice(tmp_path: Path) -> None:
    path = ledger(tmp_path / "ledger")
    load(path, {"transfers": [transfer(target_id="J", receive_date=date(2017, 2, 9))],
                     "indicators": [indicator("K", 2018, origin="carry_over", amount_fen=30, previous_id="J")]})
    assert edges(path) == [("indicator:J", "indicator:K", 30, "2018-03-01", "recorded"),
                           ("transfer:T", "indicator:J", 100, "2017-02-09", "recorded")]


def test_an_accepted_carry_over_follows_the_indicator_s_amount(tmp_path: Path) -> None:
    path = ledger(tmp_path / "ledger")
    load(path, {"indicators": [indicator("K", 2018, origin="carry_over", amount_fen=45)]})
    assert edges(path)[0] == ("indicator:I", "indicator:K", 45, "2018-03-01", "asserted")


def test_every_command_that_shows_figures_can_leave_accepted_links_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ledger(tmp_path / "ledger")
    found = {}
    for flag in ("--asserted", "--no-asserted"):
        assert cli.run(["trace", "indicator:I", "--json", flag, "--ledger", str(path)]) == 0
        found[flag] = json.loads(capsys.readouterr().out)["state"]
        for command in (["check"], ["overview"], ["rank"], ["explain", "indicator:I"], ["links", "T", "I"],
                        ["findings"], ["search", "T"], ["sample", "--kind", "indicator"], ["repair"]):
            assert cli.run([*command, flag, "--ledger", str(path)]) in (0, 1)
        capsys.readouterr()
    assert found == {"--asserted": "complete", "--no-asserted": "broken"}
    assert cli.run(["trace", "indicator:I", "--no-asserted", "--graph", "bolt://localhost:1"]) == 2


def spending_of_rules(view: lineage.Ledger) -> int:
    rules = catalogue()
    run = Run(view, {rule.name: rule for rule in rules}, shared_tables(), settings(rules))
    rows = Question(run, rules[0]).rows("SELECT coalesce(sum(amount_fen), 0)::BIGINT AS fen FROM spending")
    return int(rows[0]["fen"])


@pytest.mark.parametrize("named", [None, "LOST"])
def test_a_payment_tied_by_a_link_is_expenditure_with_links_and_none_without(tmp_path: Path, named: str | None) -> None:
    path = ledger(tmp_path / "ledger")
    payment = {"payment_id": "P", "division_code": "4101", "amount_fen": 70, "pay_date": date(2017, 5, 1),
               "status": "valid", "indicator_id": named}
    back = payment | {"payment_id": "B", "amount_fen": -20, "pay_date": date(2017, 6, 1), "reverses": "P"}
    load(path, {"payments": [payment, back],
                "divisions": [{"division_code": "4100", "name": "P", "level": "province"},
                              {"division_code": "4101", "name": "C", "level": "city", "fiscal_parent": "4100"}],
                "indicators": [indicator("I", 2017, poverty=True)]})
    without = lineage.open(path)
    accepted = {"from": "indicator:I", "to": "payment:P", "why": "voucher seen", "amount_fen": 50, "kind": "paid"}
    journal.append(path, journal.LINK_ACCEPTED, accepted, "auditor", AT)
    opened = lineage.open(path)
    for view, spent in ((without, 0), (opened, 50), (lineage.open(path, asserted=False), 0)):
        assert overview(view, year=2017).whole.fen("expenditure") == spent
        assert overview_records(view, "expenditure", year=2017).total_fen == spent
        assert sum(flow.amount_fen for flow in spending_flows(view, 2017)) == 2 * spent  # either hop carries all
        assert spending_of_rules(view) == spent


def test_a_link_to_a_record_not_there_yet_keeps_no_other_link_out(tmp_path: Path) -> None:
    path = ledger(tmp_path / "ledger")
    load(path, {"indicators": [indicator("I", 2017, date=date(2017, 9, 1))]})
    body = {"from": "transfer:T", "to": "indicator:J", "why": "seen", "amount_fen": 100, "kind": "received"}
    journal.append(path, journal.LINK_ACCEPTED, body, "auditor", AT)
    assert edges(path, as_of=date(2017, 8, 31)) == [("transfer:T", "indicator:J", 100, "2017-02-01", "asserted")]
    assert [row[1] for row in edges(path, as_of=date(2017, 9, 1))] == ["indicator:I"]


def test_a_carry_over_that_a_link_says_is_no_money_typed_in_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    typed = {"origin": "own", "entry": "manual", "amount_fen": 60, "agency_code": "4101001"}
    load(path, {
        "indicators": [indicator("OLD", 2016, agency_code="4101001"), indicator("TYPED", 2017, **typed),
                       indicator("NEXT", 2017, origin="carry_over", amount_fen=60, agency_code="4101001")],
        "payments": [{"payment_id": "P", "division_code": "4101", "amount_fen": 40, "pay_date": date(2016, 5, 1),
                      "status": "valid", "indicator_id": "OLD"}],
    })
    body = {"from": "indicator:OLD", "to": "indicator:NEXT", "why": "seen", "kind": "carried"}
    journal.append(path, journal.LINK_ACCEPTED, body, "auditor", AT)
    accused = [len(check(lineage.open(path, asserted=asserted), ["entry/carry-over-as-current"]).findings)
               for asserted in (True, False)]
    assert accused == [0, 1]


def test_a_transfer_is_of_its_source_s_year_whoever_says_what_the_source_is(tmp_path: Path) -> None:
    path = ledger(tmp_path / "ledger")
    load(path, {"transfers": [transfer(transfer_id="U", source_id=None, issue_date=date(2018, 1, 5))]})
    body = {"from": "indicator:I", "to": "transfer:U", "why": "seen", "kind": "given"}
    journal.append(path, journal.LINK_ACCEPTED, body, "auditor", AT)
    for asserted, year in ((True, 2017), (False, 2018)):
        view = lineage.open(path, asserted=asserted)
        drawn = sample(view, Plan(9), Filter("transfer", year=year)).drawn
        assert "transfer:U" in [one.record for one in drawn]


def test_the_list_of_accepted_links_tells_what_each_carries_now_and_which_gave_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ledger(tmp_path / "ledger")
    load(path, {"transfers": [transfer(target_id="J", receive_date=date(2017, 2, 9))]})

    def told(*more: str) -> dict[str, dict[str, Any]]:
        assert cli.run(["repair", "--accepted", "--json", *more, "--ledger", str(path)]) == 0
        return {link["to"]: link for link in json.loads(capsys.readouterr().out)["accepted"]}

    gave_way = {"kind": "received", "counted": False, "amount": "0.00", "date": None}
    before = {"kind": "received", "counted": True, "amount": "1.00", "date": "2017-02-01"}
    carried = {"kind": "carried", "counted": True, "amount": "0.30", "date": "2018-03-01"}
    for found, expected in ((told(), gave_way), (told("--as-known", "1"), before)):
        assert expected.items() <= found["indicator:I"].items()
        assert carried.items() <= found["indicator:K"].items()
    assert cli.run(["repair", "--accepted", "--lang", "en", "--ledger", str(path)]) == 0
    assert "1 accepted links do not count" in capsys.readouterr().err
    for past in (["--no-asserted"], ["--as-known", "1"]):
        assert cli.run(["repair", "--accept-sure", "0.5", "--why", "x", *past, "--ledger", str(path)]) == 2
    assert cli.run(["repair", "--accepted", "--no-asserted", "--ledger", str(path)]) == 2
    assert cli.run(["findings", "F-1", "--set", "explained", "--no-asserted", "--ledger", str(path)]) == 2


def test_findings_without_links_are_what_would_hold_without_them(tmp_path: Path) -> None:
    path = ledger(tmp_path / "ledger")
    found = {asserted: {(case.rule, case.subject)
                        for case in findings(lineage.open(path, asserted=asserted), date(2018, 6, 1)).cases}
             for asserted in (True, False)}
    assert found[False] - found[True] == {
        ("chain/unsourced-indicator", "indicator:I"), ("chain/unsourced-indicator", "indicator:K"),
        ("chain/unreceived-transfer", "transfer:T")}


def test_an_evidence_pack_names_the_links_that_count(tmp_path: Path) -> None:
    path = ledger(tmp_path / "ledger")
    load(path, {"transfers": [transfer(target_id="J", receive_date=date(2017, 2, 9))]})
    every = {"transfer:T", "indicator:I", "indicator:J", "indicator:K"}
    said = [link[:3] for link in _asserted(lineage.open(path), every)]
    assert said == [("indicator:I", "indicator:K", "auditor")]
