"""Derived sets: the same answers as from the batches, used when they fit, rebuilt when stale, never half."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path

import pytest

import lineage
from api import cli
from lineage.ledger import Ledger, derive, derived, durable, journal
from lineage.ledger.derived import in_force
from lineage.ledger.rederived import differing
from lineage.schema import TABLES
from tests.staging import load_bundle, load_rows

EXAMPLES = Path(__file__).parents[2] / "examples"
MOMENT = datetime(2018, 1, 3)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("derived") / "ledger"
    load_bundle(path, EXAMPLES / "tangled" / "bundle")
    return path


@pytest.fixture
def ledger(loaded: Path, tmp_path: Path) -> Path:
    shutil.copytree(loaded.parent, tmp_path / "copy")
    return tmp_path / "copy" / "ledger"


def everything(ledger: Ledger) -> dict[str, list[object]]:
    tables = [table.name for table in TABLES] + ["nodes", "edges", "breaks", "rings"]
    return {name: sorted(ledger.rows(f"SELECT * FROM {name}"), key=repr) for name in tables}


def test_a_derived_set_answers_as_the_batches_do(ledger: Path) -> None:
    from_batches = everything(lineage.open(ledger))
    made = derive(ledger)
    assert made.fits_graph(lineage.open(ledger))
    assert everything(lineage.open(ledger)) == from_batches


def test_tables_of_a_set_are_sorted_by_key_in_code_point_order(ledger: Path) -> None:
    folder = derive(ledger).folder(ledger)
    rows = lineage.open(ledger).rows(f"SELECT payment_id FROM '{folder}/payments.parquet'")
    keys = [row["payment_id"] for row in rows]
    assert keys == sorted(keys)


def test_a_set_is_made_once_for_a_version_and_anew_for_the_next(ledger: Path) -> None:
    assert derive(ledger) == derive(ledger)
    load_rows(ledger, {"projects": [{"project_code": "1", "name": "x"}]})
    assert not in_force(ledger).fits_tables(lineage.open(ledger))  # type: ignore[union-attr]
    assert lineage.open(ledger).rows("SELECT project_code FROM projects WHERE project_code = '1'")
    assert derive(ledger).version == "2.0"


def test_decisions_that_are_no_links_leave_the_set_in_force(ledger: Path) -> None:
    first = derive(ledger)
    journal.append(ledger, "finding-event", {"finding": "F-1"}, "x", MOMENT)
    assert derive(ledger) == first
    journal.append(ledger, journal.LINK_ACCEPTED, {"from": "transfer:T1", "to": "indicator:I1"}, "x", MOMENT)
    second = derive(ledger)
    assert second.number == first.number + 1
    assert second.fits_graph(lineage.open(ledger))
    assert not second.fits_graph(lineage.open(ledger, asserted=False))
    assert second.fits_tables(lineage.open(ledger, asserted=False))


def test_another_day_or_batch_is_answered_from_the_batches(ledger: Path) -> None:
    made = derive(ledger)
    assert not made.fits_tables(lineage.open(ledger, as_of=date(2017, 3, 1)))
    assert made.fits_tables(lineage.open(ledger, as_of=lineage.open(ledger).as_of))
    load_rows(ledger, {"projects": [{"project_code": "1", "name": "x"}]})
    derive(ledger)
    assert lineage.open(ledger, as_known=1).rows("SELECT count(*) AS n FROM projects") == [{"n": 0}]


def test_the_set_in_force_and_the_one_before_are_kept(ledger: Path) -> None:
    for number in range(4):
        load_rows(ledger, {"projects": [{"project_code": str(number), "name": "x"}]})
        derive(ledger)
    kept = sorted(entry.name for entry in (ledger / "derived").iterdir() if entry.name.isdigit())
    assert kept == ["000003", "000004"]


def test_a_reader_whose_set_is_swept_away_builds_its_own(ledger: Path) -> None:
    derive(ledger)
    reader, late = lineage.open(ledger), lineage.open(ledger)
    before = reader.rows("SELECT count(*) AS n, sum(net_fen)::BIGINT AS fen FROM payments")
    assert late.rows("SELECT count(*) AS n FROM transfers")
    shutil.rmtree(in_force(ledger).folder(ledger))  # type: ignore[union-attr]
    assert reader.rows("SELECT count(*) AS n, sum(net_fen)::BIGINT AS fen FROM payments") == before
    assert late.rows("SELECT count(*) AS n FROM payments")[0]["n"] == before[0]["n"]


def test_a_step_that_fails_leaves_the_old_set_in_force(ledger: Path) -> None:
    first = derive(ledger)
    load_rows(ledger, {"projects": [{"project_code": "1", "name": "x"}]})

    def broken(_: Ledger, folder: Path) -> None:
        (folder / "half").write_bytes(b"x")
        raise RuntimeError("step")

    with pytest.raises(RuntimeError, match="step"):
        derive(ledger, steps=[broken])
    assert in_force(ledger) == first
    assert sorted(entry.name for entry in (ledger / "derived").iterdir()) == ["000001", "current.json", "lock"]


def test_steps_of_layers_above_find_the_tables_and_leave_their_files(ledger: Path) -> None:
    def index(view: Ledger, folder: Path) -> None:
        (folder / "count.txt").write_text(str(view.rows("SELECT count(*) AS n FROM payments")[0]["n"]))

    made = derive(ledger, steps=[index])
    assert (made.folder(ledger) / "count.txt").read_text() == "132"


def test_a_set_that_other_code_made_is_not_read_and_made_again(ledger: Path) -> None:
    first = derive(ledger)
    (ledger / "derived" / "current.json").write_bytes(durable.to_json(asdict(replace(first, code="0" * 16))))
    shutil.rmtree(first.folder(ledger) / "graph")
    (first.folder(ledger) / "payments.parquet").unlink()  # other code, other files
    assert lineage.open(ledger).rows("SELECT count(*) AS n FROM payments")[0]["n"]
    assert derive(ledger).number == first.number + 1
    assert derive(ledger).code == derived.fingerprint()


def test_a_pointer_of_an_older_release_counts_as_none(ledger: Path) -> None:
    first = derive(ledger)
    older = {name: value for name, value in asdict(first).items() if name != "code"}
    (ledger / "derived" / "current.json").write_bytes(durable.to_json(older))
    assert in_force(ledger) is None
    assert derive(ledger).fits_graph(lineage.open(ledger))


def test_derived_on_purpose(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["derive", "--ledger", str(ledger), "--json"]
    made = []
    for more in ([], [], ["--anew"]):
        assert cli.run([*command, *more]) == 0
        answer = json.loads(capsys.readouterr().out)
        made.append((answer["made"], answer["number"]))
    assert made == [(True, 1), (False, 1), (True, 2)]
    assert differing(ledger) is None
    assert cli.run(["derive", "--ledger", str(ledger), "--lang", "en"]) == 0
    assert "fits" in capsys.readouterr().err
