"""The engine's memory: bounded where a bound helps, never against what the operator said."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage import engine


def _limit(on: engine.Engine) -> str:
    return str(engine.row(on, "SELECT current_setting('memory_limit')")[0])


def test_a_spared_engine_spills_what_goes_beyond_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAGE_MEMORY", raising=False)
    monkeypatch.setenv("LINEAGE_THREADS", "1")
    on = engine.connect()
    engine.spare_memory(on, tmp_path / "spill", megabytes=0)
    assert _limit(on) == "256.0 MiB"
    on.execute("CREATE TABLE many AS SELECT hash(range)::VARCHAR || repeat('x', 50) AS text FROM range(6_000_000)")
    assert engine.row(on, "SELECT sum(size) FROM duckdb_temporary_files()")[0] > 0
    assert engine.row(on, "SELECT count(text) FROM many")[0] == 6_000_000


def test_what_the_operator_said_about_memory_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_MEMORY", "3GiB")
    on = engine.connect()
    engine.spare_memory(on, tmp_path)
    assert _limit(on) == "3.0 GiB"


def test_a_smaller_bound_is_not_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAGE_MEMORY", raising=False)
    on = engine.connect()
    on.execute("SET memory_limit = '200MiB'")
    engine.spare_memory(on, tmp_path)
    assert _limit(on) == "200.0 MiB"
