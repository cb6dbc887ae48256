"""Links taken out of made provinces come back: what is called sure is right, what is not is ambiguous and says so."""

from __future__ import annotations

import pytest

import lineage
import loaders
from lineage import engine
from lineage.links.candidates import _near
from lineage.links.proposals import Proposal, propose
from tests.damaging import KINDS, Damage, damaged


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Damage, set[tuple[str, str]], tuple[Proposal, ...]]:
    """A province of 2,000 payments with a tenth of all references spoilt, the links it still has, and the proposals."""
    folder = tmp_path_factory.mktemp("measured")
    damage = damaged(folder / "bundle", 2000, 5, 0.1)
    assert not loaders.load(folder / "ledger", [folder / "bundle"]).rejected
    ledger = lineage.open(folder / "ledger")
    linked = {(row["source"], row["target"]) for row in ledger.rows("SELECT source, target FROM edges")}
    return damage, linked, propose(ledger)


def test_what_is_called_sure_is_right(
    measured: tuple[Damage, set[tuple[str, str]], tuple[Proposal, ...]]
) -> None:
    damage, _, proposals = measured
    lost = set().union(*damage.lost.values())
    sure = [(one.source, one.target) for one in proposals if one.sure]
    assert len(sure) > 200
    assert sum(link in lost for link in sure) >= 0.98 * len(sure)


@pytest.mark.parametrize(("kind", "called_sure", "proposed"), [
    ("received", 0.85, 0.95), ("given", 0.6, 0.95), ("paid", 0.75, 0.95), ("carried", 0.0, 0.5)])
def test_most_of_what_was_lost_comes_back(
    kind: str, called_sure: float, proposed: float,
    measured: tuple[Damage, set[tuple[str, str]], tuple[Proposal, ...]]
) -> None:
    damage, linked, proposals = measured
    wanted = damage.lost[kind] - linked
    assert wanted or kind == "carried"
    sure = {(one.source, one.target) for one in proposals if one.sure}
    assert len(wanted & sure) >= called_sure * len(wanted)
    assert len(wanted & {(one.source, one.target) for one in proposals}) >= proposed * len(wanted)


def test_two_that_fit_alike_are_rivals_and_neither_is_sure(
    measured: tuple[Damage, set[tuple[str, str]], tuple[Proposal, ...]]
) -> None:
    best: dict[str, list[Proposal]] = {}
    for one in measured[2]:
        if one.kind in KINDS:
            best.setdefault(one.broken, []).append(one)
    alike = [found[:2] for found in best.values() if len(found) > 1 and found[0].score == found[1].score]
    assert alike
    assert not any(one.sure or not one.rivals for pair in alike for one in pair)


@pytest.mark.parametrize(("found", "meant", "alike"), [
    ("GB-01-201242-101", "GB-1-201242-101", 1.0), ("GB-1-201242\u00a0-101", "GB-1-201242-101", 1.0),
    ("（GB-1-201242-101）", "GB-1-201242-101", 1.0), ("ｇｂ１ 201242 101", "GB-1-201242-101", 1.0),
    ("GB-1-201242-1O1", "GB-1-201242-101", 0.8), ("GB-1-201224-101", "GB-1-201242-101", 0.8),
    ("GB-1-201242-999", "GB-1-201242-101", 0.0), ("豫财农〔2016〕192号", "豫财农〔2017〕192号", 0.8),
])
def test_a_reference_is_near_however_it_was_mistyped(found: str, meant: str, alike: float) -> None:
    assert engine.row(engine.connect(), f"SELECT {_near('$1', '$2')}::DOUBLE", [found, meant]) == (alike,)
