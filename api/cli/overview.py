"""`lineage overview`: scale, expenditure and progress; any figure opens to its records."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import amount_text, note, print_json, print_table, unit_name
from lineage.words import say

if TYPE_CHECKING:
    from queries.overview import Overview
    from queries.overview_records import Figure, FigureRecords

DIVISION_FIGURES = (
    "received",
    "own",
    "passed_down",
    "scale",
    "expenditure",
    "spent_of_received",
    "spent_of_own",
)
BESIDE = (
    "in_transit",
    "carried_over",
    "carried_over_expenditure",
    "relocation_expenditure",
    "special_account_difference",
)


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"overview.option_{key}", LANGUAGE)


@options("ledger", "json", "as_of", "as_known", "asserted", "year", "calibre", "unit")
def overview_command(
    settings: Settings,
    by: Annotated[str | None, typer.Option("--by", metavar="KEY", help=text("by"))] = None,
    division: Annotated[str | None, typer.Option("--division", metavar="CODE", help=text("division"))] = None,
    records: Annotated[str | None, typer.Option("--records", metavar="FIGURE", help=text("records"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=text("limit"))] = 1000,
    group: Annotated[str | None, typer.Option("--group", metavar="KEY", help=text("group"))] = None,
    every: Annotated[bool, typer.Option("--every", help=text("every"))] = False,
) -> None:
    """Print the overview, or the records of one figure."""
    import queries

    ledger = settings.open()
    inside = queries.subtree(ledger, division) if division else None
    if records:
        figure = figure_of(records, by, group, inside)
        opened = queries.overview_records(ledger, figure, settings.year, settings.calibre, queries.Page(limit))
        print_json(opened.to_json()) if settings.json else show_records(opened, settings)
        return
    found = queries.overview(ledger, settings.year, settings.calibre, by, inside)
    print_json(found.to_json()) if settings.json else show(found, settings, every=every)


def figure_of(records: str, by: str | None, group: str | None, inside: frozenset[str] | None) -> Figure:
    """The figure that the options mean. Raises Misuse for a group without its kind, or a kind without its group."""
    import queries
    from lineage.errors import Misuse

    if (by is None) != (group is None):
        raise Misuse("--records of a group needs both --by KEY and --group", "such as --by month --group 2017-06")
    named = queries.Figure.named(records)
    return dataclasses.replace(named, by=by or "", group=group or None, divisions=inside)


def show(found: Overview, settings: Settings, *, every: bool) -> None:
    """The whole, then the groups asked, else the divisions."""
    note(
        word(
            "title",
            settings,
            year=found.year,
            as_of=found.as_of,
            calibre=found.calibre,
            unit=unit_name(settings.unit, settings.lang),
        )
    )
    show_whole(found, settings)
    if found.by:
        show_groups(found, settings)
    else:
        show_divisions(found, settings, every=every)


def show_whole(found: Overview, settings: Settings) -> None:
    """Figures of the whole by tier."""
    heads = [word(name, settings) for name in ("figure", "total", "province", "city", "county", "relocation")]
    fen = found.whole.fen
    rows: list[list[object]] = [
        [
            word("scale", settings),
            *(amount(fen("scale", tier), settings) for tier in (None, "province", "city", "county", "relocation")),
        ],
        [
            word("expenditure_tiers", settings),
            *(amount(fen("expenditure", tier), settings) for tier in (None, "province", "city", "county")),
            "",
        ],
        [word("progress", settings), found.whole.progress, "", "", "", ""],
    ]
    rows += [[word(name, settings), amount(fen(name), settings), "", "", "", ""] for name in BESIDE]
    if found.unplaced_fen is not None:
        rows.append([word("unplaced", settings), amount(found.unplaced_fen, settings), "", "", "", ""])
    print_table(heads, rows, right=heads[1:])


def show_divisions(found: Overview, settings: Settings, *, every: bool) -> None:
    """One row a division, those with a figure unless all are asked."""
    numbers = [word(name, settings) for name in (*DIVISION_FIGURES, "progress")]
    rows: list[list[object]] = [
        [
            division.code,
            division.name,
            *(amount(division.figures.fen(name), settings) for name in DIVISION_FIGURES),
            division.figures.progress,
        ]
        for division in found.divisions
        if every or any(division.figures.sums.values())
    ]
    print_table([word("division", settings), word("name", settings), *numbers], rows, right=numbers)


def show_groups(found: Overview, settings: Settings) -> None:
    """One row a group."""
    from queries.overview_groups import GROUP_FIGURES

    numbers = [word(name, settings) for name in (*GROUP_FIGURES, "progress")]
    rows: list[list[object]] = [
        [
            word("none", settings) if group.key is None else group.key,
            group.name,
            *(amount(group.fen[name], settings) for name in GROUP_FIGURES),
            group.progress,
        ]
        for group in found.groups
    ]
    print_table([word("key", settings), word("name", settings), *numbers], rows, right=numbers)


def show_records(opened: FigureRecords, settings: Settings) -> None:
    """The records of one figure and what each contributes."""
    heads = [word(name, settings) for name in ("record", "division", "tier", "date", "amount")]
    print_table(
        heads,
        [
            [row.record, row.division_code, row.tier, row.date, amount(row.amount_fen, settings)]
            for row in opened.records
        ],
        right=heads[-1:],
    )
    note(
        word(
            "records_total",
            settings,
            figure=opened.figure,
            amount=amount(opened.total_fen, settings),
            total=opened.count,
            shown=len(opened.records),
        )
    )


def word(name: str, settings: Settings, **values: object) -> str:
    """A text of the overview in the language asked."""
    return say(f"overview.{name}", settings.lang, **values)


def amount(fen: int, settings: Settings) -> str:
    """An amount in the unit asked."""
    return amount_text(fen, settings.unit)
