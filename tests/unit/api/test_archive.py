"""A year put away: it checks itself without this program and answers as the ledger did; old look-up logs go along."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import lineage
import queries
from api import cli
from api.archive import LOOK_UPS_MOVED, Keeper, archive
from lineage.errors import Misuse
from lineage.ledger import anchor, journal, rekey, verify
from lineage.ledger.growth import growth

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
KEEPER = Keeper("keeper", AT)


def test_an_archive_checks_itself_and_answers_as_the_ledger_did(
    fresh_ledger: Callable[[str], Path], tmp_path: Path
) -> None:
    ledger, folder = fresh_ledger("faults"), tmp_path / "2017"
    old = ledger / "audit" / "1-2026-01-05.jsonl"
    young = ledger / "audit" / "1-2026-10-30.jsonl"
    old.parent.mkdir(exist_ok=True)  # another test may have served the example
    for file in (old, young):
        file.write_text('{"who":"li","previous":"' + "0" * 64 + '"}\n', encoding="utf-8")
    made = archive(ledger, folder, 2017, KEEPER, look_ups=True)
    assert (made.as_of, made.look_ups_moved) == (lineage.open(ledger).as_of.isoformat(), 1)  # type: ignore[union-attr]
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False)
    assert checked.returncode == 0
    assert verify(folder / "ledger").problem is None
    said = json.loads((folder / "answers" / "overview-2017.json").read_text(encoding="utf-8"))
    assert said == queries.overview(lineage.open(folder / "ledger")).to_json()
    assert (folder / "tables" / "payments.csv").is_file()
    assert [old.exists(), young.exists(), (folder / "look-ups" / old.name).exists()] == [False, True, True]
    assert [entry.kind for entry in journal.read(ledger)] == [LOOK_UPS_MOVED]
    assert verify(ledger).problem is None


def test_a_year_that_is_not_there_and_a_folder_in_use_are_refused(
    fresh_ledger: Callable[[str], Path], tmp_path: Path
) -> None:
    ledger = fresh_ledger("sound")
    with pytest.raises(Misuse, match="nothing of fiscal year 2001"):
        archive(ledger, tmp_path / "2001", 2001, KEEPER)
    with pytest.raises(Misuse, match="is not empty"):
        archive(ledger, ledger, 2017, KEEPER)
    assert cli.run(["archive", str(tmp_path / "year"), "--ledger", str(ledger), "--json"]) == 0


def test_an_anchor_from_before_a_new_key_still_holds(fresh_ledger: Callable[[str], Path]) -> None:
    ledger = fresh_ledger("sound")
    before = anchor.of(ledger)
    rekey.rekey(ledger, who="keeper", at=AT, why="drill")
    assert verify(ledger, [before, anchor.of(ledger)]).problem is None


def test_room_is_forecast_once_there_is_a_month_to_tell_by(fresh_ledger: Callable[[str], Path]) -> None:
    ledger = fresh_ledger("sound")
    loaded = datetime.fromisoformat(lineage.open(ledger).manifests[0].time)
    young = growth(ledger, loaded + timedelta(days=29))
    assert (young.monthly_bytes, young.months_left(10**9)) == (None, None)
    one = growth(ledger, loaded + timedelta(days=60))
    stored = sum(file.bytes for file in lineage.open(ledger).manifests[0].files)
    assert one.monthly_bytes == stored  # twice what came in two months, by the month
    assert one.months_left(one.derived_bytes + 10 * stored) == 10
    assert one.months_left(0) == 0
    assert growth(ledger, (loaded + timedelta(days=60)).astimezone(UTC)) == one  # with an offset or by this clock
    assert cli.run(["doctor", "--ledger", str(ledger), "--json"]) == 0
    assert growth(ledger, loaded + timedelta(days=800)).monthly_bytes is None  # nothing came for a year
