"""Clear values are kept only where the site made the folder for them, apart from the ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lineage.errors import Damaged, NotFound
from lineage.ledger import clear, tokens, verify
from tests.staging import load_rows

CARD, OTHER = "6222021702008899123", "6222021702008899124"


def pay(ledger: Path, identifier: str, account: str) -> None:
    row = {
        "payment_id": identifier,
        "division_code": "41",
        "amount_fen": 1,
        "pay_date": date(2017, 1, 1),
        "status": "valid",
        "method": "direct",
        "payee_kind": "person",
        "payee_name": "x",
        "payee_account": account,
    }
    load_rows(ledger, {"payments": [row]})


def test_without_the_folder_nothing_is_kept(tmp_path: Path) -> None:
    pay(tmp_path / "ledger", "P-1", CARD)
    assert not (tmp_path / "ledger.clear").exists()
    with pytest.raises(NotFound, match="keeps no clear values"):
        clear.values(tmp_path / "ledger", ["x"])


def test_with_the_folder_a_token_can_be_read_back_until_its_file_is_removed(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    (tmp_path / "ledger.clear").mkdir(mode=0o700)
    pay(ledger, "P-1", CARD)
    pay(ledger, "P-2", OTHER)
    pay(ledger, "P-2", OTHER)
    files = sorted((tmp_path / "ledger.clear").iterdir())
    assert [file.name for file in files] == ["000001-payments.parquet", "000002-payments.parquet"]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    key = tokens.read_key(ledger)
    known = {tokens.token(number, key): number for number in (CARD, OTHER)}
    assert clear.values(ledger, [*known, "unknown"]) == known
    files[0].unlink()
    assert clear.values(ledger, list(known)) == {tokens.token(OTHER, key): OTHER}
    assert verify(ledger).problem is None


def test_a_folder_that_others_may_read_stops_the_load(tmp_path: Path) -> None:
    folder = tmp_path / "ledger.clear"
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(Damaged, match="0700"):
        pay(tmp_path / "ledger", "P-1", CARD)
