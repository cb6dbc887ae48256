"""Renewing the key of tokens: equal numbers stay equal, the old key makes none of them any more, nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lineage
import loaders
from lineage.errors import Misuse
from lineage.ledger import clear, derive, journal, rekey, tokens, verify
from lineage.ledger.manifest import file_of, hash_of, read_all

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
CARDS = "one_card_payment_id,batch_id,person_id,month,amount,status\n"
BATCHES = "batch_id,division_code,pay_date,amount,person_count,programme\n"
PERSON, OTHER = "410122198001011234", "41012219800101222X"


def load_cards(ledger: Path, name: str, *people: str) -> None:
    bundle = ledger.parent / name
    bundle.mkdir()
    batch = f"{BATCHES}{name},410122000,2017-06-01,2.00,2,低保\n"
    (bundle / "one_card_batches.csv").write_text(batch, encoding="utf-8")
    rows = "".join(f"{name}-{place},{name},{one},2017-06,1.00,paid\n" for place, one in enumerate(people))
    (bundle / "one_card_payments.csv").write_text(CARDS + rows, encoding="utf-8")
    loaders.load(ledger, bundle)


def people_of(ledger: Path) -> dict[str, str]:
    rows = lineage.open(ledger).rows("SELECT one_card_payment_id AS id, person_id FROM one_card_payments")
    return {row["id"]: row["person_id"] for row in rows}


def renew(ledger: Path) -> rekey.Rekeyed:
    done = rekey.rekey(ledger, who="keeper", at=AT, why="a laptop was stolen")
    derive(ledger)
    return done


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger"
    load_cards(path, "one", PERSON, OTHER)
    return path


def test_numbers_join_across_a_renewal_and_the_old_key_makes_none_of_them(ledger: Path) -> None:
    old_key, old = tokens.read_key(ledger), people_of(ledger)
    renew(ledger)
    load_cards(ledger, "two", OTHER, PERSON)
    new = people_of(ledger)
    assert new["one-0"] == new["two-1"] == tokens.token(PERSON, tokens.read_key(ledger))
    assert new["one-1"] == new["two-0"]
    assert new["one-0"] != new["one-1"]
    assert set(new.values()).isdisjoint({*old.values(), tokens.token(PERSON, old_key)})
    assert verify(ledger).problem is None
    renew_again = ledger.with_name("ledger.before-rekey")
    renew_again.rename(ledger.with_name("gone"))
    renew(ledger)
    load_cards(ledger, "three", PERSON)
    assert people_of(ledger)["three-0"] == people_of(ledger)["one-0"]
    assert verify(ledger).problem is None


def test_all_else_is_as_before_and_each_manifest_names_the_one_it_stands_for(
    fresh_ledger: Callable[[str], Path], tmp_path: Path
) -> None:
    ledger = fresh_ledger("faults")
    before = lineage.open(ledger)
    asked = before.rows("SELECT * FROM edges ORDER BY ALL")
    hashes = [hash_of(file_of(ledger, one.batch)) for one in before.manifests]
    done = renew(ledger)
    after = lineage.open(ledger)
    assert after.rows("SELECT * FROM edges ORDER BY ALL") == asked
    assert [one.replaces for one in read_all(ledger)] == hashes
    assert after.version != before.version  # a decision: answers kept by others are seen to be old
    assert [entry.kind for entry in journal.read(ledger)] == [rekey.REKEYED]
    assert verify(done.before).problem is None  # the old ledger is whole, until it is destroyed


def test_a_reason_is_asked_for_and_an_old_ledger_is_not_overwritten(ledger: Path) -> None:
    with pytest.raises(Misuse, match="needs a reason"):
        rekey.rekey(ledger, who="keeper", at=AT, why=" ")
    renew(ledger)
    with pytest.raises(Misuse, match="still there"):
        renew(ledger)


def test_clear_values_move_to_the_new_tokens(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    clear.folder(path).mkdir(mode=0o700)
    load_cards(path, "one", PERSON, OTHER)
    renew(path)
    token = tokens.token(PERSON, tokens.read_key(path))
    assert clear.values(path, [token]) == {token: PERSON}


@pytest.mark.parametrize("stop_at", range(1, 4))
def test_a_renewal_cut_short_between_its_renames_is_finished_by_the_next(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    old, renames, real = people_of(ledger), [0], rekey.durable.rename

    def counted(source: Path, target: Path) -> None:
        if source.name.startswith("ledger") and not source.name.startswith(".") and source.parent == ledger.parent:
            renames[0] += 1
            if renames[0] == stop_at:
                os._exit(9)
        real(source, target)

    child = os.fork()
    if child == 0:
        monkeypatch.setattr(rekey.durable, "rename", counted)
        renew(ledger)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    renew(ledger)
    assert verify(ledger).problem is None
    assert set(people_of(ledger).values()).isdisjoint(old.values())
    load_cards(ledger, "two", PERSON)
    assert people_of(ledger)["two-0"] == people_of(ledger)["one-0"]
