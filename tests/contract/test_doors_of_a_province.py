"""One made province through the tables of the national standard and the older feed: the same answers come out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import lineage
import loaders
from loaders.province import make_province, standard
from queries import check, overview

STATES = "SELECT DISTINCT n.state FROM nodes n JOIN payments p ON p.record = n.record"
AT = datetime(2018, 1, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_province(folder, 300, 7)
    return folder


def traced(ledger: Any) -> dict[str, object]:
    """For every payment its amount, state and sources."""
    answers: dict[str, object] = {}
    for row in ledger.rows("SELECT record FROM payments WHERE NOT is_reversal ORDER BY record"):
        trail = ledger.trace(row["record"])
        sources = sorted((one.record, one.tier, one.poverty, one.amount_fen) for one in trail.sources)
        answers[row["record"]] = (trail.amount_fen, trail.state, trail.unsourced_fen, sources)
    return answers


def test_the_standard_s_tables_give_the_same_traces_the_same_overview_and_no_finding(
    bundle: Path, tmp_path: Path
) -> None:
    loaders.load(tmp_path / "plain", bundle, at=AT)
    folder = standard.write_standard(bundle, tmp_path / "tables")
    loaded = loaders.load(tmp_path / "told", folder, profile="budget_integration", at=AT)
    assert loaded.rejects == ()
    plain, told = lineage.open(tmp_path / "plain"), lineage.open(tmp_path / "told")
    assert traced(told) == traced(plain)
    # a carry-over told without its transfer counts as a first booking of its own: docs/measures.md
    figures = [{**overview(each).to_json(), "carried_over": None} for each in (told, plain)]
    assert figures[0] == figures[1]
    assert check(told).findings == ()


def test_the_older_feed_keeps_every_payment_and_its_first_tie(bundle: Path, tmp_path: Path) -> None:
    loaders.load(tmp_path / "plain", bundle, at=AT)
    loaded = loaders.load(tmp_path / "told", standard.write_feed(bundle, tmp_path / "feed"), profile="fpmv", at=AT)
    assert loaded.rejects == ()
    money = (
        "SELECT status, count(*) AS rows, sum(amount_fen)::BIGINT AS fen FROM payments GROUP BY status ORDER BY status"
    )
    plain, told = lineage.open(tmp_path / "plain"), lineage.open(tmp_path / "told")
    assert told.rows(money) == plain.rows(money)
    # one tie an indicator: the first giver then gives more than it had, but no payment loses sight of a source
    assert {row["state"] for row in told.rows(STATES)} <= {"complete", "partial", "none"}
