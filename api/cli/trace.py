"""`lineage trace`: one record, or a file of them, up to sources or down to payees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Settings, option, options
from api.cli.output import (
    DONE,
    FOUND,
    amount_text,
    beside,
    code_word,
    headings,
    note,
    print_json,
    print_table,
    progress,
    unit_name,
)
from lineage.errors import Misuse
from lineage.words import say
from lineage.words.errors import told_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lineage.ledger import Ledger
    from lineage.many import ManyTrails
    from lineage.policies import PolicyTable
    from lineage.subgraph import Direction
    from lineage.trail import Trail

NODE_ROWS = 60


@options("ledger", "json", "as_of", "as_known", "asserted", "policy", "unit", "graph")
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
    if (file is None) == (not record):
        raise Misuse("trace takes one RECORD, or --from FILE with one record a line")
    if form:
        from lineage.exports import must_be_known

        must_be_known(form)
    direction: Direction = "down" if down else "up"
    shown: dict[str, Any] = {"depth": depth, "fan_out": fan_out, "bounds": bounds}
    if settings.graph:
        from api.homes import trace_at_home

        if file is not None or settings.policy == "all":
            raise Misuse("--graph answers one record under one policy", "leave --graph out for many")
        ledger, trail = None, trace_at_home(settings, record, direction, shown)
    else:
        ledger = settings.open()
        if file is not None:
            table: ManyTrails | PolicyTable = _many(ledger, settings, file, direction, bounds)
        elif settings.policy == "all":
            from lineage.policies import compare

            table = compare(ledger, record, direction, bounds=bounds)
        if file is not None or settings.policy == "all":
            return _table(table, settings, output, form)
        trail = ledger.trace(record, direction=direction, policy=settings.policy, **shown)
    if output is not None:
        _write(trail, output, form, settings)
    elif settings.json or form == "json":
        print_json(trail.to_json())
    elif form:
        raise Misuse(f"--format {form} needs a file: add -o FILE")
    else:
        from queries.territory import division_names

        print_trail(trail, settings, {} if ledger is None else division_names(ledger))
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


def print_trail(trail: Trail, settings: Settings, names: Mapping[str, str]) -> None:
    """The trail as text: the answer first, then the way, then the breaks. `names` are the divisions' by code."""
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
            unit=unit_name(unit, lang),
        )
        + beside(unit, lang)
    )
    if trail.direction == "up":
        rows = _source_rows(trail, settings, names)
        bounded = ("least", "most") if any(len(row) > 5 for row in rows) else ()
        width = 5 + len(bounded)
        heads = headings(lang, "tier", "division", "class", "amount", *bounded)
        print_table(
            (say("trace.sources", lang), *heads), [(*row, *[""] * (width - len(row))) for row in rows], right=heads[3:]
        )
        if trail.mixed:
            typer.echo(say("trace.mixed", lang, amount=money(trail.mixed.amount_fen),
                           pool=trail.mixed.first_pool, unit=unit_name(unit, lang)))
    else:
        heads = headings(lang, "amount")
        print_table(
            (say("trace.reached", lang), *heads),
            [(end.record, part(end.amount_fen)) for end in trail.reached[:NODE_ROWS]],
            right=heads,
        )
    heads = headings(lang, "depth", "amount", "date", "division", "state", "title")
    print_table(
        (say("trace.trail", lang), *heads),
        [
            (node.record, node.depth, money(node.amount_fen), node.date, _place(node.division_code, names),
             code_word("state", node.state, lang), node.title)
            for node in trail.nodes[:NODE_ROWS]
        ],
        right=heads[:2],
    )
    if trail.breaks:
        heads = headings(lang, "reason", "amount", "payments", "payments_amount")
        print_table(
            (say("trace.breaks", lang), *heads),
            [
                (gap.record, code_word("reason", gap.reason, lang), money(gap.amount_fen), gap.payments,
                 money(gap.payments_amount_fen))
                for gap in trail.breaks
            ],
            right=heads[1:],
        )
    unlisted = [max(len(rows) - NODE_ROWS, 0) for rows in (trail.reached, trail.nodes)]
    if any(unlisted):
        note(say("trace.unlisted", lang, ends=unlisted[0], records=unlisted[1]))
    if trail.more:
        note(say("trace.cut", lang, more=trail.more))


