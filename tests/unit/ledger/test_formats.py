"""Every released ledger format opens for ever: a kept sample of each; a newer one is refused clearly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import lineage
from lineage.errors import Damaged
from lineage.ledger import verify

FORMATS = Path(__file__).parents[2] / "data" / "formats"


@pytest.fixture(params=sorted(folder.name for folder in FORMATS.iterdir()))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shutil.copytree(FORMATS / request.param, tmp_path / "kept")
    (tmp_path / "kept/ledger.key").chmod(0o600)
    (tmp_path / "kept/ledger/derived").mkdir(exist_ok=True)
    return tmp_path / "kept" / "ledger"


def test_a_kept_ledger_opens_answers_and_verifies_as_when_it_was_written(kept: Path) -> None:
    wanted = json.loads((kept.parent / "answers.json").read_text(encoding="utf-8"))
    found = verify(kept)
    assert (found.problem, found.batches) == (None, wanted["batches"])
    view = lineage.open(kept)
    assert view.version == wanted["version"]
    assert view.rows("SELECT record, net_fen, payee_account_masked FROM payments ORDER BY record") == wanted["payments"]
    assert [entry.kind for entry in view.decisions] == wanted["decisions"]
    before = lineage.open(kept, as_known=1).rows("SELECT count(*) AS n, sum(amount_fen)::BIGINT AS fen FROM payments")
    assert before == wanted["payments_as_known_1"]


def test_a_newer_format_is_refused_and_says_what_to_do(kept: Path) -> None:
    last = max((kept / "manifest").iterdir())
    last.write_bytes(json.dumps({**json.loads(last.read_bytes()), "format": 99}).encode())
    with pytest.raises(Damaged, match="found ledger format 99, this release reads format"):
        lineage.open(kept)
    problem = verify(kept).problem
    assert problem
    assert "format 99" in problem.found
