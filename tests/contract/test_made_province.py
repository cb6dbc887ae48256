"""Province and rules hold each other to the catalogue: what is planted is found, to the fen, and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import lineage
import loaders
from loaders.province import ProvinceKey, make_province
from loaders.province.key import Cause, Finding, yuan_text
from queries import CheckResult, check
from queries.catalogue import catalogue
from queries.reconcile import CAUSES, reconcile

AT = datetime(2018, 1, 3, tzinfo=UTC)
EVERY_RULE = tuple(rule.name for rule in catalogue())


def checked(folder: Path, payments: int, seed: int, faults: str | tuple[str, ...]) -> tuple[ProvinceKey, CheckResult]:
    key = make_province(folder / "bundle", payments, seed, faults)
    loaded = loaders.load(folder / "ledger", folder / "bundle", at=AT)
    assert loaded.rejected == 0
    ledger = lineage.open(folder / "ledger")
    assert str(ledger.as_of) == key.as_of
    return key, check(ledger, EVERY_RULE)


def found(result: CheckResult) -> set[Finding]:
    return {Finding(each.rule.name, each.subject, each.division_code, each.amount_fen) for each in result.findings}


@pytest.mark.parametrize(("payments", "seed"), [(200, 21), (8000, 22)])
def test_over_a_sound_province_no_rule_says_anything_and_every_chain_is_complete(
    payments: int, seed: int, tmp_path: Path
) -> None:
    _, result = checked(tmp_path, payments, seed, ())
    assert found(result) == set()
    ledger = lineage.open(tmp_path / "ledger")
    states = {row["state"] for row in ledger.rows("SELECT DISTINCT state FROM nodes WHERE amount_fen > 0")}
    assert states == {"complete", "none"}
    [moneyless] = ledger.rows("""
        SELECT count(*) AS odd FROM nodes n LEFT JOIN payments p ON p.record = n.record
        LEFT JOIN one_card_payments c ON c.record = n.record
        WHERE n.state = 'none' AND p.status IS DISTINCT FROM 'void' AND p.status IS DISTINCT FROM 'pending'
          AND c.status IS DISTINCT FROM 'returned'""")
    assert moneyless["odd"] == 0


@pytest.mark.parametrize("day", [date(2017, 7, 31), date(2017, 10, 31)])
def test_a_sound_province_is_sound_as_of_the_month_ends_its_reports_were_written(day: date, sound_ledger: Path) -> None:
    ledger = lineage.open(sound_ledger, as_of=day)
    assert check(ledger).findings == ()
    lines = reconcile(ledger).to_json()["divisions"]
    assert len(lines) > 100
    assert {(line["difference"], line["unexplained"], len(line["causes"])) for line in lines} == {("0.00", "0.00", 0)}


@pytest.fixture(scope="module")
def sound_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    checked(folder, 1000, 61, ())
    return folder / "ledger"


@pytest.mark.parametrize(("payments", "seed"), [(200, 31), (12_000, 33)])
def test_over_a_province_with_every_fault_exactly_the_key_is_found(payments: int, seed: int, tmp_path: Path) -> None:
    key, result = checked(tmp_path, payments, seed, "all")
    assert found(result) == key.findings()
    assert {each.finding.rule for each in key.faults} == set(EVERY_RULE)


@pytest.mark.parametrize("fault", ["chain/wrong-division", "flow/cycle"])
def test_one_kind_of_fault_alone_brings_only_its_findings(fault: str, tmp_path: Path) -> None:
    key, result = checked(tmp_path, 300, 41, (fault,))
    assert found(result) == key.findings()
    assert {each.finding.rule for each in key.faults} == {fault}


def test_a_reconciliation_takes_every_report_apart_into_the_planted_causes_to_the_fen(tmp_path: Path) -> None:
    key, _ = checked(tmp_path, 3000, 51, "all")
    expected: dict[tuple[str, str, str], dict[str, Cause]] = {}
    for cause in key.causes:
        expected.setdefault((cause.division_code, cause.measure, cause.tier), {})[cause.cause] = cause
    lines = reconcile(lineage.open(tmp_path / "ledger")).to_json()["divisions"]
    for line in lines:
        planted = expected.pop((line["division_code"], line["measure"], line["tier"]), {})
        unexplained = planted.pop("unexplained", None)
        assert line["unexplained"] == yuan_text(unexplained.fen if unexplained else 0)
        told = {each["cause"]: (each["amount"], tuple(sorted(each["records"]))) for each in line["causes"]}
        assert told == {name: (yuan_text(each.fen), each.records) for name, each in planted.items()}
    assert expected == {}
    causes = {cause.cause for cause in key.causes}
    assert causes == {*CAUSES, "unexplained"}
