"""`lineage view`: a record's trail, or a division's year, as one HTML page that opens without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Settings, option, options
from api.cli.output import DONE, note
from lineage.errors import Misuse, NotFound
from lineage.words import say

if TYPE_CHECKING:
    from lineage.ledger.reader import Ledger
    from lineage.trail import Trail


@options("ledger", "as_of", "as_known", "asserted", "year", "policy", "graph")
def view_command(
    settings: Settings,
    subject: Annotated[str, typer.Argument(metavar="RECORD|DIVISION")],
    output: Annotated[Path, option("output", "-o", "--output", dir_okay=False)] = Path("view.html"),
    down: Annotated[bool, option("down", "--down")] = False,
    depth: Annotated[int | None, option("depth", "--depth", min=0)] = None,
    fan_out: Annotated[int, option("fan_out", "--fan-out", min=1)] = 200,
    bounds: Annotated[bool, option("bounds", "--bounds")] = False,
    pack: Annotated[bool, option("pack", "--pack")] = False,
) -> int:
    """Write the page of a record or a division; with `pack` a record's evidence pack (HTML, XLSX, checker)."""
    ledger = settings.open()
    from queries.territory import division_names

    names = division_names(ledger)
    division = division_meant(subject, names)
    written: tuple[Path, ...] = (output,)
    if division:
        written = _flows(ledger, settings, (division, names[division]), output, pack=pack)
    else:
        bounded = bounds or (pack and not down)
        shown: dict[str, Any] = {"policy": settings.policy, "depth": depth, "fan_out": fan_out, "bounds": bounded}
        if settings.graph:
            from api.homes import trace_at_home

            shown.pop("policy")
            trail = trace_at_home(settings, subject, "down" if down else "up", shown)
        else:
            trail = ledger.trace(subject, direction="down" if down else "up", **shown)
        if pack:
            written = _pack(ledger, settings, trail, names, output)
        else:
            from viz import view

            view(trail, output, lang=settings.lang, divisions=names)
    for path in written:
        note(say("viz.written", settings.lang, path=path))
    return DONE


def division_meant(subject: str, names: dict[str, str]) -> str:
    """The code of the division that `subject` names by code or by a name only one division has; "" for a record.

    Raises Misuse when several divisions bear the name.
    """
    from queries.territory import meant

    found = meant(subject, names)
    if found.several:
        raise Misuse(f'"{subject}" is the name of {len(found.several)} divisions: {", ".join(found.several)}',
                     "give the code")
    return found.code


def _pack(ledger: Ledger, settings: Settings, trail: Trail, names: dict[str, str], output: Path) -> tuple[Path, ...]:
    from api.evidence import gather
    from viz.pack import write_pack

    return write_pack(trail, output, gather(ledger, trail, names, settings.lang), settings.lang)


def _flows(
    ledger: Ledger, settings: Settings, division: tuple[str, str], output: Path, *, pack: bool
) -> tuple[Path, ...]:
    from queries.flows import flows

    code, name = division
    year = settings.year or (ledger.as_of.year if ledger.as_of else 0)
    rows = [
        (flow.source, flow.target, flow.amount_fen, flow.nature) for flow in flows(ledger, code, year, settings.lang)
    ]
    heading = say("viz.flow_heading", settings.lang, division=name, year=year)
    if pack:
        from api.division_evidence import gather_division
        from viz.pack import write_flow_pack

        evidence = gather_division(ledger, code, year, settings.lang)
        return write_flow_pack(rows, output, evidence, heading=heading, lang=settings.lang)
    if not rows:
        raise NotFound(f"nothing moved in {name} in {year}", "name another year with --year")
    from viz import flow_view

    flow_view(rows, output, lang=settings.lang, heading=heading)
    return (output,)
