"""Flow pictures in pages: a division's year, and what the whole spent, with the same flows as a table."""

from __future__ import annotations

from collections.abc import Sequence

from api.pages.grid import Cell, Column, Grid, Money
from api.pages.layout import Folded, View
from api.pages.markup import Safe, tag
from queries.flows import Flow, flows, spending_flows
from viz.flow import flow_parts
from viz.flow_picture import draw
from viz.words import Words


def whole_flows(view: View, year: int) -> list[object] | None:
    """What was spent: whose money, through whom, to which kind of payee; of the asker's divisions."""
    asker = view.asker
    found = asker.service.remembered(
        asker.ledger,
        ("flows", year, view.lang, asker.divisions),
        lambda: spending_flows(asker.ledger, year, view.lang, asker.scope.divisions),
    )
    return flow_part(view, found, view.say("spending_flow", year=year)) if found else None


def division_flows(view: View, division: str, year: int) -> list[object] | None:
    """A division's year: what came, which budgets held it, whom it reached, what is left."""
    asker = view.asker
    found = asker.service.remembered(
        asker.ledger,
        ("flows", "of", division, year, view.lang),
        lambda: flows(asker.ledger, division, year, view.lang),
    )
    if not found:
        return None
    return flow_part(view, found, view.say("division_flow", division=view.place(division), year=year))


def flow_part(view: View, found: Sequence[Flow], caption: str) -> list[object]:
    """The picture, what the reader must know of it, and its flows as a table."""
    words = Words(view.lang)
    rows = [(flow.source, flow.target, flow.amount_fen, flow.nature) for flow in found]
    picture, notices, table = flow_parts(rows, words)
    cells: list[list[Cell]] = []
    for source, target, fen, nature in table.rows:
        assert isinstance(fen, int)
        cells.append([str(source), str(target), Money(fen), str(nature)])
    heads = (
        Column(view.say("from")),
        Column(view.say("to")),
        Column(view.say("amount"), "money"),
        Column(view.say("nature")),
    )
    natures = {flow.nature for flow in found}
    figure = tag(
        "figure",
        tag("figcaption", caption, " ", tag("small", view.unit_word), _legend(words, natures)),
        Safe(draw(picture, words, view.money)),
        [tag("p", notice, class_="hint") for notice in notices],
    )
    return [figure, Folded(view.say("flows_as_table"), (Grid("flow", caption, heads, cells),))]


def _legend(words: Words, natures: set[str]) -> Safe:
    from viz.legend import glyph
    from viz.natures import NATURES

    keys = [
        tag("span", Safe(glyph(NATURES[name], words[f"nature_{name}"])), words[f"nature_{name}"])
        for name in NATURES
        if name in natures
    ]
    return tag("span", keys, class_="keys")
