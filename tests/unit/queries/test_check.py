"""`check` gives what the worked examples give: subjects, divisions, severities, amounts and totals of every rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.errors import Misuse, NotFound
from lineage.money import to_fen
from queries import check
from queries.catalogue import catalogue
from queries.check import RuleTotal, finding_id

Ledgers = Callable[[str], Path]


def compared(findings: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted((f["rule"], f["subject"], f["division_code"], f["severity"], f["amount"]) for f in findings)


@pytest.mark.parametrize("name", ["sound", "faults"])
def test_equals_the_worked_example(name: str, examples: Path, example_ledger: Ledgers) -> None:
    expected = json.loads((examples / name / "expected" / "check.json").read_text(encoding="utf-8"))
    answer = check(lineage.open(example_ledger(name))).to_json("zh")
    assert compared(answer["findings"]) == compared(expected["findings"])
    totals = [{key: total[key] for key in ("rule", "findings", "amount")} for total in answer["rules"]]
    assert totals == expected["rules"]
    assert answer["as_of"] == expected["as_of"]


def test_one_division_and_what_lies_below_it(example_ledger: Ledgers) -> None:
    ledger = lineage.open(example_ledger("faults"))
    every = check(ledger, rules=["entry/bundled", "entry/re-entered"])
    zhoukou = check(ledger, rules=["entry/bundled", "entry/re-entered"], division="411600000")
    assert {finding.division_code for finding in zhoukou.findings} == {"411621000"}
    assert len(every.findings) == 4
    assert [total.hits for total in zhoukou.rules] == [total.hits for total in every.rules]


def test_messages_are_one_sentence_with_the_numbers_in_both_languages(example_ledger: Ledgers) -> None:
    for finding in check(lineage.open(example_ledger("faults"))).findings:
        for language in ("zh", "en"):
            text = finding.message(language)
            assert any(digit in text for digit in "0123456789")
            assert "\n" not in text
            assert "{" not in text


@pytest.mark.parametrize("name", ["faults", "tangled"])
def test_mixed_payments_name_the_pool_that_the_trace_names_and_bounds_that_hold(
    name: str, example_ledger: Ledgers
) -> None:
    ledger = lineage.open(example_ledger(name))
    found = check(ledger, rules=["mix/payment"]).findings
    assert found
    for finding in found[:12]:
        least, most = (to_fen(finding.values[key]) for key in ("other_least", "other_most"))
        for policy in ("pro-rata", "rolling", "fifo", "lifo", "libr", "poverty-first"):
            trail = ledger.trace(finding.subject, policy=policy)
            assert least <= trail.pool_fen - trail.poverty_fen <= most, (finding.subject, policy)
        mixed = ledger.trace(finding.subject).mixed
        assert mixed is not None
        assert mixed.first_pool == finding.cause


def test_ids_are_stable() -> None:
    assert finding_id("entry/bundled", "indicator:I-1") == "F-c77dd9c12853d977"


def test_a_rule_that_fires_on_most_records_is_warned_of() -> None:
    rule = catalogue()[0]
    assert RuleTotal(rule, 60, 1, hits=60, looked_at=100).too_many
    assert not RuleTotal(rule, 50, 1, hits=50, looked_at=100).too_many
    assert not RuleTotal(rule, 10, 1, hits=10, looked_at=10).too_many


OWN = """/*
rule: own/listed
title: 列表 | A list
subject: payment
severity: {severity}
class: volume
type: P10
office: payment-centre
zh: {division} {id}：{amount} 元，{parts}，{nothing}，{count}
en: {id} of {division}: {amount} yuan, {parts}, {nothing}, {count}

What: Lists.
*/
"""
LISTED = """
SELECT record AS subject, CASE WHEN record = 'payment:P-00000001' THEN division_code END AS division_code,
  CASE WHEN record = 'payment:P-00000001' THEN 'red' ELSE 'yellow' END AS severity, 123456789 AS amount_fen,
  range(1, CASE WHEN record = 'payment:P-00000001' THEN 11 ELSE 9 END) AS parts, NULL AS nothing, 3 AS count,
  ['transfer:T', NULL, 'allocation:A'] AS evidence
FROM payments
"""


def test_how_a_finding_says_amounts_lists_and_what_is_not_there(example_ledger: Ledgers, tmp_path: Path) -> None:
    (tmp_path / "own.sql").write_text(OWN.replace("{severity}", "red, yellow") + LISTED, encoding="utf-8")
    answer = check(lineage.open(example_ledger("sound")), ["own/listed"], rules_dir=tmp_path)
    found = {finding.subject: finding for finding in answer.findings}
    first, second = found["payment:P-00000001"], found["payment:P-00000002"]
    assert first.message("en").endswith(": 1,234,567.89 yuan, 1, 2, 3, 4, 5, 6, 7, 8 … (10), —, 3")
    assert first.message("en").startswith("P-00000001 of ")
    assert "?" not in first.message("en")
    assert second.message("en") == "P-00000002 of ?: 1,234,567.89 yuan, 1, 2, 3, 4, 5, 6, 7, 8, —, 3"
    assert second.message("zh") == "? P-00000002：1,234,567.89 元，1, 2, 3, 4, 5, 6, 7, 8，—，3"
    assert (first.severity, second.severity, second.division_code) == ("red", "yellow", "")
    assert second.evidence == ("allocation:A", "payment:P-00000002", "transfer:T")
    [total] = answer.rules
    assert total.hits == total.findings == len(found) >= total.looked_at > 20
    assert answer.to_json("zh")["warnings"] == answer.warnings("zh") != answer.warnings("en")
    assert "own/listed" in answer.warnings("zh")[0]
    (tmp_path / "own.sql").write_text(OWN.replace("{severity}", "yellow") + LISTED, encoding="utf-8")
    one = check(lineage.open(example_ledger("sound")), ["own/listed"], rules_dir=tmp_path).findings
    assert {finding.severity for finding in one} == {"yellow"}


def test_a_message_that_names_what_rows_do_not_have_is_misuse(example_ledger: Ledgers, tmp_path: Path) -> None:
    text = OWN.replace("{severity}", "yellow").replace("{count}", "{where}")
    (tmp_path / "own.sql").write_text(text + LISTED, encoding="utf-8")
    with pytest.raises(Misuse, match=r"the message names \{where\}, which its rows do not have"):
        check(lineage.open(example_ledger("sound")), ["own/listed"], rules_dir=tmp_path)


def test_misuse_is_said_clearly(example_ledger: Ledgers) -> None:
    ledger = lineage.open(example_ledger("sound"))
    with pytest.raises(Misuse, match=r"there is no rule entry/bundle; nearest: entry/bundled"):
        check(ledger, rules=["entry/bundle"])
    with pytest.raises(NotFound, match="there is no division 419999"):
        check(ledger, division="419999")
    whole = check(ledger, division="410300000")
    assert check(ledger, division="洛阳").findings == whole.findings
    with pytest.raises(NotFound, match="nearest: 410300000 洛阳市, 410302000 老城区"):
        check(ledger, division="4103")
    with pytest.raises(Misuse, match=r"chain/unreceived-transfer: days: found 9000, expected .* in 0\.\.365"):
        check(ledger, parameters={"chain/unreceived-transfer": {"days": 9000}})
    with pytest.raises(Misuse, match="has no parameter dais; nearest: days"):
        check(ledger, parameters={"chain/unreceived-transfer": {"dais": 9}})
