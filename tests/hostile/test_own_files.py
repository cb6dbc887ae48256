"""Files that a site writes for itself, changed: its own rules, parameters, weights, people, watching plan.

Each is read and does what it says, or is refused with an error that names it; a traceback fails.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lineage
import queries
from api.access.people import Person, added, read_people, write_people
from api.watch.plan import read_plan
from lineage.errors import LineageError
from lineage.ledger import Ledger, verify
from queries.catalogue import BUILT_IN, catalogue
from queries.parameters import settings
from queries.rank_weights import read_weights
from tests.hostile.changing import LONG, changed, changed_json, changed_toml

Ledgers = Callable[[str], Path]
TRIES = 2000 if LONG else 40
RULES = ("pay/duplicate.sql", "flow/overpaid.sql", "pace/idle.sql", "mix/payment.py", "entry/re_entered.py")
SHARED = "unreceived_transfers.sql"
PLAN = """every_minutes = 60
digest_at = "08:00"
[[feeds]]
name = "pay"
from = "incoming"
expected_hours = 24
[[notify]]
name = "office"
channel = "folder"
to = "out"
severities = ["red", "orange"]
"""


def own_rule(number: int, folder: Path) -> Path:
    """A copy of a rule under a name of its own."""
    source = BUILT_IN / RULES[number % len(RULES)]
    area = source.parent.name
    file = folder / source.name
    file.write_text(source.read_text(encoding="utf-8").replace(f"rule: {area}/", "rule: own/", 1), encoding="utf-8")
    return file


def answered(ledger: Ledger, folder: Path) -> bool:
    """Whether rules of a folder gave findings that are findings; else they were refused."""
    try:
        own = [rule.name for rule in catalogue(folder) if rule.path.is_relative_to(folder)]
        result = queries.check(ledger, own, rules_dir=folder)
        for finding in result.findings:
            assert finding.severity in finding.rule.severities
            assert finding.message("zh").strip()
            assert finding.message("en").strip()
        json.dumps(result.to_json())
    except LineageError:
        return False
    return True


def test_changed_rules_find_or_are_refused(example_ledger: Ledgers, tmp_path: Path) -> None:
    path = example_ledger("faults")
    ledger, done = lineage.open(path), 0
    for number in range(TRIES):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        file = own_rule(number, folder)
        file.write_bytes(changed(file.read_bytes(), random.Random(f"rule {number}")))
        done += answered(ledger, folder)
        shutil.rmtree(folder)
    assert 0 < done < TRIES
    assert verify(path).problem is None


def test_changed_shared_tables_find_or_are_refused(example_ledger: Ledgers, tmp_path: Path) -> None:
    ledger, done = lineage.open(example_ledger("faults")), 0
    rule = (BUILT_IN / "chain" / "unreceived_transfer.sql").read_text(encoding="utf-8")
    for number in range(TRIES // 4):
        folder = tmp_path / f"{number}"
        (folder / "tables").mkdir(parents=True)
        (folder / "own.sql").write_text(rule.replace("rule: chain/", "rule: own/", 1), encoding="utf-8")
        whole = (BUILT_IN / "tables" / SHARED).read_bytes()
        (folder / "tables" / SHARED).write_bytes(changed(whole, random.Random(f"table {number}")))
        done += answered(ledger, folder)
        shutil.rmtree(folder)
    assert 0 < done < TRIES // 4


@pytest.mark.parametrize("kind", ["parameters", "weights", "plan", "people"])
def test_changed_settings_are_read_or_refused(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"own-{kind}.toml"
    if kind == "people":
        write_people(file, added({}, Person("王", ("reader", "investigator"), ("410103000",)))[0])
    elif kind == "plan":
        file.write_text(PLAN, encoding="utf-8")
    else:
        shutil.copy(BUILT_IN.parent / f"{kind}.toml", file)
    rules = catalogue()
    read: dict[str, Callable[[], object]] = {
        "parameters": lambda: settings(rules, file),
        "weights": lambda: read_weights(file),
        "plan": lambda: read_plan(file).next_round(datetime(2018, 1, 2, tzinfo=UTC)),
        "people": lambda: read_people(file),
    }
    whole, done = file.read_bytes(), 0
    for number in range(tries := 10 * TRIES):
        chance = random.Random(f"{kind} {number}")
        file.write_bytes((changed_json if kind == "people" else changed_toml)(whole, chance))
        refused = ""
        try:
            read[kind]()
            done += 1
        except LineageError as error:
            refused = str(error)
        assert not refused or file.name in refused or kind == "weights", "the error names the file"
    assert 0 < done < tries
