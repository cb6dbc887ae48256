"""verify names the first thing that is not as it was written: every kind of tampering, one at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from lineage import engine
from lineage.errors import NotFound
from lineage.ledger import derive, durable, journal, verify
from tests.staging import load_rows


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger"
    for amount in (100, 150):
        load_rows(
            path,
            {
                "allocations": [
                    {
                        "allocation_id": "A-1",
                        "fiscal_year": 2017,
                        "division_code": "41",
                        "source": "province",
                        "date": date(2017, 1, 5),
                        "amount_fen": amount,
                    }
                ]
            },
        )
    for kind in ("seal", "settings", "finding-event"):
        journal.append(path, kind, {"n": kind}, "x", datetime(2018, 1, 3))
    load_rows(path, {"projects": [{"project_code": "1", "name": "x"}]})
    return path


def edit(file: Path, change: Callable[[bytes], bytes]) -> None:
    before = file.read_bytes()
    file.write_bytes(change(before))
    assert file.read_bytes() != before


def edit_manifest(ledger: Path, batch: int, **changes: object) -> None:
    file = ledger / "manifest" / f"{batch:06d}.json"
    value = {**json.loads(file.read_bytes()), **changes}
    file.write_bytes(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")


def found(ledger: Path) -> str:
    problem = verify(ledger).problem
    return str(problem) if problem else ""


def test_an_untouched_ledger_is_whole(ledger: Path) -> None:
    result = verify(ledger)
    assert (result.problem, result.batches, result.files, result.rows, result.decisions) == (None, 3, 3, 3, 3)


def test_a_changed_byte_of_a_batch_file_is_named(ledger: Path) -> None:
    edit(ledger / "batches/000002/allocations.parquet", lambda raw: raw[:50] + bytes([raw[50] ^ 1]) + raw[51:])
    assert found(ledger).startswith('batches/000002/allocations.parquet: found "sha256')


def test_a_file_replaced_together_with_its_hash_breaks_the_chain(ledger: Path) -> None:
    edit_manifest(ledger, 1, who="someone else")
    assert found(ledger).startswith("manifest/000002.json:previous")


def test_the_last_manifest_is_held_by_its_own_counts(ledger: Path) -> None:
    manifest = json.loads((ledger / "manifest/000003.json").read_bytes())
    manifest["outcomes"][0]["read"] = 2
    edit_manifest(ledger, 3, outcomes=manifest["outcomes"])
    assert found(ledger).startswith('manifest/000003.json: found "read 2", expected 1 =')


def test_rows_that_do_not_sum_up_are_named(ledger: Path) -> None:
    manifest = json.loads((ledger / "manifest/000003.json").read_bytes())
    file = ledger / "batches/000003/projects.parquet"
    database = engine.connect()
    database.execute(f"CREATE TABLE p AS SELECT * FROM {engine.parquet([file])}")
    engine.write_parquet(database, "SELECT * FROM p UNION ALL SELECT * FROM p", file)
    import hashlib

    manifest["files"][0]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    edit_manifest(ledger, 3, files=manifest["files"])
    assert "expected 1 rows, 0 fen" in found(ledger)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT *, 1 AS more FROM p", "other columns than the manifest names: more"),
        ("SELECT * EXCLUDE (name) FROM p", "other columns than the manifest names: name"),
        ("SELECT * REPLACE (NULL::VARCHAR AS project_code) FROM p", "1 rows with the key of another"),
    ],
)
def test_rows_of_another_form_are_named_though_their_hash_is_right(ledger: Path, sql: str, said: str) -> None:
    value = json.loads((ledger / "manifest/000003.json").read_bytes())
    file = ledger / "batches/000003/projects.parquet"
    database = engine.connect()
    database.execute(f"CREATE TABLE p AS SELECT * FROM {engine.parquet([file])}")
    engine.write_parquet(database, sql, file)
    value["files"][0].update(sha256=durable.sha256(file), bytes=file.stat().st_size)
    edit_manifest(ledger, 3, files=value["files"])
    assert said in found(ledger)


def test_a_size_that_is_not_the_file_s_is_named(ledger: Path) -> None:
    value = json.loads((ledger / "manifest/000003.json").read_bytes())
    value["files"][0]["bytes"] += 5_000_000
    edit_manifest(ledger, 3, files=value["files"])
    assert "bytes" in found(ledger)


@pytest.mark.parametrize(("line", "place"), [(1, "journal.jsonl:2:previous"), (2, "journal.jsonl:3:previous")])
def test_a_changed_decision_is_named(ledger: Path, line: int, place: str) -> None:
    lines = journal.file_of(ledger).read_bytes().split(b"\n")
    lines[line - 1] = lines[line - 1].replace(b'"by":"x"', b'"by":"y"')
    journal.file_of(ledger).write_bytes(b"\n".join(lines))
    assert found(ledger).startswith(place)


def test_decisions_cut_off_the_end_are_missed_by_a_later_manifest(ledger: Path) -> None:
    edit(journal.file_of(ledger), lambda raw: raw[: raw[:-1].rfind(b"\n") + 1])
    assert "expected 3 entries or more" in found(ledger)


def test_a_missing_an_extra_and_a_gone_file_are_named(ledger: Path) -> None:
    extra = ledger / "batches/000001/x.parquet"
    extra.write_bytes(b"")
    assert 'found "x.parquet extra"' in found(ledger)
    extra.unlink()
    (ledger / "batches/000002/allocations.parquet").unlink()
    assert 'found "allocations.parquet missing"' in found(ledger)


def test_a_gap_in_the_manifests_is_named(ledger: Path) -> None:
    (ledger / "manifest/000002.json").unlink()
    assert "without a gap" in found(ledger)


def test_manifests_cut_off_the_end_are_missed_by_derived_data(ledger: Path) -> None:
    derive(ledger)
    last = max((ledger / "manifest").glob("*.json"))
    last.unlink()
    found = verify(ledger).problem
    assert found is not None
    assert found.file == f"manifest/{last.name}"
    assert "cut off" in found.hint


def test_a_broken_audit_file_is_named(ledger: Path) -> None:
    (ledger / "audit").mkdir()
    (ledger / "audit/w1-2018-01-01.jsonl").write_bytes(
        b'{"previous":"%s","what":"trace"}\n{"what":"x"}\n' % (b"0" * 64)
    )
    assert found(ledger).startswith("audit/w1-2018-01-01.jsonl:2")


def test_there_must_be_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        verify(tmp_path)
