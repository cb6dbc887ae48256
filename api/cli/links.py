"""`lineage links A B`: all movements of money between two records, divisions or payees."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import Settings, options
from api.cli.output import DONE, amount_text, code_word, headings, note, print_json, print_table
from lineage.words import say


@options("ledger", "json", "as_of", "as_known", "asserted", "unit", "graph")
def links_command(
    settings: Settings,
    one: Annotated[str, typer.Argument(metavar="A")],
    other: Annotated[str, typer.Argument(metavar="B")],
) -> int:
    """List the movements between two sides."""
    from api.homes import home_of
    from lineage.between import between, between_records, names_a_side

    if settings.graph is None and (names_a_side(ledger := settings.open(), one) or names_a_side(ledger, other)):
        found = between(ledger, one, other)
    else:
        with home_of(settings) as home:
            found = between_records(home, one, other)
    if settings.json:
        print_json(found.to_json())
        return DONE
    heads = headings(settings.lang, "from", "to", "amount", "date", "evidence")
    rows = [(edge.source, edge.target, amount_text(edge.amount_fen, settings.unit), edge.date,
             code_word("evidence", edge.evidence, settings.lang)) for edge in found.movements]
    print_table(heads, rows, right=heads[2:3])
    if not found.movements:
        note(say("graph.no_way", settings.lang, one=found.one, other=found.other))
    return DONE
