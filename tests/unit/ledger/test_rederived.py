"""`verify --derived` computes what questions read anew from the batches, and names the first file that differs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import lineage
from api import cli
from lineage.ledger import derive
from lineage.ledger.rederived import differing

Ledger = Callable[[str], Path]


def test_a_set_as_it_was_made_is_equal(example_ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    path = example_ledger("tangled")
    assert differing(path) is None
    assert cli.run(["verify", "--derived", "--lang", "en", "--ledger", str(path)]) == 0
    assert "what the batches give" in capsys.readouterr().err
    assert cli.run(["verify", "--lang", "en", "--ledger", str(path)]) == 0
    assert "was not checked" in capsys.readouterr().err


@pytest.mark.parametrize("spoilt", ["graph/edges.amount.npy", "payments.parquet", "nodes.parquet"])
def test_a_set_that_was_changed_is_named(spoilt: str, fresh_ledger: Ledger) -> None:
    path = fresh_ledger("tangled")
    (file,) = (path / "derived").glob(f"0*/{spoilt}")
    if spoilt.endswith("npy"):
        values = np.load(file)
        values[0] += 1
        np.save(file, values)
    else:
        on = lineage.open(path).engine
        kept = on.execute(f"SELECT * REPLACE (amount_fen + 1 AS amount_fen) FROM '{file}'").to_arrow_table()
        on.register("kept", kept)
        on.execute(f"COPY kept TO '{file}' (FORMAT parquet)")
    problem = differing(path)
    assert problem is not None
    assert problem.file.endswith(spoilt.removesuffix(".npy"))
    assert cli.run(["verify", "--derived", "--ledger", str(path)]) == 1


def test_a_file_that_is_torn_is_named_and_no_set_is_no_fault(fresh_ledger: Ledger) -> None:
    path = fresh_ledger("tangled")
    (file,) = (path / "derived").glob("0*/transfers.parquet")
    file.write_bytes(b"PAR1")
    problem = differing(path)
    assert problem is not None
    assert "cannot be read" in problem.found
    (path / "derived" / "current.json").unlink()
    assert differing(path) is None
    derive(path)
    assert differing(path) is None
