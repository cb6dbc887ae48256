"""The catalogue: every rule file is whole, parameters keep their ranges, own rules join in, broken files are named."""

from __future__ import annotations

import gc
import os
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import lineage
from lineage.errors import Misuse
from lineage.schema import BY_KIND
from queries import check
from queries.catalogue import BUILT_IN, HEADINGS, catalogue, read_rule, shared_tables, split_python, unwrapped
from queries.parameters import SHIPPED, settings
from queries.rule_pages import parameters_text

Ledgers = Callable[[str], Path]
OFF = {
    "account/receipt-mismatch", "card/listed-person", "entry/bundled-with-own", "entry/split-re-entry",
    "pay/barred-economy", "pay/not-centralised", "pay/unreviewed",
}
PAGE = """/*
rule: own/large
title: 大额支付 | Large payment
subject: payment
severity: yellow
class: volume
type: P10
office: payment-centre
zh: {division}的支付 {id} 为 {amount} 元
en: payment {id} of {division} is {amount} yuan
parameter: least_yuan = 1000000 in 1..1000000000 | 起点（元） | from so many yuan

What: Large payments.
*/
"""
QUERY = """
SELECT record AS subject, division_code, net_fen AS amount_fen FROM payments WHERE net_fen >= $least_yuan * 100
"""


def test_39_rules_of_which_seven_are_off() -> None:
    rules = catalogue()
    assert len(rules) == 39
    assert {rule.name for rule in rules if not rule.on} == OFF
    for rule in rules:
        assert [heading for heading in HEADINGS if not rule.section(heading)] == [], rule.name
        folder, stem = rule.name.split("/")
        assert rule.path.relative_to(BUILT_IN).with_suffix("") == Path(folder, stem.replace("-", "_"))
        assert set(rule.subjects) <= set(BY_KIND), rule.name


def test_each_parameter_is_used_and_each_value_in_a_query_is_a_parameter() -> None:
    shared = " ".join(shared_tables().values())
    for rule in catalogue():
        for parameter in rule.parameters:
            used = f"${parameter.name}" in rule.body or f'"{parameter.name}"' in rule.body
            assert used, f"{rule.name}: {parameter.name}"
    assert {part.split()[0].strip(",)") for part in shared.split("$")[1:]} == set()  # no value of one rule


def test_the_shipped_parameters_are_the_pages_defaults() -> None:
    rules = catalogue()
    assert SHIPPED.read_text(encoding="utf-8") == parameters_text(rules)
    assert settings(rules, SHIPPED) == settings(rules)
    assert set(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))) == {rule.name for rule in rules}


