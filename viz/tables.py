"""The tables of a page: one form for what HTML, CSV and XLSX show, so that an export equals the view.

A cell is text or money (int fen); everything else (yes or no, dates, counts) is text already. Texts that a
spreadsheet would run as a formula are disarmed in one place, `disarmed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viz.drawing import Drawing, fen
from viz.words import Words

# A cell that starts so is run by spreadsheets; full-width forms count too.
_FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: `kind` is "text", "money" (cells are int fen) or "count"."""

    name: str
    label: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `keys` name the drawn node of each row (-1: none), for pages that join the two."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: tuple[int, ...] = ()


def disarmed(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + text if text[:1] and text[0] in _FORMULA_STARTS else text


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals and thousands separators, exact: -1234567 -> "-12,345.67"."""
    whole, part = divmod(abs(amount_fen), 100)
    return f"{'-' if amount_fen < 0 else ''}{whole:,}.{part:02d}"


def records_table(drawing: Drawing, natures: Sequence[str], names: Mapping[str, str], words: Words) -> Table:
    """The records drawn, in the answer's order."""
    columns = (
        Column("record", words["record"]),
        Column("kind", words["kind"]),
        Column("depth", words["depth"], "count"),
        Column("division", words["division"]),
        Column("title", words["title"]),
        Column("amount", words["amount"], "money"),
        Column("attributed", words["attributed_" + drawing.direction], "money"),
        Column("nature", words["nature"]),
        Column("breaks", words["breaks"]),
    )
    nodes = [node for node in drawing.nodes if node.is_counted]
    rows = tuple(
        (
            node.record,
            words.of("kind", node.kind),
            node.depth,
            division(node.division_code, names),
            node.title,
            node.amount_fen,
            node.attributed_fen,
            words["nature_" + natures[node.index]],
            "; ".join(words.of("reason", reason) for reason in node.breaks),
        )
        for node in nodes
    )
    return Table("records", words["records"], columns, rows, tuple(node.index for node in nodes))


def edges_table(drawing: Drawing, words: Words) -> Table:
    """The flows drawn: breaks apart, proposed links among them and marked."""
    columns = (
        Column("from", words["from"]),
        Column("to", words["to"]),
        Column("amount", words["amount"], "money"),
        Column("date", words["date"]),
        Column("evidence", words["evidence"]),
    )
    kept = [edge for edge in drawing.edges if not _of_break(drawing, edge.source, edge.target)]
    rows = tuple(
        (
            drawing.nodes[edge.source].record,
            drawing.nodes[edge.target].record,
            edge.amount_fen,
            edge.date,
            words.of("evidence", edge.evidence),
        )
        for edge in kept
    )
    return Table("edges", words["flows"], columns, rows, tuple(edge.source for edge in kept))


def sources_table(drawing: Drawing, names: Mapping[str, str], words: Words) -> Table:
    """Where the money comes from (up), with bounds when they were asked; or where it came to (down)."""
    position = {node.record: node.index for node in drawing.nodes if node.record}
    trail = drawing.trail
    if trail.get("reached") is not None:
        return _reached_table(drawing, position, names, words)
    columns = (
        Column("record", words["record"]),
        Column("tier", words["tier"]),
        Column("division", words["division"]),
        Column("poverty", words["poverty"]),
        Column("amount", words["amount"], "money"),
        Column("least", words["least"], "money"),
        Column("most", words["most"], "money"),
    )
    sources = trail.get("sources") or ()
    rows: list[tuple[Cell, ...]] = [
        (
            source["record"],
            words.of("tier", source.get("tier") or "unknown"),
            division(source.get("division_code") or "", names),
            words["yes" if source.get("poverty") else "no"],
            fen(source["amount"]),
            fen(source["least"]) if source.get("least") is not None else None,
            fen(source["most"]) if source.get("most") is not None else None,
        )
        for source in sources
    ]
    keys = [position.get(source["record"], -1) for source in sources]
    if fen(trail.get("unsourced")):
        rows.append((words["unsourced"], "", "", "", fen(trail["unsourced"]), None, None))
        keys.append(-1)
    return Table("sources", words["sources"], columns, tuple(rows), tuple(keys))


def _reached_table(
    drawing: Drawing, position: Mapping[str, int], names: Mapping[str, str], words: Words
) -> Table:
    ends = drawing.trail["reached"]
    columns = (
        Column("record", words["record"]),
        Column("amount", words["amount"], "money"),
        Column("division", words["division"]),
        Column("title", words["title"]),
    )
    shown = {node.record: (division(node.division_code, names), node.title) for node in drawing.nodes}
    rows = tuple((end["record"], fen(end["amount"]), *shown.get(end["record"], ("", ""))) for end in ends)
    return Table("reached", words["reached"], columns, rows, tuple(position.get(end["record"], -1) for end in ends))


def breaks_table(drawing: Drawing, words: Words) -> Table:
    """Where unsourced money enters or money leaves sight."""
    columns = (
        Column("record", words["record"]),
        Column("reason", words["reason"]),
        Column("amount", words["amount"], "money"),
        Column("payments", words["payments"], "count"),
        Column("payments_amount", words["payments_amount"], "money"),
    )
    position = {node.record: node.index for node in drawing.nodes if node.record}
    breaks = drawing.trail.get("breaks") or ()
    rows = tuple(
        (
            found["record"],
            words.of("reason", found["reason"]),
            fen(found["amount"]),
            found.get("payments"),
            fen(found["payments_amount"]) if found.get("payments_amount") is not None else None,
        )
        for found in breaks
    )
    return Table("breaks", words["breaks"], columns, rows, tuple(position.get(found["record"], -1) for found in breaks))


def division(code: str, names: Mapping[str, str]) -> str:
    """A division's name and code where the name is known, else its code."""
    name = names.get(code)
    return f"{name} {code}" if name else code


def _of_break(drawing: Drawing, source: int, target: int) -> bool:
    return drawing.nodes[source].is_break or drawing.nodes[target].is_break
