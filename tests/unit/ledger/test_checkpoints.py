"""Checkpoints answer as the batches alone do, are made anew when they go, and are never trusted by `verify`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage import engine
from lineage.errors import Damaged
from lineage.ledger import SourceFile, checkpoint, covering, durable, manifest, verify, write
from tests.staging import AT, load_rows

LOADS = 11


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "LOOSE_MOST", 2)


def allocation(number: int, amount_fen: int) -> dict[str, Any]:
    return {
        "allocation_id": f"A-{number}",
        "fiscal_year": 2017,
        "division_code": "41",
        "source": "province",
        "date": date(2017, 1, number),
        "amount_fen": amount_fen,
    }


def load(ledger: Path, number: int) -> None:
    rows = [allocation(1, 1000 + number)] + ([allocation(number, number)] if number > 1 else [])
    load_rows(ledger, {"allocations": rows}, source_files=[SourceFile(f"{number}.csv", f"{number:064d}", 1)])


def amounts(ledger: Path, as_known: int | None = None) -> dict[str, int]:
    view = lineage.open(ledger, as_known=as_known)
    found = view.rows("SELECT allocation_id AS id, amount_fen AS fen FROM allocations")
    return {row["id"]: row["fen"] for row in found}


def expected(batch: int, gone: int = 0) -> dict[str, int]:
    """The latest version of A-1 and one record a batch."""
    here = [number for number in range(2, batch + 1) if number != gone]
    return {f"A-{number}": number for number in here} | {"A-1": 1000 + max([1, *here])}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger"
    for number in range(1, LOADS + 1):
        load(path, number)
    return path


def covered(ledger: Path) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in checkpoint.in_force(ledger, LOADS)]


def test_every_batch_but_the_last_ones_is_covered_once(ledger: Path) -> None:
    spans = covered(ledger)
    assert spans[0][0] == 1
    assert spans[-1][1] >= LOADS - 1
    assert all(before[1] + 1 == after[0] for before, after in pairwise(spans))
    assert len(list(checkpoint.home(ledger).iterdir())) <= 2 * len(spans) + 1, "those replaced long ago are gone"


def test_every_earlier_state_is_answered_alike_with_and_without(ledger: Path) -> None:
    with_them = [amounts(ledger, batch) for batch in range(LOADS + 1)]
    assert with_them[1:] == [expected(batch) for batch in range(1, LOADS + 1)]
    shutil.rmtree(checkpoint.home(ledger))
    assert [amounts(ledger, batch) for batch in range(LOADS + 1)] == with_them
    assert verify(ledger).problem is None


def test_a_withdrawal_reaches_into_a_checkpoint_and_back_out(ledger: Path) -> None:
    with write(ledger, who="clerk", at=AT) as writer:
        writer.withdraw(LOADS - 1, "wrong")
    with write(ledger, who="clerk", at=AT) as writer:
        writer.withdraw(LOADS, "wrong")
    assert covered_last(ledger) >= LOADS
    assert amounts(ledger) == expected(LOADS - 2)
    assert amounts(ledger, LOADS + 1) == expected(LOADS, gone=LOADS - 1)
    with write(ledger, who="clerk", at=AT) as writer:
        writer.withdraw(LOADS + 2, "it was right")
    assert amounts(ledger) == expected(LOADS, gone=LOADS - 1)
    assert verify(ledger).problem is None


def covered_last(ledger: Path) -> int:
    return checkpoint.in_force(ledger, len(list((ledger / "manifest").iterdir())))[-1].last


def test_a_file_loaded_before_the_checkpoint_is_known(ledger: Path) -> None:
    reject = "SELECT 'allocations' AS \"table\", 'f' AS file, '' AS sheet, 2 AS \"row\", 'c' AS \"column\""
    known = [SourceFile("2.csv", f"{2:064d}", 1)]
    fresh = [SourceFile("x.csv", "x" * 64, 1)]
    for sources, written in ((known, False), (fresh, True)):
        with write(ledger, who="clerk", at=AT) as writer:
            writer.engine.execute(f"CREATE TABLE refused AS {reject}")
            assert writer.commit([], source_files=sources, rejects="refused").written == written


def test_a_large_file_is_read_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "COPIED_BYTES_MOST", 0)
    ledger = tmp_path / "ledger"
    for number in range(1, 6):
        load(ledger, number)
    (one,) = checkpoint.in_force(ledger, 4)
    assert (len(one.alone), one.files) == (4, ())
    assert amounts(ledger) == expected(5)
    assert verify(ledger).problem is None


def test_an_open_view_goes_on_when_its_checkpoints_are_replaced(ledger: Path) -> None:
    view = lineage.open(ledger)
    view.rows("SELECT count(*) FROM allocations")
    view.rows("SELECT count(*) FROM projects")
    other = lineage.open(ledger)
    other.bind({"payments"})
    for number in range(LOADS + 1, LOADS + 9):
        load(ledger, number)
    shutil.rmtree(checkpoint.home(ledger))
    assert {row["amount_fen"] for row in view.rows("SELECT amount_fen FROM allocations")} == set(
        expected(LOADS).values()
    )
    found = other.rows("SELECT allocation_id AS id, amount_fen AS fen FROM allocations")
    assert {row["id"]: row["fen"] for row in found} == expected(LOADS)


def test_a_full_disk_while_covering_costs_nothing_but_the_checkpoint(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = covered(ledger)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(durable, "sync_tree", full)
        with write(ledger, who="clerk", at=AT) as writer:
            covering.cover(writer.engine, writer.history)
    assert covered(ledger) == before
    load(ledger, LOADS + 1)
    load(ledger, LOADS + 2)
    assert amounts(ledger) == expected(LOADS + 2)
    assert covered_last(ledger) >= LOADS + 1


def test_a_checkpoint_of_another_state_of_the_ledger_is_passed_over(ledger: Path) -> None:
    kept = checkpoint.in_force(ledger, LOADS)[-1]
    for batch in range(kept.last, LOADS + 1):
        (ledger / f"manifest/{batch:06d}.json").unlink()
        shutil.rmtree(ledger / f"batches/{batch:06d}")
    assert kept not in checkpoint.in_force(ledger, kept.last - 1)
    assert amounts(ledger) == expected(kept.last - 1)


def test_the_last_batch_is_found_without_listing_all_manifests(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "count", lambda *_: pytest.fail("all manifests were listed"))
        assert checkpoint.last_batch(ledger) == LOADS
        assert amounts(ledger) == expected(LOADS)
    shutil.rmtree(checkpoint.home(ledger))
    assert checkpoint.last_batch(ledger) == LOADS


def test_a_manifest_that_is_gone_behind_the_checkpoints_is_seen_on_opening(ledger: Path) -> None:
    for number in range(LOADS + 1, LOADS + 4):
        shutil.copy(ledger / f"manifest/{LOADS:06d}.json", ledger / f"manifest/{number:06d}.json")
    (ledger / f"manifest/{LOADS + 2:06d}.json").unlink()
    with pytest.raises(Damaged, match="without a gap"):
        lineage.open(ledger)


def test_more_loose_batches_than_are_looked_for_one_by_one_are_all_found(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "LOOSE_MOST", 1)
    monkeypatch.setattr(covering, "LOOSE_MOST", 100)
    for number in range(LOADS + 1, LOADS + 6):
        load(ledger, number)
        assert checkpoint.last_batch(ledger) == number


def test_a_manifest_that_is_gone_under_a_checkpoint_is_named_by_verify(ledger: Path) -> None:
    (ledger / "manifest/000002.json").unlink()
    assert amounts(ledger) == expected(LOADS)
    assert "without a gap" in str(verify(ledger).problem)


def forge_rows(folder: Path) -> None:
    """Other rows, with the hash that goes with them."""
    on, file = engine.connect(), folder / "allocations.parquet"
    on.execute(f"CREATE TABLE t AS SELECT * REPLACE (amount_fen + 1 AS amount_fen) FROM {engine.parquet([file])}")
    engine.write_parquet(on, "SELECT * FROM t", file)
    value = json.loads((folder / "checkpoint.json").read_bytes())
    value["files"][0].update(sha256=durable.sha256(file), bytes=file.stat().st_size)
    (folder / "checkpoint.json").write_bytes(durable.to_json(value) + b"\n")


def change_byte(folder: Path) -> None:
    raw = bytearray((folder / "allocations.parquet").read_bytes())
    raw[40] ^= 1
    (folder / "allocations.parquet").write_bytes(bytes(raw))


def add_withdrawal(folder: Path) -> None:
    value = json.loads((folder / "checkpoint.json").read_bytes())
    value["withdrawals"] = [[2, [1]]]
    (folder / "checkpoint.json").write_bytes(durable.to_json(value) + b"\n")


def other_days(folder: Path) -> None:
    on, file = engine.connect(), folder / "batches.parquet"
    on.execute(f"CREATE TABLE t AS SELECT batch, day + 1 AS day FROM {engine.parquet([file])}")
    engine.write_parquet(on, "SELECT * FROM t", file)


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (forge_rows, "rows of batches are not in it"),
        (change_byte, "sha256"),
        (add_withdrawal, "other withdrawals"),
        (other_days, "other days"),
        (lambda folder: (folder / "batches.parquet").write_bytes(b"PAR1"), "batches.parquet"),
        (lambda folder: (folder / "sources.parquet").unlink(), "sources.parquet"),
    ],
)
def test_a_checkpoint_that_says_otherwise_is_named(ledger: Path, forge: Callable[[Path], None], said: str) -> None:
    forge(checkpoint.in_force(ledger, LOADS)[0].folder(ledger))
    problem = verify(ledger).problem
    assert problem
    assert problem.file.startswith("derived/checkpoints/")
    assert said in problem.found
    shutil.rmtree(checkpoint.home(ledger))
    assert verify(ledger).problem is None