def test_values_out_of_range_never_reach_a_query(tmp_path: Path) -> None:
    rules = catalogue()
    file = tmp_path / "own.toml"
    for text, said in (
        ('["pace/idle"]\nmonths = 0', r"own.toml: pace/idle: months: found 0, expected a whole number in 1\.\.120"),
        ('["pace/idle"]\nmonths = true', "found True, expected a whole number"),
        ('["pay/barred-purpose"]\nwords = []', r"found \[\], expected a list of 1 to 200 words"),
        ('["pay/barred-purpose"]\nwords = "招待"', "expected a list"),
        ('["pace/idel"]\nmonths = 3', "there is no rule pace/idel; nearest: pace/idle"),
        ('["pace/idle"]\non = 1', "on: found 1, expected true or false"),
        ("months = 3", "there is no rule months"),
        ("[", "own.toml: "),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(Misuse, match=said):
            settings(rules, file)
    with pytest.raises(Misuse, match="cannot be read"):
        settings(rules, tmp_path / "absent.toml")


def test_rules_are_switched_on_and_off_by_parameters(example_ledger: Ledgers) -> None:
    ledger = lineage.open(example_ledger("sound"))
    names = {total.rule.name for total in check(ledger, parameters={
        "pay/not-centralised": {"on": True}, "flow/cycle": {"on": False},
    }).rules}
    assert "pay/not-centralised" in names
    assert "flow/cycle" not in names


def test_an_auditors_own_rule_joins_in_with_its_parameter(example_ledger: Ledgers, tmp_path: Path) -> None:
    (tmp_path / "large.sql").write_text(PAGE + QUERY, encoding="utf-8")
    ledger = lineage.open(example_ledger("faults"))
    few = check(ledger, ["own/large"], rules_dir=tmp_path, parameters={"own/large": {"least_yuan": 50_000_000}})
    many = check(ledger, ["own/large"], rules_dir=tmp_path)
    assert len(few.findings) < len(many.findings)
    assert "yuan" in many.findings[0].message("en")
    assert "own/large" in {total.rule.name for total in check(ledger, rules_dir=tmp_path).rules}


def test_an_own_python_rule_may_ask_for_other_rules_findings(example_ledger: Ledgers, tmp_path: Path) -> None:
    page = PAGE.replace("/*", '"""').replace("*/", '"""').replace("parameter: least_yuan = 1000000 in "
                        "1..1000000000 | 起点（元） | from so many yuan\n", "")
    (tmp_path / "seen.py").write_text(page + "def find(question):\n    yield from question.found('pay/undated')\n",
                                      encoding="utf-8")
    found = check(lineage.open(example_ledger("faults")), ["own/large"], rules_dir=tmp_path).findings
    assert [finding.subject for finding in found] == ["payment:P-00000384"]


@pytest.mark.parametrize(("text", "said"), [
    ("SELECT 1", r"own\.sql:1: no page found"),
    (PAGE.replace("office: payment-centre\n", "") + QUERY, r"own\.sql:1: the page lacks office"),
    (PAGE.replace("yellow", "pink") + QUERY, 'severity: found "pink", expected one of red'),
    (PAGE.replace("own/large", "Large!") + QUERY, 'rule: found "Large!"'),
    (PAGE.replace("subject: payment", "about payments") + QUERY, r'own\.sql:4: found "about payments"'),
    (PAGE.replace("in 1..1000000000", "") + QUERY, "parameter: found .* expected"),
    (PAGE.replace("own/large", "pace/idle") + QUERY, "rule pace/idle is in .* already"),
    (PAGE + QUERY.replace("$least_yuan", "$most"), r"\$most is no parameter of the rule"),
    (PAGE + "SELECT nothing FROM nowhere", r"own\.sql: the query cannot be run"),
    (PAGE + "SELECT record AS subject FROM payments", "its rows lack amount_fen, division_code"),
    (PAGE + "SELECT content AS subject FROM read_text('/etc/hostname')", "Cannot access file"),
    (PAGE + "SELECT * FROM raw_payments", "cannot be run"),
    (PAGE + "SELECT 1 AS subject; COPY (SELECT 1) TO 'stolen.csv'", "the query is not one SELECT"),
    (PAGE + "DROP TABLE payments", "the query is not one SELECT"),
    (PAGE + "SET enable_external_access = true", "the query is not one SELECT"),
])
def test_a_broken_rule_file_is_named_with_what_is_wrong(
    text: str, said: str, example_ledger: Ledgers, tmp_path: Path
) -> None:
    (tmp_path / "own.sql").write_text(text, encoding="utf-8")
    with pytest.raises(Misuse, match=said):
        check(lineage.open(example_ledger("sound")), ["own/large"], rules_dir=tmp_path)


def test_own_shared_tables_reach_no_file_either(example_ledger: Ledgers, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "mine.sql").write_text("/* mine */ SELECT * FROM glob('/etc/*')", encoding="utf-8")
    (tmp_path / "own.sql").write_text(PAGE + "SELECT file AS subject FROM mine", encoding="utf-8")
    with pytest.raises(Misuse, match="Cannot access file"):
        check(lineage.open(example_ledger("sound")), ["own/large"], rules_dir=tmp_path)


def test_a_wrapped_line_is_read_as_one() -> None:
    assert unwrapped("中文\n  中文 and\n  English") == "中文中文 and English"
    assert read_rule(BUILT_IN / "entry" / "bundled.py").messages["zh"].count("\n") == 0


def test_threads_may_read_rules_at_once_while_garbage_is_collected() -> None:
    files, before = list(BUILT_IN.rglob("*.py")), gc.get_threshold()

    def let_another_thread_run(_phase: str, _about: object) -> None:
        time.sleep(0)

    gc.callbacks.append(let_another_thread_run)
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(8) as threads:
            pages = list(threads.map(split_python, files * 20))
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(let_another_thread_run)
    assert pages == [split_python(file) for file in files] * 20


def test_a_rule_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    own = tmp_path / "own.sql"
    own.write_text(PAGE + QUERY, encoding="utf-8")
    assert catalogue(tmp_path) == catalogue(tmp_path)
    own.write_text((PAGE + QUERY).replace("Large payment\n", "Huge payment\n"), encoding="utf-8")
    os.utime(own, ns=(1, 1))
    assert read_rule(own).titles["en"] == "Huge payment"
