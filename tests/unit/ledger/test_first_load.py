"""A bundle goes in whole, comes out to the fen, and does nothing when it comes again."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

import lineage
from lineage.schema import BY_NAME
from tests.staging import load_bundle

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("bundle", ["sound", "faults", "tangled"])
def test_every_row_and_fen_of_a_bundle_is_there_after_loading(tmp_path: Path, bundle: str) -> None:
    folder = EXAMPLES / bundle / "bundle"
    load_bundle(tmp_path / "ledger", folder)
    ledger = lineage.open(tmp_path / "ledger")
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        money = "amount_fen" if BY_NAME[file.stem].money else "0"
        found = ledger.rows(f"SELECT count(*) AS rows, coalesce(sum({money}), 0)::BIGINT AS fen FROM {file.stem}")[0]
        expected = sum(int(Decimal(row.get("amount") or 0) * 100) for row in rows)
        assert found == {"rows": len(rows), "fen": expected}, file.name


def test_the_same_bundle_again_makes_no_batch(tmp_path: Path) -> None:
    first = load_bundle(tmp_path / "ledger", EXAMPLES / "faults" / "bundle")
    again = load_bundle(tmp_path / "ledger", EXAMPLES / "faults" / "bundle")
    assert (first.batch, first.written) == (1, True)
    assert (again.batch, again.written, again.total("unchanged")) == (1, False, first.total("loaded"))


def test_net_amounts_of_the_tangled_bundle_take_reversals_off(tmp_path: Path) -> None:
    load_bundle(tmp_path / "ledger", EXAMPLES / "tangled" / "bundle")
    ledger = lineage.open(tmp_path / "ledger")
    reversed_ = ledger.rows(
        "SELECT p.payment_id, p.amount_fen, p.net_fen, sum(r.amount_fen)::BIGINT AS back "
        "FROM payments p JOIN payments r ON r.reverses = p.payment_id GROUP BY ALL"
    )
    assert reversed_
    for row in reversed_:
        assert row["net_fen"] == max(0, row["amount_fen"] + row["back"])
    assert ledger.rows("SELECT count(*) AS n FROM payments WHERE is_reversal AND net_fen <> 0") == [{"n": 0}]
