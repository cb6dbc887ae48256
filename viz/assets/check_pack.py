#!/usr/bin/env python3
"""Checks an evidence pack: python3 check_pack.py PACK.html [PACK.xlsx] [--fingerprint HEX]

Uses only Python's standard library, and nothing of the program that made the pack. It reads the tables as they
are seen, computes their row counts, sums and SHA-256 again, compares them with the seals and the fingerprint, checks
that the figures agree with each other, and that both files hold the same tables. Exit code 0: all of it holds.

The fingerprint is only worth what its source is worth: compare it with the one you were given by another way.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import zipfile
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree

CELL_END, ROW_END = "\x1f", "\x1e"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BYTES_MOST = 400_000_000

if TYPE_CHECKING:
    from collections.abc import Callable

    Cell = str | int | Decimal | None
    Tables = dict[str, list[list[Cell]]]
    Say = Callable[[bool, str], None]


class PageTables(HTMLParser):
    """Tables whose id begins with "pack-": rows of cell texts, header first; and the fingerprint printed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: Tables = {}
        self.fingerprint = ""
        self._rows: list[list[Cell]] | None = None
        self._into = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name = known.get("id") or ""
        if tag == "table" and name.startswith("pack-"):
            self._rows = self.tables.setdefault(name[5:], [])
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th") and self._rows is not None:
            self._rows[-1].append("")
            self._into = "cell"
        elif name == "fingerprint":
            self._into = "fingerprint"

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._rows = None
        if tag in ("td", "th", "code"):
            self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into == "cell" and self._rows is not None:
            self._rows[-1][-1] = str(self._rows[-1][-1]) + data
        elif self._into == "fingerprint":
            self.fingerprint += data.strip()


def read_page(path: str) -> tuple[Tables, str]:
    """Tables and printed fingerprint of an HTML pack."""
    with open(path, encoding="utf-8") as file:
        page = PageTables(file.read())
    return page.tables, page.fingerprint


def read_workbook(path: str) -> tuple[Tables, str]:
    """The same from a workbook: header in row 2, rows from row 3; the fingerprint stands on the sheet "seal"."""
    tables: Tables = {}
    fingerprint = ""
    with zipfile.ZipFile(path) as book:
        if sum(entry.file_size for entry in book.infolist()) > BYTES_MOST:
            raise ValueError("the workbook unpacks to more than 400 MB")
        shared = [
            unescaped("".join(piece.text or "" for piece in item.iter(MAIN + "t")))
            for item in parts(book, "xl/sharedStrings.xml", MAIN + "si")
        ]
        names = [sheet.get("name") or "" for sheet in parts(book, "xl/workbook.xml", MAIN + "sheet")]
        for number, name in enumerate(names, 1):
            rows: dict[int, dict[int, Cell]] = {}
            for cell in parts(book, f"xl/worksheets/sheet{number}.xml", MAIN + "c"):
                column, row = place(cell.get("r") or "")
                value = cell.findtext(MAIN + "v")
                if value is not None:
                    rows.setdefault(row, {})[column] = shared[int(value)] if cell.get("t") == "s" else Decimal(value)
            table = name.split(" ")[0]
            wide = len(rows.get(2, {}))
            lines = range(2, max(rows, default=1) + 1)
            tables[table] = [[rows.get(line, {}).get(column, "") for column in range(wide)] for line in lines]
            if table == "seal":
                fingerprint = str(rows[1][0]).split(" ")[-1]
    return tables, fingerprint


def parts(book: zipfile.ZipFile, name: str, tag: str) -> list[ElementTree.Element]:
    """Elements of one kind in one part of the workbook; none where there is no such part."""
    if name not in book.namelist():
        return []
    return list(ElementTree.fromstring(book.read(name)).iter(tag))


