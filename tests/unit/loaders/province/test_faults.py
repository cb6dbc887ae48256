"""Planted faults: each by name, none touching the sound part, and a key that says what to expect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lineage.errors import Misuse
from lineage.schema import TABLES
from loaders.province import make_province
from loaders.province.faults import FAULTS


def lines(folder: Path, table: str) -> list[str]:
    return (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    make_province(folder, 1000, 9)
    return folder


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_can_be_planted_alone_beside_the_sound_rows(fault: str, sound: Path, tmp_path: Path) -> None:
    key = make_province(tmp_path, 1000, 9, (fault,))
    assert fault in {each.finding.rule for each in key.faults}
    for table in TABLES:
        if table.name != "daily_reports":
            assert set(lines(sound, table.name)) <= set(lines(tmp_path, table.name)), table.name


def test_a_sound_province_has_an_empty_key(sound: Path) -> None:
    key = json.loads((sound / "answer_key.json").read_text(encoding="utf-8"))
    assert key["faults"] == key["near_misses"] == key["differences"] == key["causes"] == []


def test_the_key_written_is_the_key_returned_and_no_subject_is_accused_twice_by_one_rule(tmp_path: Path) -> None:
    key = make_province(tmp_path, 30_000, 4, "all")
    assert json.loads((tmp_path / "answer_key.json").read_text(encoding="utf-8")) == key.to_json()
    found = [(each.rule, each.subject) for each in key.findings()]
    assert len(found) == len(set(found))
    assert {each.finding.rule for each in key.faults} == set(FAULTS)
    assert not set(key.near_misses) & set(found)
    assert len([each for each in key.faults if each.finding.rule == "entry/re-entered"]) == 4


def test_every_subject_of_the_key_is_a_record_of_the_bundle(tmp_path: Path) -> None:
    key = make_province(tmp_path, 500, 3, "all")
    known = {f"{table.kind}:{line.split(',')[0]}" for table in TABLES for line in lines(tmp_path, table.name)}
    assert {each.subject for each in key.findings()} <= known
    assert {subject for _, subject in key.near_misses} <= known
    assert {record for cause in key.causes for record in cause.records} <= known


def test_a_fault_that_is_none_is_refused_with_the_names_that_are(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="found entry/unheard-of, expected 'all' or of: chain/unreceived-transfer"):
        make_province(tmp_path, 200, 1, ("entry/unheard-of",))
