"""Traces of many records as one table: a row for each record and source."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse
from lineage.exports.rows import Sheet, disarmed
from lineage.money import yuan
from lineage.subgraph import Direction

if TYPE_CHECKING:
    from lineage.ledger import Ledger

COLUMNS = ("record", "state", "pool", "source", "tier", "class", "amount")


@dataclass(frozen=True, slots=True)
class ManyTrails:
    """Rows of record, state, pool and, per source or end, its name, tier, class and amount; yuan as text."""

    rows: tuple[tuple[str | None, ...], ...]
    columns: tuple[str, ...] = COLUMNS

    def to_json(self) -> dict[str, Any]:
        """The rows as objects."""
        return {"rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows]}

    def write(self, path: Path) -> None:
        """Write a workbook or, for any other ending, CSV."""
        if path.suffix.lower() == ".xlsx":
            from lineage.exports.workbook import write_sheets

            write_sheets([Sheet("traces", self.columns, self.rows, ("pool", "amount"))], path)
            return
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(self.columns)
            writer.writerows(map(disarmed, row) for row in self.rows)


def records_in(path: Path) -> tuple[str, ...]:
    """The records a file names, one a line, blank lines and a heading `record` left out. Raises Misuse."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Misuse(f"{path}: byte {error.start} is not UTF-8", "one record a line, UTF-8 text") from error
    names = tuple(line.split(",")[0].strip() for line in lines)
    return tuple(name for name in names if name and name != "record")


def trace_many(ledger: Ledger, records: Iterable[str], direction: Direction, policy: str) -> ManyTrails:
    """Trace each record; what one of them is not stops all, by its name. Raises NotFound, Misuse."""
    rows: list[tuple[str | None, ...]] = []
    for record in records:
        trail = ledger.trace(record, direction=direction, policy=policy, max_nodes=1)
        head = (trail.record, trail.state, yuan(trail.pool_fen))
        for source in trail.sources:
            kind = "poverty" if source.poverty else "other"
            rows.append((*head, source.record, source.tier, kind, trail.part_text(source.amount_fen)))
        for end in trail.reached:
            rows.append((*head, end.record, None, None, trail.part_text(end.amount_fen)))
        if trail.unsourced_possible or not (trail.sources or trail.reached):
            rows.append((*head, "unsourced", None, None, trail.part_text(trail.unsourced_fen)))
    return ManyTrails(tuple(rows))
