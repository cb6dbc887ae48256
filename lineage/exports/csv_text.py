"""A trail as one CSV: the tables one after another, told apart by the first column `part`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.exports.rows import disarmed, sheets

if TYPE_CHECKING:
    from lineage.trail import Trail


def write(trail: Trail, path: Path) -> None:
    """Write UTF-8 with a byte order mark, so that Excel reads the Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for sheet in sheets(trail):
            writer.writerow(("part", *sheet.columns))
            writer.writerows((sheet.name, *map(disarmed, row)) for row in sheet.rows)
