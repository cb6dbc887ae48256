"""The tables that only packs have: the answer in figures, what is certain, policies side by side, ledger rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from viz.drawing import Drawing, fen
from viz.tables import Cell, Column, Table, division
from viz.words import Words

UNSOURCED = "unsourced"


def answer_table(drawing: Drawing, comparison: Mapping[str, Any] | None, words: Words) -> Table:
    """The answer in figures, by key (the checker reads the keys): amount, pool, sums of each class."""
    trail = drawing.trail
    rows: list[tuple[Cell, ...]] = [
        ("amount", words["amount"], fen(trail.get("amount"))),
        ("pool", words["pool"], fen(trail.get("pool") or trail.get("amount"))),
    ]
    for key in ("poverty", "other"):
        found = [source for source in trail.get("sources") or () if bool(source.get("poverty")) == (key == "poverty")]
        if found:
            label = f"{words['nature_' + key]} ({words.of('policy', drawing.policy)})"
            rows.append((key, label, sum(fen(source["amount"]) for source in found)))
    if trail.get("unsourced") is not None:
        rows.append((UNSOURCED, words["unsourced"], fen(trail["unsourced"])))
    least = _poverty_least(drawing, comparison)
    if least is not None:
        rows.append(("poverty_least", words["poverty_least"], least))
    for key in ("poverty_bound_least", "poverty_bound_most"):
        bound = trail.get(key.replace("_bound", ""))
        if bound is not None:
            rows.append((key, words[key], fen(bound)))
    columns = (Column("key", words["key"]), Column("label", words["fact"]), Column("amount", words["amount"], "money"))
    return Table("answer", words["answer"], columns, tuple(rows))


def path_table(drawing: Drawing, names: Mapping[str, str], words: Words) -> Table:
    """The records on the way, only what they say themselves."""
    columns = (
        Column("record", words["record"]),
        Column("kind", words["kind"]),
        Column("division", words["division"]),
        Column("title", words["title"]),
        Column("amount", words["amount"], "money"),
    )
    rows = tuple(
        (node.record, words.of("kind", node.kind), division(node.division_code, names), node.title, node.amount_fen)
        for node in drawing.nodes
        if node.is_counted
    )
    return Table("records", words["records"], columns, rows)


def _poverty_least(drawing: Drawing, comparison: Mapping[str, Any] | None) -> int | None:
    """Poverty money that every policy finds at the least; None where a source's class is not known."""
    if comparison is None or drawing.direction != "up":
        return None
    marks = {item["record"]: item.get("poverty") for item in drawing.trail["nodes"]}
    marks |= {source["record"]: source.get("poverty") for source in drawing.trail.get("sources") or ()}
    marks[UNSOURCED] = False
    rows = comparison["rows"]
    if any(marks.get(row["record"]) is None for row in rows):
        return None
    totals = [sum(fen(row["amounts"][name]) for row in rows if marks[row["record"]]) for name in comparison["policies"]]
    return min(totals, default=0)


def certain_table(drawing: Drawing, comparison: Mapping[str, Any] | None, words: Words) -> Table:
    """What holds under every policy: the least each source has under all of them, and its provable bounds."""
    bounds = {source["record"]: source for source in drawing.trail.get("sources") or ()}
    return certain_table_of(comparison, bounds, words)


def certain_table_of(
    comparison: Mapping[str, Any] | None, bounds: Mapping[str, Mapping[str, Any]], words: Words
) -> Table:
    """The same of rows compared and their bounds by record, wherever they come from."""
    columns = (
        Column("record", words["record"]),
        Column("same", words["same"]),
        Column("amount", words["least_policies"], "money"),
        Column("least", words["least"], "money"),
        Column("most", words["most"], "money"),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in (comparison or {}).get("rows", ()):
        known = bounds.get(row["record"], {})
        rows.append(
            (
                words["unsourced"] if row["record"] == UNSOURCED else row["record"],
                words["yes" if row["same"] else "no"],
                fen(row["least"]),
                fen(known["least"]) if known.get("least") is not None else None,
                fen(known["most"]) if known.get("most") is not None else None,
            )
        )
    return Table("certain", words["certain"], columns, tuple(rows))


def policies_table(comparison: Mapping[str, Any] | None, words: Words) -> Table:
    """Amounts under each policy side by side; each column adds up to the pool."""
    names = list((comparison or {}).get("policies", ()))
    columns = (Column("record", words["record"]), *(Column(name, words.of("policy", name), "money") for name in names))
    rows = tuple(
        (
            words["unsourced"] if row["record"] == UNSOURCED else row["record"],
            *(fen(row["amounts"][name]) for name in names),
        )
        for row in (comparison or {}).get("rows", ())
    )
    return Table("policies", words["policies"], columns, rows)


def flows_table(drawing: Drawing, evidence: str, words: Words) -> Table:
    """The flows of one kind of evidence."""
    columns = (
        Column("from", words["from"]),
        Column("to", words["to"]),
        Column("amount", words["amount"], "money"),
        Column("date", words["date"]),
    )
    rows = tuple(
        (drawing.nodes[edge.source].record, drawing.nodes[edge.target].record, edge.amount_fen, edge.date)
        for edge in drawing.edges
        if edge.evidence == evidence
    )
    return Table(f"flows-{evidence}", f"{words['flows']}: {words['evidence_' + evidence]}", columns, rows)


def row_table(rows: Sequence[tuple[str, ...]], words: Words) -> Table:
    """Ledger rows as they were given, a line a filled cell, with the file, sheet and row they came from."""
    return text_table("rows", rows, ("record", "file", "sheet", "row", "column", "value"), words)


def facts_table(drawing: Drawing, facts: Sequence[tuple[str, str]], words: Words) -> Table:
    """Which ledger, when, by which engine and policy, with hashes."""
    trail = drawing.trail
    given = [
        (words["policy"], f"{words.of('policy', drawing.policy)} {drawing.policy}"),
        (words["record"], trail["record"]),
    ]
    given += [(words[key], str(trail[key])) for key in ("version", "as_of", "as_known", "engine") if trail.get(key)]
    return text_table("facts", (*given, *facts), ("fact", "value"), words)


def text_table(name: str, rows: Sequence[Sequence[str]], columns: Sequence[str], words: Words) -> Table:
    """A table of texts, its headings from the words."""
    return Table(
        name,
        words[f"table_{name}"],
        tuple(Column(column, words[column]) for column in columns),
        tuple(tuple(r) for r in rows),
    )
