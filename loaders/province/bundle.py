"""The folder of CSV files that a made province is written to.

Columns and their order come from the table of truth; a column a part leaves out is written empty. The same
arrays give the same bytes: no quoting (no made text needs it), `\\n` line ends, UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.csv as pacsv

from lineage.schema import BY_NAME, TABLES

Row = Mapping[str, str]
Columns = Mapping[str, pa.Array]
_PLAIN = pacsv.WriteOptions(include_header=False, quoting_style="none")


def write_bundle(
    folder: Path, parts: Mapping[str, Iterable[Columns]], extra: Mapping[str, list[Row]]
) -> Mapping[str, int]:
    """Writes every table of the contract: first the columns of its parts, then its extra rows.

    Returns the rows of each table. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return MappingProxyType(
        {
            table.name: write_table(
                folder / f"{table.name}.csv", table.name, parts.get(table.name, ()), extra.get(table.name, [])
            )
            for table in TABLES
        }
    )


def write_table(path: Path, table: str, parts: Iterable[Columns], extra: list[Row]) -> int:
    """Writes one table; returns its rows."""
    names = BY_NAME[table].names
    written = 0
    with path.open("wb") as file:
        file.write((",".join(names) + "\n").encode())
        for columns in parts:
            written += _write_part(file, names, columns)
        for row in extra:
            unknown = set(row) - set(names)
            assert not unknown, f"{table}: no such column: {unknown}"
            file.write((",".join(row.get(name, "") for name in names) + "\n").encode())
    return written + len(extra)


def _write_part(file: object, names: tuple[str, ...], columns: Columns) -> int:
    rows = len(next(iter(columns.values())))
    assert set(columns) <= set(names), set(columns) - set(names)
    empty = pa.nulls(rows, pa.string())
    batch = pa.table({name: columns.get(name, empty) for name in names})
    pacsv.write_csv(batch, file, _PLAIN)
    return rows
