"""One table of plain cells as a file: CSV, XLSX, or the JSON answer that it is the table of."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from lineage.errors import Misuse
from lineage.exports.rows import Sheet, disarmed

TABLE_FORMATS = ("csv", "json", "xlsx")


def write_table(path: Path, form: str, sheet: Sheet, answer: dict[str, Any]) -> None:
    """Write a table in a format, or in that of the file's ending. Raises Misuse for a format there is none of."""
    form = (form or path.suffix.removeprefix(".")).lower()
    if form not in TABLE_FORMATS:
        raise Misuse(f'format: found "{form}", expected one of {", ".join(TABLE_FORMATS)}', "name it with --format, "
                     "or by the file's ending")
    if form == "json":
        path.write_text(json.dumps(answer, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    elif form == "xlsx":
        from lineage.exports.workbook import write_sheets

        write_sheets([sheet], path)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(sheet.columns)
            writer.writerows(map(disarmed, row) for row in sheet.rows)
