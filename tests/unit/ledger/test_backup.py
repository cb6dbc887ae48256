"""Backups: what is copied, what is refused, and the drill: a ledger lost and made again gives the same answers."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lineage
import loaders
from lineage.errors import Damaged, Misuse, NotFound
from lineage.ledger import backup, derive, tokens, verify

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
HEAD = "allocation_id,fiscal_year,division_code,source,date,amount\n"


def take(ledger: Path, folder: Path) -> backup.Backup:
    return backup.back_up(ledger, folder, who="keeper", at=AT)


def add_allocation(ledger: Path, name: str) -> None:
    file = ledger.parent / "allocations.csv"
    file.write_text(f"{HEAD}{name},2017,410000000,province,2017-01-05,100.00\n", encoding="utf-8")
    loaders.load(ledger, file)


def test_a_lost_ledger_comes_back_with_the_same_answers(fresh_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    ledger, copy, key = fresh_ledger("faults"), tmp_path / "usb", tmp_path / "safe" / "key"
    key.parent.mkdir()
    before = lineage.open(ledger)
    asked = before.rows("SELECT * FROM nodes ORDER BY record")
    version, some = before.version, before.rows("SELECT record FROM payments ORDER BY record LIMIT 1")[0]["record"]
    trail = before.trace(some).to_json()
    backup.keep_key(ledger, key, copy)
    take(ledger, copy)
    shutil.rmtree(ledger)
    tokens.key_file(ledger).unlink()

    backup.restore(copy, ledger, key)
    derive(ledger)

    after = lineage.open(ledger)
    assert (after.version, after.rows("SELECT * FROM nodes ORDER BY record")) == (version, asked)
    assert after.trace(some).to_json() == trail
    assert verify(ledger).problem is None
    add_allocation(ledger, "A-NEW")  # and it can be loaded into
    assert stat.S_IMODE(tokens.key_file(ledger).stat().st_mode) == 0o600


def test_a_second_backup_adds_only_what_is_new(fresh_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    ledger, copy = fresh_ledger("sound"), tmp_path / "usb"
    first = take(ledger, copy)
    add_allocation(ledger, "A-NEW")
    second = take(ledger, copy)
    assert first.kept == 0
    assert second.kept == first.copied
    assert second.copied == 2  # the new batch's file and its manifest
    assert (first.batches, second.batches) == (1, 2)
    assert verify(copy).problem is None


def test_the_key_is_never_in_a_backup(fresh_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    ledger, copy = fresh_ledger("sound"), tmp_path / "usb"
    take(ledger, copy)
    key = tokens.key_file(ledger).read_bytes()
    assert all(key not in file.read_bytes() for file in copy.rglob("*") if file.is_file())
    with pytest.raises(Misuse, match="inside the backup"):
        backup.keep_key(ledger, copy / "key", copy)


def test_a_backup_in_the_wrong_place_is_refused(fresh_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    ledger, copy = fresh_ledger("sound"), tmp_path / "usb"
    with pytest.raises(Misuse, match="inside the ledger"):
        take(ledger, ledger / "copy")
    take(ledger, copy)
    with pytest.raises(Misuse, match="another ledger"):
        take(fresh_ledger("faults"), copy)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(Misuse, match="no backup"):
        take(ledger, tmp_path / "photos")
    with pytest.raises(Misuse, match="is there already"):
        backup.restore(copy, ledger)


def test_a_torn_backup_puts_nothing_in_place(fresh_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    ledger, copy, target = fresh_ledger("sound"), tmp_path / "usb", tmp_path / "again"
    with pytest.raises(NotFound, match="no whole backup"):
        backup.restore(tmp_path, target)
    take(ledger, copy)
    torn = next((copy / "batches").rglob("payments.parquet"))
    torn.write_bytes(torn.read_bytes()[:-1] + b"x")
    with pytest.raises(Damaged, match=r"payments\.parquet"):
        backup.restore(copy, target)
    assert not target.exists()
    assert [name for name in target.parent.iterdir() if "restoring" in name.name] == []


def test_the_wrong_key_is_told_before_anything_is_written(fresh_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    ledger, copy, key = fresh_ledger("sound"), tmp_path / "usb", tmp_path / "key"
    take(ledger, copy)
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    with pytest.raises(Damaged, match="not the key"):
        backup.restore(copy, tmp_path / "again", key)
    assert not (tmp_path / "again").exists()
