"""`lineage sample`: draw records for an audit, save them with a note, list what was saved."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import amount_text, note, print_json, print_table, unit_name
from lineage.words import say

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from queries.sample import Sample


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"sample.option_{key}", LANGUAGE)


@options("ledger", "json", "as_of", "as_known", "asserted", "year", "unit")
def sample_command(
    settings: Settings,
    size: Annotated[int, typer.Option("--size", min=1, help=text("size"))] = 30,
    method: Annotated[str, typer.Option("--method", metavar="METHOD", help=text("method"))] = "random",
    seed: Annotated[int, typer.Option("--seed", help=text("seed"))] = 1,
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help=text("kind"))] = None,
    division: Annotated[str | None, typer.Option("--division", metavar="CODE", help=text("division"))] = None,
    save: Annotated[str | None, typer.Option("--save", metavar="NAME", help=text("save"))] = None,
    remark: Annotated[str, typer.Option("--note", help=text("note"))] = "",
    saved: Annotated[bool, typer.Option("--saved", help=text("saved"))] = False,
    one_set: Annotated[str | None, typer.Option("--set", metavar="NAME", help=text("set"))] = None,
    by: Annotated[str, typer.Option("--by", envvar="LINEAGE_WHO", help=text("by"))] = "",
) -> None:
    """Draw and print, save; or list saved sets."""
    import queries

    ledger = settings.open()
    if saved or one_set:
        show_saved(ledger, settings, one_set)
        return
    drawn = queries.sample(ledger, queries.Plan(size, method, seed), queries.Filter(kind, division, settings.year))
    print_json(drawn.to_json()) if settings.json else show(drawn, settings)
    if save:
        remarked = queries.Note(remark, by or person(), datetime.now().astimezone())
        kept = queries.save_set(ledger, save, [one.record for one in drawn.drawn], remarked)
        note(word("saved", settings, called=kept.name, entry=kept.entry))


def person() -> str:
    """The system's name of who runs the command."""
    import getpass

    return getpass.getuser()


def show(drawn: Sample, settings: Settings) -> None:
    """The records drawn, and out of how much."""
    heads = [word(name, settings) for name in ("record", "division", "date", "title", "hits", "amount")]
    print_table(
        heads,
        [
            [one.record, one.division_code, one.date, one.title, one.hits, amount_text(one.amount_fen, settings.unit)]
            for one in drawn.drawn
        ],
        right=heads[4:],
    )
    note(
        word(
            "drawn",
            settings,
            population=drawn.population,
            method=drawn.plan.method,
            seed=drawn.plan.seed,
            amount=amount_text(drawn.population_fen, settings.unit),
            unit=unit_name(settings.unit, settings.lang),
            shown=len(drawn.drawn),
        )
    )


def show_saved(ledger: Ledger, settings: Settings, name: str | None) -> None:
    """All saved sets, or the records of one."""
    import queries

    sets = (queries.record_set(ledger, name),) if name else queries.record_sets(ledger)
    if settings.json:
        print_json(sets[0].to_json() if name else {"sets": [one.to_json() for one in sets]})
    elif name:
        print_table([word("record", settings)], [[record] for record in sets[0].records])
        note(f"{sets[0].name}: {sets[0].note}")
    else:
        print_table(
            [word(name, settings) for name in ("name", "count", "note", "by", "date")],
            [[one.name, len(one.records), one.note, one.by, one.at] for one in sets],
        )


def word(name: str, settings: Settings, **values: object) -> str:
    """A text of samples in the language asked."""
    return say(f"sample.{name}", settings.lang, **values)
