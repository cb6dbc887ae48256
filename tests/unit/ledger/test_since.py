"""`verify` from an anchor on: reads what came after and a sample, says what it left out, and misses nothing it read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from api import cli
from lineage import engine
from lineage.errors import Misuse
from lineage.ledger import anchor, checkpoint, covering, durable, manifest, verify
from lineage.ledger.extent import Since
from tests.staging import load_rows

LAST, ANCHORED = 20, 15


def load(ledger: Path, number: int, name: str = "x") -> None:
    load_rows(ledger, {"projects": [{"project_code": f"{number}", "name": name}]})


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, anchor.Anchor]:
    """A ledger of 20 batches, the first ones in checkpoints, and its head as it was after 15."""
    ledger = tmp_path_factory.mktemp("grown") / "ledger"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(covering, "LOOSE_MOST", 4)
        for number in range(1, LAST + 1):
            load(ledger, number)
            if number == ANCHORED:
                head = anchor.of(ledger)
    assert checkpoint.in_force(ledger, LAST)[-1].last > ANCHORED
    return ledger, head


@pytest.fixture
def copied(grown: tuple[Path, anchor.Anchor], tmp_path: Path) -> tuple[Path, anchor.Anchor]:
    ledger, head = grown
    for entry in ledger.parent.iterdir():  # the key lies beside
        (shutil.copytree if entry.is_dir() else shutil.copy2)(entry, tmp_path / entry.name)
    return tmp_path / ledger.name, head


def spoil(ledger: Path, batch: int) -> None:
    (file,) = (ledger / f"batches/{batch:06d}").iterdir()
    file.write_bytes(file.read_bytes().replace(b"PAR1", b"PAR2"))


def test_what_came_since_and_the_sample_are_read_and_the_rest_is_counted(grown: tuple[Path, anchor.Anchor]) -> None:
    ledger, head = grown
    for sample in (0, 3, 1000):
        found = verify(ledger, since=Since(head, 7, sample))
        read = LAST - ANCHORED + 1 + min(sample, ANCHORED - 1)
        assert (found.problem, found.batches, found.unread) == (None, read, LAST - read)
        assert found.rows == read
    assert verify(ledger).unread == 0


@pytest.mark.parametrize("batch", range(1, LAST + 1))
def test_a_spoilt_batch_is_found_exactly_when_it_is_read(batch: int, copied: tuple[Path, anchor.Anchor]) -> None:
    ledger, head = copied
    spoil(ledger, batch)
    since = Since(head, batch, 5)
    problem = verify(ledger, since=since).problem
    assert (problem is not None) == (batch in since.batches(LAST, ()))
    whole = verify(ledger, since=Since(head, batch, ANCHORED)).problem
    assert whole == verify(ledger).problem
    assert whole
    assert whole.file.startswith(f"batches/{batch:06d}")


def test_every_earlier_batch_is_drawn_sooner_or_later(grown: tuple[Path, anchor.Anchor]) -> None:
    drawn = {number for seed in range(50) for number in Since(grown[1], seed, 2).batches(LAST, ())}
    assert drawn == set(range(1, LAST + 1))


def test_a_chain_written_anew_before_the_anchor_is_found_whatever_is_drawn(copied: tuple[Path, anchor.Anchor]) -> None:
    ledger, head = copied
    made = [manifest.parse(manifest.file_of(ledger, number)) for number in range(1, LAST + 1)]
    previous = made[1].previous
    for one in made[1:]:
        file = manifest.file_of(ledger, one.batch)
        value = json.loads(file.read_bytes()) | {"previous": previous, "who": "somebody else"}
        file.write_bytes(durable.to_json(value) + b"\n")
        previous = manifest.hash_of(file)
    shutil.rmtree(checkpoint.home(ledger))
    assert verify(ledger).problem is None, "the chain alone cannot see it"
    problem = verify(ledger, since=Since(head, 1, 0)).problem
    assert problem
    assert (problem.file, problem.expected) == ("manifest/000015.json", f"sha256 {head.manifest_sha256} as anchored")


def test_a_manifest_drawn_must_be_the_one_that_the_next_names(copied: tuple[Path, anchor.Anchor]) -> None:
    ledger, head = copied
    file = manifest.file_of(ledger, 7)
    file.write_bytes(durable.to_json(json.loads(file.read_bytes()) | {"who": "somebody else"}) + b"\n")
    named = anchor.Anchor(7, manifest.hash_of(file), 0, manifest.FIRST)  # so that 7 is read, and 8 is not
    problem = verify(ledger, [named], Since(head, 1, 0)).problem
    assert problem
    assert (problem.file, problem.column) == ("manifest/000008.json", "previous")


def test_an_older_anchor_is_held_too(grown: tuple[Path, anchor.Anchor]) -> None:
    ledger, head = grown
    wrong = anchor.Anchor(3, "1" * 64, 0, manifest.FIRST)
    problem = verify(ledger, [wrong], Since(head, 1, 0)).problem
    assert problem
    assert problem.file == "manifest/000003.json"


def test_batches_cut_off_behind_the_anchor_are_missed(copied: tuple[Path, anchor.Anchor]) -> None:
    ledger, head = copied
    for number in range(ANCHORED, LAST + 1):
        manifest.file_of(ledger, number).unlink()
    shutil.rmtree(checkpoint.home(ledger))
    assert "batch 15 as anchored" in str(verify(ledger, since=Since(head, 1, 0)).problem)


def test_rows_of_a_checkpoint_are_held_against_the_batches_read(copied: tuple[Path, anchor.Anchor]) -> None:
    ledger, head = copied
    one = checkpoint.in_force(ledger, LAST)[0]
    folder, on = one.folder(ledger), engine.connect()
    file = folder / "projects.parquet"
    on.execute(f"CREATE TABLE t AS SELECT * REPLACE ('forged' AS name) FROM {engine.parquet([file])} WHERE batch = 2")
    on.execute(f"INSERT INTO t FROM {engine.parquet([file])} WHERE batch <> 2")
    engine.write_parquet(on, "FROM t", file)
    value = json.loads((folder / "checkpoint.json").read_bytes())
    value["files"][0].update(sha256=durable.sha256(file), bytes=file.stat().st_size)
    (folder / "checkpoint.json").write_bytes(durable.to_json(value) + b"\n")
    for seed in range(8):
        since = Since(head, seed, 6)
        problem = verify(ledger, since=since).problem
        assert (problem is not None) == (2 in since.batches(LAST, ()))
    assert "not in it as they were" in str(verify(ledger).problem)


def test_at_the_command_line(
    grown: tuple[Path, anchor.Anchor], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, head = grown
    file = tmp_path / "head.json"
    file.write_bytes(head.to_bytes())
    command = ["verify", "--ledger", str(ledger), "--since", str(file), "--lang", "en"]
    assert cli.run([*command, "--sample", "4"]) == 0
    assert "10 earlier batches were not read" in capsys.readouterr().err
    assert cli.run([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unread"] == 0
    assert cli.run(["verify", "--ledger", str(ledger), "--sample", "4"]) == 2
    with pytest.raises(Misuse):
        Since(head, 1, -1)