def unescaped(text: str) -> str:
    """A workbook writes some signs as _xHHHH_."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found.group(1), 16)), text)


def place(reference: str) -> tuple[int, int]:
    """Column (from 0) and row (from 1) of a cell: "C7" is (2, 7)."""
    letters, digits = reference.rstrip("0123456789"), reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(digits)


def fen(cell: Cell) -> int | None:
    """Whole fen of an amount in yuan as it is seen; None where the cell is empty."""
    if cell is None or cell == "":
        return None
    amount = (cell if isinstance(cell, Decimal) else Decimal(str(cell).replace(",", ""))) * 100
    whole = round(amount)
    if abs(amount - whole) > Decimal("0.001"):
        raise ValueError(f"{cell} is not whole fen")
    return whole


def check_file(tables: Tables, printed: str, say: Say) -> tuple[Tables, str]:
    """Seals, sums and hashes of one file; gives its tables with money as fen."""
    seals = {str(row[0]): row for row in tables.get("seal", [])[1:]}
    say(bool(seals), "there are seals")
    say(set(seals) == set(tables) - {"seal"}, "every table has a seal and every seal a table")
    known: Tables = {}
    for name, (_, standing, count, money, sums, expected) in seals.items():
        rows = tables.get(name) or [[]]
        columns = [int(number) for number in str(money).split()]
        try:
            body: list[list[Cell]] = [
                [fen(cell) if at in columns else plain(cell) for at, cell in enumerate(row)] for row in rows[1:]
            ]
        except (ValueError, InvalidOperation) as problem:
            say(False, f"table {name}: amounts can be read ({problem})")
            continue
        known[name] = [rows[0], *body]
        found = [sum(whole(row[at]) for row in body) for at in columns]
        text = ROW_END.join(CELL_END.join("" if cell is None else str(cell) for cell in row) for row in known[name])
        say(len(body) == int(str(count)), f"table {name} ({standing}): {len(body)} rows, sealed {count}")
        say(found == [int(part) for part in str(sums).split()], f"table {name}: sums {found} fen, sealed {sums or 0}")
        say(hashlib.sha256(text.encode()).hexdigest() == expected, f"table {name}: SHA-256 is the sealed one")
    text = ROW_END.join(CELL_END.join(plain(cell) for cell in row) for row in tables.get("seal", []))
    computed = hashlib.sha256(text.encode()).hexdigest()
    say(computed == printed, f"fingerprint {computed}")
    return known, computed


def plain(cell: Cell) -> str:
    """A text, or a count (a number that is no money) as its digits."""
    return str(int(cell)) if isinstance(cell, Decimal) else str(cell)


def whole(cell: Cell) -> int:
    """The fen of a cell that has been read; an empty one adds nothing."""
    return cell if isinstance(cell, int) else 0


def check_figures(tables: Tables, say: Say) -> None:
    """Whether the figures agree with each other."""
    answer = {row[0]: row[2] for row in tables.get("answer", [])[1:]}
    pool = answer.get("pool")
    if len(tables.get("sources", [])) > 1:
        rows = tables["sources"][1:]
        say(sum(whole(row[4]) for row in rows) == pool, "sources and unsourced money add up to the pool")
        bounded = [row for row in rows if row[5] is not None and row[6] is not None]
        say(
            all(whole(row[5]) <= whole(row[4]) <= whole(row[6]) for row in bounded),
            f"amounts lie within their bounds ({len(bounded)})",
        )
        say(all(whole(row[4]) >= 0 for row in rows), "no amount is negative")
    if "reached" in tables and len(tables["reached"]) > 1:
        total = sum(whole(row[1]) for row in tables["reached"][1:])
        say(total in (pool, answer.get("amount")), "what was reached adds up to the money of the record asked")
    policies = tables.get("policies", [[]])
    for at, name in enumerate(policies[0]):
        if at:
            total = sum(whole(row[at]) for row in policies[1:])
            say(total in (pool, answer.get("amount")), f"policy {name} adds up to the same money")
    least = {row[0]: row[2] for row in tables.get("certain", [])[1:]}
    for row in policies[1:]:
        say(
            least.get(row[0]) == min(whole(cell) for cell in row[1:]),
            f"{row[0]}: least under every policy is {least.get(row[0])} fen",
        )
    for line, _, system, report, difference, unexplained in tables.get("differences", [])[1:]:
        causes = sum(whole(row[3]) for row in tables.get("causes", [])[1:] if row[0] == line)
        say(whole(system) - whole(report) == difference, f"difference {line} is the system's figure less the report's")
        say(causes + whole(unexplained) == difference, f"difference {line} is its causes and what is unexplained")
    records = {row[0] for row in tables.get("records", [])[1:]}
    for name, rows in tables.items():
        if name.startswith("flows-") and name != "flows-proposed":
            say(all(row[0] in records and row[1] in records for row in rows[1:]), f"table {name}: its ends are records")


def tell(line: str) -> None:
    """Writes a line; a console that lacks a sign of it gets the sign's number."""
    shown = line.encode(sys.stdout.encoding or "utf-8", "backslashreplace")
    sys.stdout.write(shown.decode(sys.stdout.encoding or "utf-8") + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Checks the files named; 0 when all of it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="+", metavar="PACK.html|PACK.xlsx")
    parser.add_argument("--fingerprint", help="the fingerprint you were given by another way")
    parser.add_argument("--quiet", action="store_true", help="say only what does not hold")
    options = parser.parse_args(arguments)
    failures: list[str] = []

    def say(holds: bool, what: str) -> None:
        if not holds:
            failures.append(what)
        if not holds or not options.quiet:
            tell(("holds    " if holds else "PROBLEM  ") + what)

    seen = []
    for path in options.files:
        tell(path)
        tables, printed = (read_workbook if path.lower().endswith(".xlsx") else read_page)(path)
        known, computed = check_file(tables, printed, say)
        check_figures(known, say)
        seen.append((known, computed))
    if options.fingerprint:
        say(all(computed == options.fingerprint for _, computed in seen), "the fingerprint is the one you were given")
    if len(seen) > 1:
        say(all(other == seen[0] for other in seen[1:]), "all files hold the same tables")
    tell("all of it holds" if not failures else f"{len(failures)} problems")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
