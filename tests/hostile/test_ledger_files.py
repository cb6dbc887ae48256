"""Every file that a ledger keeps, torn or changed: the answers of before, or an error that names it; never another sum.

Torn is a file of which the end is gone, as a disk or a copy leaves it. What is changed inside, and still reads, is for
`verify` to find: it must, whatever was changed in the record.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders
from lineage.errors import LineageError
from lineage.ledger import Ledger, checkpoint, derived, journal, verify
from lineage.ledger.rederived import differing
from tests.hostile.changing import LONG, changed, changed_json
from tests.staging import load_rows
from tools.long_life import grow, payment

TRIES = 1500 if LONG else 8
BUNDLE = Path(__file__).parents[1] / "examples" / "sound" / "bundle"
RECORD = ("manifest", "batches")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a checkpoint, loose batches, decisions and a derived set."""
    ledger = tmp_path_factory.mktemp("whole") / "ledger"
    grow(ledger, 66)
    for number in range(3):
        journal.append(ledger, "settings", {"n": number}, "王", datetime(2018, 1, 3))
    loaders.load(ledger, BUNDLE, at=datetime(2018, 1, 2))
    assert checkpoint.in_force(ledger, 67)
    assert derived.in_force(ledger)
    return ledger


def files(ledger: Path, part: str) -> list[Path]:
    return sorted(file for file in (ledger / part).rglob("*") if file.is_file() and file.suffix != ".lock")


def asked(view: Ledger) -> Iterator[Any]:
    """What a reader asks: sums of tables and graph, the sources of a payment, the decisions."""
    yield view.rows("SELECT count(*) AS n, sum(amount_fen)::BIGINT AS fen, max(payee_name) AS name FROM payments")
    yield view.rows("SELECT count(*) AS n, sum(amount_fen)::BIGINT AS fen FROM allocations")
    yield view.rows("SELECT count(*) AS n, sum(flow_fen)::BIGINT AS fen FROM edges")
    last = view.rows("SELECT record FROM payments WHERE indicator_id IS NOT NULL ORDER BY record LIMIT 1")[0]["record"]
    yield view.trace(last).to_json()
    yield [entry.to_json() for entry in view.decisions]


def answers(ledger: Path) -> str:
    """The answers, from what lies derived and from the batches themselves."""
    view = lineage.open(ledger)
    return json.dumps([[*asked(view)], [*asked(view.from_batches())]], default=str, sort_keys=True)


def copied(whole: Path, folder: Path) -> Path:
    shutil.copytree(whole.parent, folder)
    return folder / "ledger"


def chosen(ledger: Path, chance: random.Random) -> Path:
    part = chance.choice(("manifest", "batches", "journal.jsonl", "derived"))
    found = [ledger / part] if part.endswith(".jsonl") else files(ledger, part)
    return chance.choice([file for file in found if file.stat().st_size])


def test_a_torn_file_changes_no_answer_or_is_named(whole: Path, tmp_path: Path) -> None:
    right = answers(whole)
    named = 0
    for number in range(TRIES):
        chance = random.Random(f"torn {number}")
        ledger = copied(whole, tmp_path / f"{number}")
        file = chosen(ledger, chance)
        content = file.read_bytes()
        file.write_bytes(content[: chance.randrange(len(content))])
        place = f"{number}: {file.relative_to(ledger)}"
        said = ""
        try:
            found = answers(ledger)
        except LineageError as error:
            said, found = str(error), right
        assert not said or file.name in said or file.parent.name in said, (place, said)
        assert found == right or file == journal.file_of(ledger), place  # a decision torn off was never acknowledged
        problem = verify(ledger).problem
        if file.relative_to(ledger).parts[0] in RECORD:
            assert problem is not None, place
            assert file.name in str(problem) or f"{file.parent.name} " in str(problem), (place, problem)
            named += 1
        shutil.rmtree(tmp_path / f"{number}")
    assert named


def test_what_is_changed_in_the_record_is_found_by_verify(whole: Path, tmp_path: Path) -> None:
    for number in range(TRIES):
        chance = random.Random(f"changed {number}")
        ledger = copied(whole, tmp_path / f"{number}")
        file = chosen(ledger, chance)
        content = file.read_bytes()
        is_json = file.suffix == ".json" and chance.random() < 0.7
        made = changed_json(content, chance) if is_json else changed(content, chance)
        file.write_bytes(made)
        place = f"{number}: {file.relative_to(ledger)}"
        try:
            problem = verify(ledger).problem
        except LineageError as error:
            problem = error  # type: ignore[assignment]
        part = file.relative_to(ledger).parts[0]
        if made != content and part in RECORD:
            assert problem is not None, place
        with suppress(LineageError):  # never anything else
            answers(ledger)
        if LONG and part == "derived" and problem is None:
            differing(ledger)
        shutil.rmtree(tmp_path / f"{number}")


def test_a_load_into_a_damaged_ledger_adds_right_rows_or_none(whole: Path, tmp_path: Path) -> None:
    for number in range(TRIES // 2):
        chance = random.Random(f"load {number}")
        ledger = copied(whole, tmp_path / f"{number}")
        file = chosen(ledger, chance)
        content = file.read_bytes()
        end = chance.randrange(len(content))
        file.write_bytes(content[:end] if chance.random() < 0.5 else changed(content, chance))
        try:
            outcome = load_rows(ledger, {"payments": [payment(999)]})
        except LineageError:
            shutil.rmtree(tmp_path / f"{number}")
            continue
        batch = outcome.batch
        assert sum(one.loaded for one in outcome.tables) == 1, f"{number}: {file.relative_to(ledger)}"
        assert (ledger / "manifest" / f"{batch:06d}.json").exists()
        shutil.rmtree(tmp_path / f"{number}")
