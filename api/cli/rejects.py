"""`lineage rejects BATCH -o FILE`: the rows a load set aside, to be mended and loaded again.

A workbook (one sheet a table) or a folder (one CSV a table) holds the rows as they came, with what is wrong beside
them in columns that a load passes over; a .csv file takes the rows of one table.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, FOUND, note, print_json, print_table
from lineage.words import say
from lineage.words.errors import told_reject

if TYPE_CHECKING:
    from lineage.exports.rows import Sheet

BEYOND = re.compile(r"\(\d+\)")
"""The name of a cell that lies beyond the heading of its file."""
SHOWN = ("table", "file", "sheet", "row", "column", "found", "expected", "hint")


@options("ledger", "json")
def rejects_command(
    settings: Settings,
    batch: Annotated[int, typer.Argument(metavar="BATCH", min=1, help=say("ledger.argument_batch", LANGUAGE))],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help=say("ledger.option_output", LANGUAGE))
    ] = None,
) -> int:
    """List a batch's rejects, or write them; 1 when there are any."""
    from lineage.ledger import quarantine

    found = [told_reject(one, settings.lang) for one in quarantine.read(settings.ledger, batch)]
    if output is not None and not found:
        note(say("ledger.rejects_none", settings.lang, batch=batch))
    elif output is not None:
        write(mendable(found), output)
        rows = len({(one["file"], one["sheet"], one["row"]) for one in found})
        note(say("ledger.rejects_written", settings.lang, rows=rows, file=output))
    if settings.json:
        print_json({"batch": batch, "rejects": [{name: one[name] for name in SHOWN} for one in found]})
    elif output is None:
        print_table(
            [say(f"ledger.head_{name}", settings.lang) for name in SHOWN], [[one[n] for n in SHOWN] for one in found]
        )
    return FOUND if found else DONE


def mendable(found: list[dict[str, Any]]) -> list[Sheet]:
    """One sheet a table and heading: every rejected row once, its cells as they came, its problems in the last columns.

    Files with other headings lie in sheets of their own: 金额（万元） of one file is not amount of another.
    """
    from lineage.exports.rows import Sheet
    from loaders.raw import REJECT_MARKS

    rows: dict[tuple[Any, ...], tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for one in found:
        place = (one["table"], one["file"], one["sheet"], one["row"], one["line"])
        rows.setdefault(place, (json.loads(one["line"]) if one["line"] else {}, []))[1].append(one)
    out: list[Sheet] = []
    for table in sorted({place[0] for place in rows}):
        for heads, places in _by_heading({place: cells for place, (cells, _) in rows.items() if place[0] == table}):
            lines = tuple(
                (*(rows[place][0].get(head) for head in heads), *marks(place[1:], rows[place][1])) for place in places
            )
            nth = sum(one.name.split()[0] == table for one in out) + 1
            out.append(Sheet(table if nth == 1 else f"{table} {nth}", (*heads, *REJECT_MARKS), lines, ()))
    return out


def _by_heading(rows: dict[tuple[Any, ...], dict[str, Any]]) -> list[tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """Rows by the heading of their file, the widest first; a torn row goes with the heading that has all its cells'."""
    groups: list[tuple[dict[str, None], list[tuple[Any, ...]]]] = []
    for place, cells in sorted(rows.items(), key=lambda one: -len(one[1])):
        wanted = {head for head in cells if not BEYOND.fullmatch(head)}
        heads, places = next((one for one in groups if wanted <= one[0].keys()), ({}, []))
        if not places:
            groups.append((heads, places))
        heads |= dict.fromkeys(cells)
        places.append(place)
    order = {place: at for at, place in enumerate(rows)}
    return [(tuple(heads), sorted(places, key=order.__getitem__)) for heads, places in groups]


def marks(place: tuple[Any, ...], problems: list[dict[str, Any]]) -> tuple[str, ...]:
    """What is wrong with one row: its place, then each kind of text, several problems joined."""
    file, sheet, row, _ = place
    where = f"{file}[{sheet}]:{row}" if sheet else f"{file}:{row}"
    joined = (" | ".join(str(one[name] or "") for one in problems) for name in ("column", "found", "expected", "hint"))
    return (where, *joined)


def write(tables: list[Sheet], output: Path) -> None:
    """Write sheets as a workbook, a CSV file, or a folder of CSV files. Raises Misuse, Unavailable."""
    from lineage.errors import Misuse, Unavailable
    from lineage.exports.workbook import write_sheets

    try:
        if output.suffix.lower() == ".xlsx":
            write_sheets(tables, output)
        elif output.suffix.lower() == ".csv" and len(tables) <= 1:
            for table in tables:
                write_csv(table, output)
        elif output.suffix:
            names = ", ".join(table.name for table in tables)
            raise Misuse(f"{output.name} cannot hold {names}", "name a folder or an .xlsx file")
        else:
            output.mkdir(parents=True, exist_ok=True)
            for table in tables:
                write_csv(table, output / f"{table.name}.csv")
    except OSError as error:
        raise Unavailable(f"could not write {output}: {error.strerror}", "see that you may write there") from error


def write_csv(table: Sheet, file: Path) -> None:
    """One table, UTF-8 with a byte order mark so that Excel reads the Chinese; formulas cannot run."""
    from lineage.exports.rows import disarmed

    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.columns)
        writer.writerows([disarmed(cell) for cell in row] for row in table.rows)
