"""Answers kept beside the tables: asked once for a view, never for another one, done without where they cannot lie."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import lineage
import queries
from lineage.engine import connect, write_parquet
from lineage.ledger import derive
from queries.prepared import differing

SUM = "SELECT count(*) AS payments, sum(amount_fen)::BIGINT AS fen FROM payments"


@pytest.fixture
def ledger(fresh_ledger: Callable[[str], Path]) -> Path:
    path = fresh_ledger("faults")
    derive(path)
    shutil.rmtree(answers_of(path), ignore_errors=True)
    return path


def answers_of(path: Path) -> Path:
    return max((path / "derived").glob("0*")) / "answers"


def kept(path: Path, *, as_of: date | None = None) -> tuple[int, list[dict[str, object]]]:
    """How often the query was worked out, and what a question of its rows gives."""
    view, asked = lineage.open(path, as_of=as_of), []

    def sql() -> str:
        asked.append(1)
        return SUM

    name = view.keep_answer("answer_sum", sql)
    first = view.rows(f"SELECT * FROM {name}")
    assert view.rows(f"SELECT * FROM {name}") == first
    return len(asked), first


def test_an_answer_is_written_once_and_found_by_the_next_reader(ledger: Path) -> None:
    assert kept(ledger) == (1, lineage.open(ledger).rows(SUM))
    (file,) = answers_of(ledger).iterdir()
    written = file.stat().st_mtime_ns
    assert kept(ledger)[1] == lineage.open(ledger).rows(SUM)
    assert [one.stat().st_mtime_ns for one in answers_of(ledger).iterdir()] == [written]


def test_another_day_has_an_answer_of_its_own_outside_the_derived_set(ledger: Path) -> None:
    kept(ledger)
    early = kept(ledger, as_of=date(2017, 6, 1))[1]
    assert early != kept(ledger)[1]
    assert early == lineage.open(ledger, as_of=date(2017, 6, 1)).rows(SUM)
    assert len(list(answers_of(ledger).iterdir())) == 1


def test_a_set_that_takes_no_files_or_is_swept_away_is_done_without(ledger: Path) -> None:
    answers_of(ledger).write_text("in the way")
    whole = kept(ledger)[1]
    answers_of(ledger).unlink()
    view = lineage.open(ledger)
    name = view.keep_answer("answer_sum", lambda: SUM)
    assert view.rows(f"SELECT * FROM {name}") == whole
    shutil.rmtree(ledger / "derived")
    assert view.rows(f"SELECT * FROM {name}") == whole


def test_figures_out_of_kept_lines_are_those_worked_out_anew(ledger: Path) -> None:
    def asked() -> list[object]:
        view = lineage.open(ledger)
        groups = [queries.overview(view, by=by).to_json() for by in ("tier", "agency", "month")]
        return [*groups, queries.overview(view, calibre="next").to_json(), queries.reconcile(view).to_json()]

    first = asked()
    assert {file.name.split("-")[0] for file in answers_of(ledger).iterdir()} >= {"line_2017", "paid_2017"}
    assert asked() == first
    shutil.rmtree(answers_of(ledger))
    answers_of(ledger).write_text("in the way")
    assert asked() == first


def test_verify_tells_a_kept_table_that_is_not_what_the_batches_give(ledger: Path) -> None:
    queries.prepare(ledger)
    assert differing(ledger) is None
    (file,) = answers_of(ledger).glob("line_2017-*")
    engine = connect()
    aside = file.with_suffix(".aside")
    write_parquet(engine, f"SELECT * REPLACE (amount_fen + (part = 'own')::INT AS amount_fen) FROM '{file}'", aside)
    aside.replace(file)
    found = differing(ledger)
    assert found is not None
    assert "line_2017" in found.file
