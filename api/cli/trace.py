"""`lineage trace`: one record, or a file of them, up to sources or down to payees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Settings, option, options
from api.cli.output import DONE, amount_text, note, print_json, print_table
from lineage.words import say

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from lineage.subgraph import Direction
    from lineage.trail import Trail

NODE_ROWS = 60


@options("ledger", "json", "as_of", "as_known", "policy", "unit", "graph")
def trace_command(
    settings: Settings,
    record: Annotated[str, typer.Argument(metavar="RECORD")] = "",
    down: Annotated[bool, option("down", "--down")] = False,
    depth: Annotated[int | None, option("depth", "--depth", min=0)] = None,
    fan_out: Annotated[int, option("fan_out", "--fan-out", min=1)] = 200,
    bounds: Annotated[bool, option("bounds", "--bounds")] = False,
    file: Annotated[Path | None, option("from", "--from", exists=True, dir_okay=False)] = None,
    form: Annotated[str, option("format", "--format", metavar="json|html|xlsx|csv|prov-json|graphml")] = "",
    output: Annotated[Path | None, option("output", "-o", "--output", dir_okay=False)] = None,
) -> int:
    """Trace a record, print or write the trail."""
    from lineage.errors import Misuse

    if (file is None) == (not record):
        raise Misuse("trace takes one RECORD, or --from FILE with one record a line")
    direction: Direction = "down" if down else "up"
    shown: dict[str, Any] = {"depth": depth, "fan_out": fan_out, "bounds": bounds}
    if settings.graph:
        from api.homes import trace_at_home

        if file is not None or settings.policy == "all":
            raise Misuse("--graph answers one record under one policy", "leave --graph out for many")
        trail = trace_at_home(settings, record, direction, shown)
    else:
        ledger = settings.open()
        if file is not None:
            return _many(ledger, settings, file, direction, output)
        if settings.policy == "all":
            return _every_policy(ledger, settings, record, direction)
        trail = ledger.trace(record, direction=direction, policy=settings.policy, **shown)
    if output is not None:
        _write(trail, output, form, settings)
    elif settings.json or form == "json":
        print_json(trail.to_json())
    elif form:
        raise Misuse(f"--format {form} needs a file: add -o FILE")
    else:
        print_trail(trail, settings)
    return DONE


def _write(trail: Trail, output: Path, form: str, settings: Settings) -> None:
    from lineage.exports import write

    if (form or output.suffix.removeprefix(".")).lower() in {"html", "htm"}:
        from queries.territory import division_names
        from viz import view

        view(trail, output, lang=settings.lang, divisions=division_names(settings.open()))
    else:
        write(trail, output, form)
    note(say("trace.written", settings.lang, path=output))


def print_trail(trail: Trail, settings: Settings) -> None:
    """The trail as text: the answer first, then the way, then the breaks."""
    lang, unit = settings.lang, settings.unit

    def money(fen: int) -> str:
        return amount_text(fen, unit)

    def part(fen: int) -> str:
        return say("trace.possible", lang) if trail.policy == "poison" else money(fen)

    typer.echo(
        say(
            "trace.head",
            lang,
            record=trail.record,
            amount=money(trail.amount_fen),
            pool=money(trail.pool_fen),
            state=say(f"trace.{trail.state}", lang),
            policy=trail.policy,
        )
    )
    if trail.direction == "up":
        rows: list[tuple[object, ...]] = [
            (
                source.record,
                source.tier,
                source.division_code,
                "poverty" if source.poverty else "other",
                part(source.amount_fen),
                *([money(source.least_fen or 0), money(source.most_fen or 0)] if source.least_fen is not None else []),
            )
            for source in trail.sources
        ]
        if trail.unsourced_possible:
            proved = [money(fen) for fen in trail.unsourced_bounds or ()]
            rows.append((say("trace.unsourced", lang), "", "", "", part(trail.unsourced_fen), *proved))
        bounded = ("least", "most") if any(len(row) > 5 for row in rows) else ()
        width = 5 + len(bounded)
        print_table(
            (say("trace.sources", lang), "tier", "division", "class", "amount", *bounded),
            [(*row, *[""] * (width - len(row))) for row in rows],
            right=("amount", "least", "most"),
        )
        if trail.mixed:
            typer.echo(say("trace.mixed", lang, amount=money(trail.mixed.amount_fen), pool=trail.mixed.first_pool))
    else:
        print_table(
            (say("trace.reached", lang), "amount"),
            [(end.record, part(end.amount_fen)) for end in trail.reached[:NODE_ROWS]],
            right=("amount",),
        )
    print_table(
        (say("trace.trail", lang), "depth", "amount", "date", "division", "state", "title"),
        [
            (node.record, node.depth, money(node.amount_fen), node.date, node.division_code, node.state, node.title)
            for node in trail.nodes[:NODE_ROWS]
        ],
        right=("depth", "amount"),
    )
    if trail.breaks:
        print_table(
            (say("trace.breaks", lang), "reason", "amount", "payments", "payments_amount"),
            [
                (gap.record, gap.reason, money(gap.amount_fen), gap.payments, money(gap.payments_amount_fen))
                for gap in trail.breaks
            ],
            right=("amount", "payments", "payments_amount"),
        )
    hidden = trail.more + max(len(trail.nodes) - NODE_ROWS, 0)
    if hidden:
        note(say("trace.cut", lang, more=hidden))


def _every_policy(ledger: Ledger, settings: Settings, record: str, direction: Direction) -> int:
    from lineage.policies import compare

    answer = compare(ledger, record, direction)
    if settings.json:
        print_json(answer.to_json())
        return DONE
    policies = answer.policies
    print_table(
        ("record", say("trace.same", settings.lang), *policies),
        [
            (
                row.record,
                amount_text(row.least_fen, settings.unit),
                *(amount_text(fen, settings.unit) for fen in row.amounts_fen),
            )
            for row in answer.rows
        ],
        right=policies,
    )
    return DONE


def _many(ledger: Ledger, settings: Settings, file: Path, direction: Direction, output: Path | None) -> int:
    """One table over many records: a line a source, for thousands of records at once."""
    from lineage.many import records_in, trace_many

    rows = trace_many(ledger, records_in(file), direction, settings.policy)
    if output is not None:
        rows.write(output)
        note(say("trace.written", settings.lang, path=output))
    elif settings.json:
        print_json(rows.to_json())
    else:
        print_table(rows.columns, rows.rows, right=("amount",))
    return DONE
