"""`lineage load PATH…`: read files into the ledger and account for every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, FOUND, note, print_json, print_table, progress
from lineage.words import say
from lineage.words.errors import told_reject

if TYPE_CHECKING:
    from lineage.ledger import Snapshot
    from lineage.words import Language
    from loaders import LoadResult

SHOWN_REJECTS = 20
COUNTS = ("read", "loaded", "corrected", "unchanged", "rejected")


def text(key: str) -> str:
    """The help text of one option, in the language of the environment."""
    return say(f"load.option_{key}", LANGUAGE)


@options("ledger", "json")
def load_command(
    settings: Settings,
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help=text("paths"))],
    profile: Annotated[str | None, typer.Option("--profile", help=text("profile"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("dry_run"))] = False,
    strict: Annotated[bool, typer.Option("--strict", help=text("strict"))] = False,
    allow_move: Annotated[bool, typer.Option("--allow-move", help=text("allow_move"))] = False,
    control: Annotated[Path | None, typer.Option("--control", help=text("control"), exists=True)] = None,
    snapshot: Annotated[
        list[str] | None, typer.Option("--snapshot", metavar="TABLE:DIVISION,YEAR", help=text("snapshot"))
    ] = None,
    who: Annotated[str, typer.Option("--who", envvar="LINEAGE_WHO", help=text("who"))] = "",
) -> int:
    """Load and report; 1 when a row was rejected, or a control figure does not agree."""
    import loaders

    with progress(say("load.progress", settings.lang)) as advance:
        result = loaders.load(
            settings.ledger,
            paths,
            profile=profile,
            dry_run=dry_run,
            strict=strict,
            lang=settings.lang,
            who=who,
            allow_move=allow_move,
            control=control,
            snapshots=tuple(parse_snapshot(one) for one in snapshot or ()),
            progress=lambda name, done, total: advance(1),
        )
    if result.written:
        make_ready(settings.ledger)
    if settings.json:
        print_json(result.to_json())
    else:
        show(result, settings.lang, strict=strict)
    differing = sum(not line["agrees"] for line in result.control)
    return FOUND if result.rejected or differing else DONE


def make_ready(ledger: Path) -> None:
    """Build the search index now, so that the first searcher does not wait; a load is done all the same without it."""
    import queries
    from lineage.errors import Unavailable

    with suppress(Unavailable):
        queries.prepare(ledger)


def parse_snapshot(given: str) -> Snapshot:
    """`payments:410122,2017` as a full extract. Raises Misuse."""
    import re

    from lineage.errors import Misuse
    from lineage.ledger import Snapshot
    from lineage.schema import BY_NAME

    found = re.fullmatch(r"(\w+):(\d{6}|\d{9}),(\d{4})", given)
    if not found or found[1] not in BY_NAME:
        raise Misuse(f'--snapshot: found "{given}", expected TABLE:division,year', "such as payments:410122,2017")
    return Snapshot(found[1], found[2].ljust(9, "0"), int(found[3]))


def show(result: LoadResult, language: Language, *, strict: bool) -> None:
    """The account of a load as tables, warnings beside it."""
    heads = [say(f"load.head_{name}", language) for name in ("table", *COUNTS)]
    rows = [
        [table_name(table.table, language), *(getattr(table, count) for count in COUNTS)]
        for table in result.tables
        if table.read
    ]
    rows.append([say("load.all", language), *(getattr(result, count) for count in COUNTS)])
    print_table(heads, rows, right=heads[1:])
    for table in result.tables:
        if table.removed:
            note(say("load.removed", language, table=table_name(table.table, language), rows=table.removed))
    groups = alike(result.rejects)
    for one, more in groups[:SHOWN_REJECTS]:
        line = reject_line(one, language)
        note(line + (say("load.alike", language, more=more) if more else ""))
    told = sum(1 + more for _, more in groups[:SHOWN_REJECTS])
    if result.problems > told:
        note(say("load.more", language, more=result.problems - told, batch=result.batch))
    for warning in result.warnings:
        note(say("load.warning", language, text=warning))
    if result.control:
        agreeing = sum(line["agrees"] for line in result.control)
        note(say("load.control_head", language, agreeing=agreeing, differing=len(result.control) - agreeing))
    note(_ending(result, language, strict=strict))
    if result.rejected and result.written:
        note(say("load.mend", language, rejected=result.rejected, batch=result.batch))


def alike(rejects: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """The first reject of each kind, and in how many more rows of its column the same was found."""
    groups: dict[tuple[object, ...], list[Mapping[str, Any]]] = {}
    for one in rejects:
        key = tuple(one[part] for part in ("file", "sheet", "column", "found", "expected", "hint"))
        groups.setdefault(key, []).append(one)
    return [(found[0], len(found) - 1) for found in groups.values()]


def table_name(name: str, language: Language) -> str:
    """A table's label in a language."""
    from lineage.schema import BY_NAME

    return BY_NAME[name].zh if language == "zh" else name


def reject_line(one: object, language: Language) -> str:
    """`payments.csv:118:amount: found "1,2O0.00", expected …; hint`."""
    said = told_reject(dict(one), language)  # type: ignore[call-overload]
    sheet = f"[{said['sheet']}]" if said["sheet"] else ""
    place = ":".join(
        str(part) for part in (said["file"] + sheet, said["row"], said["column"]) if part not in ("", None)
    )
    return say("load.reject", language, place=place, **{key: said[key] or "" for key in ("found", "expected", "hint")})


def _ending(result: LoadResult, language: Language, *, strict: bool) -> str:
    if result.dry_run:
        return say("load.stopped" if strict and result.rejected else "load.rehearsed", language)
    return say("load.written" if result.written else "load.nothing_new", language, batch=result.batch)
