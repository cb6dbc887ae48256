"""Part of `verify`: what lies in the files of batches is what their manifests say, in rows, fen and keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lineage import engine
from lineage.errors import Problem
from lineage.ledger import layers, quarantine
from lineage.ledger.manifest import Manifest, StoredFile
from lineage.schema import BY_NAME

_Named = tuple[Manifest, StoredFile]


def problems(on: engine.Engine, ledger: Path, run: Sequence[Manifest]) -> Iterator[Problem]:
    """What is wrong in a run of batches: one query a table and set of columns, however many files."""
    groups: dict[tuple[str, tuple[str, ...]], list[_Named]] = {}
    for made in run:
        for stored in made.files:
            groups.setdefault((stored.table, stored.columns), []).append((made, stored))
    for (table, columns), named in groups.items():
        yield from _group(on, ledger, (table, columns), named)


def _group(
    on: engine.Engine, ledger: Path, of: tuple[str, tuple[str, ...]], named: Sequence[_Named]
) -> Iterator[Problem]:
    files = [layers.batch_folder(ledger, made.batch) / stored.name for made, stored in named]
    listed = ", ".join(engine.literal(file) for file in files)
    sql = (
        f"SELECT filename, count(*), {_fen_sql(of[1])}, {_keys_sql(of[0])} "
        f"FROM read_parquet([{listed}], filename = true) GROUP BY filename"
    )
    try:
        found = {name: (rows, fen, keys) for name, rows, fen, keys in on.execute(sql).fetchall()}
    except engine.EngineError as error:
        if len(named) > 1:
            for one in named:
                yield from _group(on, ledger, of, [one])
            return
        yield Problem(_place(*named[0]), str(error).splitlines()[0], "a Parquet file with the manifest's columns")
        return
    for file, (made, stored) in zip(files, named, strict=True):
        yield from _file(made, stored, *found.get(str(file), (0, 0, 0)))


def _file(made: Manifest, stored: StoredFile, rows: int, fen: int, keys: int) -> Iterator[Problem]:
    name = _place(made, stored)
    if (rows, fen) != (stored.rows, stored.fen):
        yield Problem(name, f"{rows} rows, {fen} fen", f"{stored.rows} rows, {stored.fen} fen")
    if stored.table == quarantine.TABLE:
        return
    outcome = next((one for one in made.outcomes if one.table == stored.table), None)
    if outcome is None or outcome.loaded + outcome.corrected + outcome.removed != stored.rows:
        yield Problem(name, f"{stored.rows} rows", "the rows the manifest says were loaded, corrected or removed")
    if keys != stored.rows:
        yield Problem(name, f"{stored.rows - keys} rows with the key of another", "every key once in a batch")


def _place(made: Manifest, stored: StoredFile) -> str:
    return f"batches/{made.batch:06d}/{stored.name}"


def _fen_sql(columns: tuple[str, ...]) -> str:
    return "coalesce(sum(amount_fen), 0)::HUGEINT" if "amount_fen" in columns else "0"


def _keys_sql(table: str) -> str:
    """Distinct keys of a file: a part of a key of several columns may be NULL."""
    if table == quarantine.TABLE:
        return "0"
    key = [engine.name(column) for column in layers.stored_key(BY_NAME[table])]
    return f"count(DISTINCT {key[0]})" if len(key) == 1 else f"count(DISTINCT row({', '.join(key)}))"