def _place(code: str | None, names: Mapping[str, str]) -> str:
    """A division's code with its name beside it."""
    return f"{code or ''} {names.get(code or '', '')}".strip()


def _source_rows(trail: Trail, settings: Settings, names: Mapping[str, str]) -> list[tuple[object, ...]]:
    """A row a source, then unsourced money and, where bounds were asked, all poverty money together."""

    def money(fen: int) -> str:
        return amount_text(fen, settings.unit)

    def part(fen: int) -> str:
        return say("trace.possible", settings.lang) if trail.policy == "poison" else money(fen)

    rows: list[tuple[object, ...]] = []
    for source in trail.sources:
        proved = (source.least_fen, source.most_fen)
        (kind,) = headings(settings.lang, "poverty" if source.poverty else "other")
        place = _place(source.division_code, names)
        rows.append((source.record, code_word("tier", source.tier, settings.lang), place, kind,
                     part(source.amount_fen), *(money(fen) for fen in proved if fen is not None)))
    if trail.unsourced_possible:
        rows.append((say("trace.unsourced", settings.lang), "", "", "", part(trail.unsourced_fen),
                     *map(money, trail.unsourced_bounds or ())))
    if trail.poverty_bounds:
        rows.append((say("trace.poverty", settings.lang), "", "", "", part(trail.poverty_fen),
                     *map(money, trail.poverty_bounds)))
    return rows


def _many(ledger: Ledger, settings: Settings, file: Path, direction: Direction, bounds: bool) -> ManyTrails:
    """One table over many records: a line a source, for thousands of records at once."""
    from lineage.many import records_in, trace_many

    records = records_in(file)
    with progress(say("trace.tracing", settings.lang), len(records)) as step:
        found = trace_many(ledger, _counted(records, step), direction, settings.policy, bounds=bounds)
    told = ((*row[:-1], row[-1] and told_line(str(row[-1]), settings.lang)) for row in found.rows)
    return replace(found, rows=tuple(told))


def _counted(records: Sequence[str], step: Callable[[int], None]) -> Iterator[str]:
    for record in records:
        yield record
        step(1)


def _table(table: ManyTrails | PolicyTable, settings: Settings, output: Path | None, form: str) -> int:
    """Print or write a table of many records or policies; 1 where some records could not be traced."""
    from lineage.many import ManyTrails

    problems = table.problems if isinstance(table, ManyTrails) else 0
    if output is not None:
        table.write(output, form)
        note(say("trace.written", settings.lang, path=output))
    elif settings.json or form == "json":
        print_json(table.to_json())
    elif form:
        raise Misuse(f"--format {form} needs a file: add -o FILE")
    elif isinstance(table, ManyTrails):
        print_table(table.columns, table.rows, right=table.columns[6:-1])
    else:
        print_policies(table, settings)
    if problems:
        note(say("trace.problems", settings.lang, count=problems))
    return FOUND if problems else DONE


def print_policies(table: PolicyTable, settings: Settings) -> None:
    """The policies side by side, what is the same under all of them first."""
    bounded = headings(settings.lang, "least", "most") if table.is_bounded else []
    print_table(
        (*headings(settings.lang, "record"), say("trace.same", settings.lang), *table.policies, *bounded),
        [
            (row.record, *(amount_text(fen, settings.unit)
                           for fen in (row.least_fen, *row.amounts_fen, *(row.bounds_fen or ()))))
            for row in table.rows
        ],
        right=(*table.policies, *bounded),
    )
