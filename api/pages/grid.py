"""Tables of pages: one value that is shown as HTML and written as a workbook, so that a download equals the page.

A page whose address bears `table=NAME` is that table as XLSX, with all its rows, in the unit chosen and to the fen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, overload

from fastapi.responses import Response
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from api.pages.markup import Safe, tag
from lineage.exports.rows import Cell as Plain
from lineage.exports.rows import Sheet
from lineage.exports.workbook import write_sheets
from lineage.money import UNITS

if TYPE_CHECKING:
    from api.pages.layout import View

ROWS_SHOWN, FILE_ROWS = 200, 1_000_000
SHORT, LONG = 10, 40


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `kind` is text, money (cells are `Money`), number, or share (a ratio with four decimals, as text).

    One that stands in the workbook only (`only_file`) is said on the page in another cell.
    """

    label: str
    kind: str = "text"
    only_file: bool = False


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in fen; with an address it opens what it is made of."""

    fen: int
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something of the page's own; `words` stand for it in a workbook."""

    html: Safe
    words: str = ""


Cell = str | int | Money | Link | Drawn | None


class Rows(Sequence[Sequence[Cell]]):
    """Rows that are made when they are looked at: a page shows some of thousands, a file all."""

    def __init__(self, items: Sequence[Any], row: Callable[[Any], Sequence[Cell]]) -> None:
        self._items, self._row = items, row

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, place: int) -> Sequence[Cell]: ...
    @overload
    def __getitem__(self, place: slice) -> list[Sequence[Cell]]: ...
    def __getitem__(self, place: int | slice) -> Sequence[Cell] | list[Sequence[Cell]]:
        if isinstance(place, slice):
            return [self._row(item) for item in self._items[place]]
        return self._row(self._items[place])


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows under columns. `records` names the record of each row, for what lies beside the table.

    A `paged` grid shows the rows from the address's `offset` on; one a page is enough. With `total` the rows are only
    those of the address's `offset` (or all that a file takes), of so many.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    records: Sequence[str] = ()
    paged: bool = False
    total: int | None = None

    @property
    def count(self) -> int:
        """How many rows there are in all."""
        return len(self.rows) if self.total is None else self.total


def columns(*labels: str, **kinds: str) -> tuple[Column, ...]:
    """Columns of text but for those named in `kinds` by their place, as in `c3="money"`."""
    return tuple(Column(label, kinds.get(f"c{place}", "text")) for place, label in enumerate(labels))


def sheet_html(view: View, grid: Grid) -> Safe:
    """The table with its caption, its file, and where one is in it when it is long."""
    start = view.offset if grid.paged and grid.total is None else 0
    shown = list(grid.rows[start : start + ROWS_SHOWN])
    heads = [
        tag("th", column.label, _unit(view, column), scope="col", class_="amount" if _right(column) else None)
        for column in grid.columns
        if not column.only_file
    ]
    body = [_row(view, grid, start + place, row) for place, row in enumerate(shown)]
    head = tag(
        "div",
        tag("h2", grid.caption, " ", tag("small", f"{grid.count:,}") if grid.rows else None),
        tag("a", "XLSX", href=view.here(table=grid.name), class_="file", aria_label=f"{grid.caption} XLSX")
        if grid.rows
        else None,
        class_="sheet-head",
    )
    if not grid.rows:
        return tag("section", head, tag("p", view.say("none"), class_="hint"), class_="sheet")
    whole = tag(
        "table",
        tag("caption", grid.caption, class_="unseen"),
        tag("thead", tag("tr", heads)),
        tag("tbody", body),
        id=f"table-{grid.name}",
    )
    scroll = tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=grid.caption)
    first = start if grid.total is None else view.offset
    return tag("section", head, scroll, _where(view, grid, first, len(shown)), class_="sheet")


def workbook(view: View, grids: Sequence[Grid], name: str) -> Response:
    """Tables as a download. Amounts are in the unit chosen, to the fen."""
    with NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    write_sheets([_sheet(view, grid) for grid in grids], path)
    return FileResponse(path, filename=f"{name}.xlsx", background=BackgroundTask(path.unlink))


def exact(fen: int, unit: str) -> str:
    """Fen in a unit, whole and without trailing noughts: 150 fen are "1.5" yuan, "0.00015" 万元."""
    amount = Decimal(fen) / UNITS[unit]
    return f"{amount.normalize():f}" if amount else "0"


def _row(view: View, grid: Grid, place: int, row: Sequence[Cell]) -> Safe:
    cells = [
        tag("td", _shown(view, cell, column), class_="amount" if _right(column) else _short(cell))
        for cell, column in zip(row, grid.columns, strict=True)
        if not column.only_file
    ]
    return tag("tr", cells, data_record=grid.records[place] if grid.records else None)


def _shown(view: View, cell: Cell, column: Column) -> object:
    if isinstance(cell, Drawn):
        return cell.html
    if isinstance(cell, Link):
        return tag("a", cell.words, href=cell.href)
    if isinstance(cell, Money):
        amount = view.money(cell.fen)
        return tag("a", amount, href=cell.href) if cell.href else amount
    if column.kind == "share":
        return percent(None if cell is None else str(cell))
    return f"{cell:,}" if isinstance(cell, int) and column.kind == "number" else cell


def _short(cell: Cell) -> str | None:
    """Short words stay on one line, for Chinese may break anywhere; sentences get room for some words a line."""
    if not isinstance(cell, str):
        return None
    return "short" if len(cell) <= SHORT else "long" if len(cell) >= LONG else None


def percent(ratio: str | None) -> str:
    """A ratio with four decimals as per cent with two, exactly: "0.0705" is "7.05%"."""
    return "—" if ratio is None else f"{Decimal(ratio) * 100:.2f}%"


def _unit(view: View, column: Column) -> Safe | None:
    return tag("small", f" {view.unit_word}") if column.kind == "money" else None


def _right(column: Column) -> bool:
    return column.kind != "text"


def _where(view: View, grid: Grid, start: int, shown: int) -> Safe | None:
    total = grid.count
    if shown == total:
        return None
    if not grid.paged and grid.total is None:
        return tag("p", view.say("first_rows", shown=shown, total=total), class_="hint")
    steps: list[object] = [view.say("rows_from_to", first=start + 1 if shown else 0, last=start + shown, total=total)]
    if start:
        steps += [" · ", tag("a", view.say("earlier"), href=view.here(offset=max(0, start - ROWS_SHOWN)), rel="prev")]
    if start + shown < total:
        steps += [" · ", tag("a", view.say("further"), href=view.here(offset=start + ROWS_SHOWN), rel="next")]
    return tag("p", steps, class_="hint")


def _sheet(view: View, grid: Grid) -> Sheet:
    heads = [
        f"{column.label} ({view.unit_word})" if column.kind == "money" else column.label for column in grid.columns
    ]
    names = tuple(head if heads.index(head) == place else f"{head} {place}" for place, head in enumerate(heads))
    amounts = tuple(name for name, column in zip(names, grid.columns, strict=True) if column.kind == "money")
    rows = tuple(tuple(_plain(view, cell) for cell in row) for row in grid.rows)
    return Sheet(grid.name, names, rows, amounts)


def _plain(view: View, cell: Cell) -> Plain:
    if isinstance(cell, Money):
        return exact(cell.fen, view.unit_name)
    if isinstance(cell, (Link, Drawn)):
        return cell.words
    return cell
