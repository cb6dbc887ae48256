"""Every cell of the reconciliation workbook of a city of the example `faults`, and what moved since May.

`python -m tests.golden.test_reconciliation_book` writes the kept text anew; then review the difference.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl

import lineage
import loaders
from lineage.ledger import Ledger
from queries import Said, explain_difference, reconcile
from queries.reconcile_sheets import Style, write_workbook

KEPT = Path(__file__).parent / "reconciliation.txt"
BUNDLE = Path(__file__).parents[1] / "examples" / "faults" / "bundle"
MAY = date(2017, 5, 1)


def told(ledger: Ledger, folder: Path) -> Iterator[str]:
    """Each sheet in turn, a line a row, cells set apart by bars; then the changes as API clients get them."""
    first = next(one for one in reconcile(ledger).differences if one.unexplained_fen)
    subject = f"{first.division_code}:{first.measure}"
    for said in (Said(subject, "日报漏报一笔", first.unexplained_fen), Said(subject, "待查")):
        explain_difference(ledger, said, "王某", datetime(2017, 10, 2, 9, 0))
    opened = lineage.open(ledger.path)
    found = reconcile(opened, division="410300000", since=MAY)
    for language in ("zh", "en"):
        write_workbook(opened, found, folder / f"{language}.xlsx", Style(language, "元"))
        book = openpyxl.load_workbook(folder / f"{language}.xlsx", read_only=True)
        for sheet in book:
            yield f"## {sheet.title}"
            for row in sheet.iter_rows(values_only=True):
                yield " | ".join("" if cell is None else str(cell) for cell in row)
        book.close()
    for change in found.to_json()["changes"]:
        yield str(change)


def test_every_cell_of_the_workbook(fresh_ledger: Callable[[str], Path], tmp_path: Path) -> None:
    assert list(told(lineage.open(fresh_ledger("faults")), tmp_path)) == KEPT.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    place = Path(tempfile.mkdtemp())
    loaders.load(place / "ledger", [BUNDLE])
    KEPT.write_text("\n".join(told(lineage.open(place / "ledger"), place)) + "\n", encoding="utf-8")
    shutil.rmtree(place)
