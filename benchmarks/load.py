"""Loading a bundle beside DuckDB's own import of the same CSV files."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.measures import Measure, Scale, best_seconds
from benchmarks.province import bundle, rows_of

TITLE = "Loading"
NOTE = (
    "Every table of a made province. Beside it DuckDB's `CREATE TABLE … AS FROM read_csv(…)` of the same files into a "
    "database file, types detected, nothing checked. The aim is a third of its speed up to the commit of the batch; "
    "deriving (current tables, graph, attribution of classes) is told apart."
)


def measure(scale: Scale) -> list[Measure]:
    """DuckDB once warm, the load once: a second load of the same rows would find them unchanged."""
    import loaders

    folder = bundle(scale)
    rows = rows_of(folder)
    peer = best_seconds(lambda: duckdb_import(folder, scale.folder / "peer.duckdb"), runs=2)
    ledger = scale.folder / f"ledger-{scale.payments}"
    shutil.rmtree(ledger, ignore_errors=True)
    ledger.with_name(ledger.name + ".key").unlink(missing_ok=True)
    result = loaders.load(ledger, [folder])
    assert result.rejected == 0, f"{result.rejected} rows of a sound province were rejected"
    again = loaders.load(ledger, [folder])
    assert not again.written, "the same files again must change nothing"
    name = "DuckDB's CSV import"
    return [
        Measure(name, peer, rows, "rows"),
        Measure("load to the commit of the batch", result.seconds["load"], rows, "rows", name),
        Measure("deriving tables and graph", result.seconds["derive"], rows, "rows", name),
        Measure("the same files again, all unchanged", again.seconds["load"], rows, "rows", name),
    ]


def duckdb_import(folder: Path, file: Path) -> None:
    """What a person without this project would do."""
    import duckdb

    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("SET enable_progress_bar = false")
        for table in sorted(folder.glob("*.csv")):
            connection.execute(f'CREATE TABLE "{table.stem}" AS FROM read_csv(?)', [str(table)])
    file.unlink()
