"""`lineage reconcile`: every difference between the system and the daily reports, cause by cause."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, Unfit, options, parse_day
from api.cli.output import UNIT_NAMES, amount_text, must_end, note, print_json, print_table, unit_name
from lineage.words import say

if TYPE_CHECKING:
    from queries.reconcile import Difference, Reconciliation


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"reconcile.option_{key}", LANGUAGE)


DayOption = Annotated[date | None, typer.Option("--date", parser=parse_day, metavar="DATE", help=text("date"))]
SinceOption = Annotated[date | None, typer.Option("--since", parser=parse_day, metavar="DATE", help=text("since"))]


@options("ledger", "json", "as_of", "as_known", "asserted", "calibre", "unit")
def reconcile_command(
    settings: Settings,
    day: DayOption = None,
    since: SinceOption = None,
    division: Annotated[str | None, typer.Option("--division", metavar="CODE", help=text("division"))] = None,
    every: Annotated[bool, typer.Option("--every", help=text("every"))] = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help=text("xlsx"))] = None,
    each: Annotated[bool, typer.Option("--each", help=text("each"))] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="DIR", help=text("output"))] = None,
    explain: Annotated[str | None, typer.Option("--explain", metavar="DIFFERENCE", help=text("explain"))] = None,
    why: Annotated[str, typer.Option("--why", help=text("why"))] = "",
    amount: Annotated[str | None, typer.Option("--amount", metavar="YUAN", help=text("amount"))] = None,
    by: Annotated[str, typer.Option("--by", envvar="LINEAGE_WHO", help=text("by"))] = "",
) -> None:
    """Print the differences, write them as workbooks, or note an explanation."""
    import queries

    if xlsx is not None:
        must_end(xlsx, ".xlsx")
    ledger = settings.open()
    if explain:
        said = queries.Said(explain, why, fen_of(amount))
        noted = queries.explain_difference(ledger, said, by or person(), datetime.now().astimezone())
        note(word("noted", settings, entry=noted.entry))
        if settings.json:
            print_json({"entry": noted.entry, "difference": explain, **noted.to_json()})
        return
    found = queries.reconcile(ledger, day, division, settings.calibre, since)
    for code in found.unknown_divisions:
        note(word("unknown_division", settings, code=code))
    if xlsx or each:
        write(settings, found, xlsx, folder(output) if each else None)
    if settings.json:
        print_json(found.to_json())
    elif not (xlsx or each):
        show(found, settings, every=every)


def person() -> str:
    """The system's name of who runs the command."""
    import getpass

    return getpass.getuser()


def fen_of(amount: str | None) -> int | None:
    """Yuan as typed, in fen."""
    from lineage.money import to_fen

    if amount is None:
        return None
    try:
        return to_fen(amount)
    except ValueError:
        raise Unfit("commands.no_amount", found=amount) from None


def folder(output: Path | None) -> Path:
    """The folder that --each needs."""
    if output is None:
        raise Unfit("reconcile.each_alone")
    return output


def write(settings: Settings, found: Reconciliation, xlsx: Path | None, each: Path | None) -> None:
    """Workbooks: one with everything in the unit asked, one a division in 万元."""
    from queries.reconcile import as_of
    from queries.reconcile_sheets import Style, write_each, write_workbook

    ledger = as_of(settings.open(), found.date)
    if xlsx:
        write_workbook(ledger, found, xlsx, Style(settings.lang, UNIT_NAMES[settings.unit]))
        note(word("written", settings, file=xlsx))
    if each:
        for path in write_each(ledger, found, each, Style(settings.lang, "万元")):
            note(word("written", settings, file=path))


def show(found: Reconciliation, settings: Settings, *, every: bool) -> None:
    """One row a difference, and under it one row a cause."""
    shown = [one for one in found.differences if every or one.difference_fen or any(one.causes) or one.explanations]
    note(
        word(
            "heading",
            settings,
            date=found.date,
            calibre=found.calibre,
            unit=unit_name(settings.unit, settings.lang),
            count=len(shown),
            lines=len(found.differences),
        )
    )
    if not found.differences:
        note(word("no_report", settings, date=found.date))
    numbers = [word(name, settings) for name in ("system", "report", "difference", "amount")]
    heads = [word(name, settings) for name in ("division", "name", "measure", "tier")]
    rows = [row for one in shown for row in lines(one, settings)]
    print_table(
        [*heads, *numbers[:3], word("cause", settings), numbers[3], word("record", settings)], rows, right=numbers
    )
    if found.earlier:
        show_changes(found.earlier, found, settings)


def lines(one: Difference, settings: Settings) -> list[list[object]]:
    """The rows of one difference: itself, its causes, what is left unexplained and what the division says of it."""

    def fen(amount: int) -> str:
        return amount_text(amount, settings.unit)

    place = [
        one.division_code,
        one.division_name,
        word(f"measure_{one.measure}", settings),
        word(f"tier_{one.tier}", settings),
    ]
    rows: list[list[object]] = [[*place, fen(one.system_fen), fen(one.report_fen), fen(one.difference_fen), "", "", ""]]
    blank = [""] * 7
    for cause in one.causes:
        if cause.amount_fen:
            records = " ".join(record.record for record in cause.records[:4])
            more = f" +{len(cause.records) - 4}" if len(cause.records) > 4 else ""
            rows.append([*blank, word(f"cause_{cause.name}", settings), fen(cause.amount_fen), records + more])
    if one.unexplained_fen:
        rows.append([*blank, word("unexplained", settings), fen(one.unexplained_fen), ""])
    for name, most in (("outside", one.outside_treasury_at_most_fen), ("rounding", one.rounding_at_most_fen)):
        if one.unexplained_fen and most:
            rows.append([*blank, word(name, settings), fen(most), ""])
    rows += [
        [
            *blank,
            word("explanation", settings),
            "" if said.amount_fen is None else fen(said.amount_fen),
            f"{said.by}: {said.why}",
        ]
        for said in one.explanations
    ]
    return rows


def show_changes(earlier: Reconciliation, found: Reconciliation, settings: Settings) -> None:
    """What moved since the earlier day, cause by cause."""
    from queries.reconcile_since import bridge

    rows: list[list[object]] = []
    for change in bridge(earlier, found):
        division, measure, tier = change.key
        moved = [
            (cause.cause, cause.amount_fen, " ".join(record for record, _ in cause.records[:4]))
            for cause in change.causes
        ]
        moved += [("unexplained", change.unexplained_fen, "")] if change.unexplained_fen else []
        then, now = (
            None if fen is None else amount_text(fen, settings.unit) for fen in (change.earlier_fen, change.later_fen)
        )
        rows += [
            [
                division,
                word(f"measure_{measure}", settings),
                word(f"tier_{tier}", settings),
                then,
                now,
                word(f"cause_{name}", settings),
                amount_text(fen, settings.unit),
                records,
            ]
            for name, fen, records in moved
        ]
    names = ("division", "measure", "tier", "earlier", "later", "cause", "change", "record")
    heads = [word(name, settings) for name in names]
    print_table(heads, rows, right=[heads[3], heads[4], heads[6]])


def word(name: str, settings: Settings, **values: object) -> str:
    """A text of reconciliation in the language asked."""
    return say(f"reconcile.{name}", settings.lang, **values)
