"""What a second load does to the first: new, corrected, unchanged, moved, taken out, taken back."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.errors import Misuse, NotFound
from lineage.ledger import Snapshot, SourceFile, StagedTable, Terms, write
from tests.staging import AT, load_rows

ALLOCATION = {"fiscal_year": 2017, "division_code": "410000000", "source": "province", "date": date(2017, 1, 5)}


def allocation(identifier: str, amount_fen: int, **more: Any) -> dict[str, Any]:
    return {**ALLOCATION, "allocation_id": identifier, "amount_fen": amount_fen, **more}


def amounts(ledger: Path, as_known: int | None = None) -> dict[str, int]:
    rows = lineage.open(ledger, as_known=as_known).rows("SELECT allocation_id, amount_fen FROM allocations ORDER BY 1")
    return {row["allocation_id"]: row["amount_fen"] for row in rows}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger"
    load_rows(path, {"allocations": [allocation("A-1", 100), allocation("A-2", 200)]})
    return path


def test_a_changed_row_supersedes_and_keeps_the_old_one(ledger: Path) -> None:
    outcome = load_rows(ledger, {"allocations": [allocation("A-1", 150), allocation("A-2", 200), allocation("A-3", 7)]})
    (table,) = outcome.tables
    assert (table.read, table.loaded, table.corrected, table.unchanged, table.rejected) == (3, 1, 1, 1, 0)
    assert (table.read_fen, table.loaded_fen, table.corrected_fen, table.unchanged_fen) == (357, 7, 150, 200)
    assert amounts(ledger) == {"A-1": 150, "A-2": 200, "A-3": 7}
    assert amounts(ledger, as_known=1) == {"A-1": 100, "A-2": 200}


def test_every_row_says_where_it_came_from(ledger: Path) -> None:
    load_rows(ledger, {"allocations": [allocation("A-2", 250)]})
    rows = lineage.open(ledger).rows('SELECT record, batch, file, sheet, "row" FROM allocations ORDER BY record')
    assert rows == [
        {"record": "allocation:A-1", "batch": 1, "file": "allocations.csv", "sheet": None, "row": 2},
        {"record": "allocation:A-2", "batch": 2, "file": "allocations.csv", "sheet": None, "row": 2},
    ]


@pytest.mark.parametrize("change", [{"fiscal_year": 2018}, {"division_code": "410100000"}])
def test_a_correction_that_moves_a_record_is_rejected_unless_allowed(ledger: Path, change: dict[str, Any]) -> None:
    moved = {"allocations": [allocation("A-1", 100, **change)]}
    refused = load_rows(ledger, moved, source_files=[SourceFile("a.csv", "0" * 64, 1)])
    assert (refused.tables[0].rejected, refused.tables[0].corrected, refused.tables[0].rejected_fen) == (1, 0, 100)
    assert amounts(ledger) == {"A-1": 100, "A-2": 200}
    allowed = load_rows(ledger, moved, terms=Terms(allow_move=True))
    assert (allowed.tables[0].rejected, allowed.tables[0].corrected) == (0, 1)
    ((column, value),) = change.items()
    found = lineage.open(ledger).rows(f"SELECT {column} AS v FROM allocations WHERE allocation_id = 'A-1'")
    assert found == [{"v": value}]


def test_a_full_extract_takes_out_what_it_lacks_in_its_division_and_year_only(ledger: Path) -> None:
    load_rows(
        ledger, {"allocations": [allocation("A-3", 3, fiscal_year=2018), allocation("A-4", 4, division_code="4101")]}
    )
    terms = Terms(snapshots=(Snapshot("allocations", "410000000", 2017),))
    outcome = load_rows(ledger, {"allocations": [allocation("A-2", 200)]}, terms=terms)
    assert (outcome.tables[0].removed, outcome.tables[0].removed_fen, outcome.tables[0].unchanged) == (1, 100, 1)
    assert amounts(ledger) == {"A-2": 200, "A-3": 3, "A-4": 4}
    again = load_rows(ledger, {"allocations": [allocation("A-1", 100)]})
    assert again.tables[0].loaded == 1


def test_a_full_extract_with_rejects_takes_nothing_out_and_says_so(ledger: Path) -> None:
    terms = Terms(snapshots=(Snapshot("allocations", "410000000", 2017),))
    with write(ledger, who="clerk", at=AT, terms=terms) as writer:
        writer.engine.execute(
            "CREATE TEMP TABLE none AS SELECT *, 'x' _file, NULL _sheet, 1 _row FROM "
            f"read_parquet('{ledger}/batches/000001/allocations.parquet') WHERE allocation_id = 'A-2'"
        )
        writer.engine.execute(
            "CREATE TEMP TABLE bad AS SELECT 'allocations' AS \"table\", 'x' AS file, 3 AS \"row\", 7 AS amount_fen"
        )
        outcome = writer.commit([StagedTable("allocations", "none")], rejects="bad")
    assert outcome.tables[0].removed == 0
    assert any("took nothing out" in warning for warning in outcome.warnings)
    assert amounts(ledger) == {"A-1": 100, "A-2": 200}


def test_a_deletion_mark_takes_a_row_out_and_one_for_an_unknown_row_does_nothing(ledger: Path) -> None:
    outcome = load_rows(
        ledger, {"allocations": [allocation("A-1", 100, _removed=True), allocation("A-9", 9, _removed=True)]}
    )
    assert (outcome.tables[0].corrected, outcome.tables[0].unchanged) == (1, 1)
    assert amounts(ledger) == {"A-2": 200}


def test_a_withdrawn_batch_gives_back_what_was_there_before_and_keeps_what_came_after(ledger: Path) -> None:
    load_rows(ledger, {"allocations": [allocation("A-1", 150), allocation("A-3", 3)]})
    load_rows(ledger, {"allocations": [allocation("A-2", 250)]})
    with write(ledger, who="chief", at=AT) as writer:
        assert writer.withdraw(2, "the wrong file").batch == 4
    assert amounts(ledger) == {"A-1": 100, "A-2": 250}
    assert amounts(ledger, as_known=3) == {"A-1": 150, "A-2": 250, "A-3": 3}
    (decision,) = lineage.open(ledger).decisions
    assert (decision.kind, decision.by, decision.body["batches"], decision.body["why"]) == (
        "withdrawal",
        "chief",
        [2],
        "the wrong file",
    )
    with write(ledger, who="chief", at=AT) as writer:
        writer.withdraw(4, "it was right after all")
    assert amounts(ledger) == {"A-1": 150, "A-2": 250, "A-3": 3}


def test_a_withdrawal_needs_a_batch_in_force_and_a_reason(ledger: Path) -> None:
    with write(ledger, who="chief", at=AT) as writer:
        with pytest.raises(Misuse, match="--why"):
            writer.withdraw(1, " ")
        with pytest.raises(NotFound, match="no batch 9"):
            writer.withdraw(9, "x")
        writer.withdraw(1, "x")
        with pytest.raises(Misuse, match="withdrawn by batch 2"):
            writer.withdraw(1, "x")
    assert amounts(ledger) == {}


def test_a_withdrawn_file_can_be_loaded_again(ledger: Path) -> None:
    with write(ledger, who="chief", at=AT) as writer:
        writer.withdraw(1, "x")
    outcome = load_rows(ledger, {"allocations": [allocation("A-1", 100), allocation("A-2", 200)]})
    assert outcome.tables[0].loaded == 2
    assert amounts(ledger) == {"A-1": 100, "A-2": 200}


def test_a_key_staged_twice_is_the_loaders_misuse(tmp_path: Path, ledger: Path) -> None:
    for path in (tmp_path / "new", ledger):
        with pytest.raises(Misuse, match="A-7 is staged more than once"):
            load_rows(path, {"allocations": [allocation("A-7", 1), allocation("A-7", 2)]})
    assert amounts(ledger) == {"A-1": 100, "A-2": 200}


def test_keys_with_empty_parts_are_found_again(tmp_path: Path) -> None:
    rows = [
        {"fiscal_year": 2017, "function_code": "21302", "listed": True},
        {"fiscal_year": 2017, "doc_no": "豫〔2017〕1号", "listed": True},
    ]
    load_rows(tmp_path / "ledger", {"fund_scope": rows})
    outcome = load_rows(tmp_path / "ledger", {"fund_scope": [rows[0], {**rows[1], "listed": False}]})
    assert (outcome.tables[0].unchanged, outcome.tables[0].corrected, outcome.tables[0].loaded) == (1, 1, 0)


def test_the_default_date_is_the_latest_current_one_not_after_its_load(ledger: Path) -> None:
    assert lineage.open(ledger).as_of == date(2017, 1, 5)
    ahead = load_rows(
        ledger,
        {"allocations": [allocation("A-8", 8, date=date(2030, 1, 1)), allocation("A-9", 9, date=date(2017, 6, 1))]},
    )
    assert any("dated after the load" in warning for warning in ahead.warnings)
    assert lineage.open(ledger).as_of == date(2017, 6, 1)
    assert amounts(ledger) == {"A-1": 100, "A-2": 200, "A-9": 9}
    load_rows(ledger, {"allocations": [allocation("A-9", 9, date=date(2017, 2, 1))]}, at=datetime(2018, 2, 1))
    assert lineage.open(ledger).as_of == date(2017, 2, 1)
    assert lineage.open(ledger, as_known=2).as_of == date(2017, 6, 1)


def test_rejects_alone_make_one_batch_per_file(tmp_path: Path) -> None:
    for expected in (1, 1):
        with write(tmp_path / "ledger", who="clerk", at=AT) as writer:
            writer.engine.execute(
                "CREATE TEMP TABLE bad AS "
                "SELECT 'payments' AS \"table\", 'p.csv' AS file, 3 AS \"row\", 7 AS amount_fen"
            )
            outcome = writer.commit([], source_files=[SourceFile("p.csv", "a" * 64, 10)], rejects="bad")
        assert outcome.batch == expected
        assert (outcome.tables[0].read, outcome.tables[0].rejected, outcome.tables[0].rejected_fen) == (1, 1, 7)
