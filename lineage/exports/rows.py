"""A trail as tables of plain values: what every tabular format writes. Amounts are decimal yuan text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.money import yuan

if TYPE_CHECKING:
    from lineage.trail import Trail

Cell = str | int | bool | None
NODE_COLUMNS = ("record", "kind", "depth", "amount", "division_code", "title", "date", "poverty", "state")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of an export; `amounts` names the columns that hold yuan."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    amounts: tuple[str, ...] = ("amount",)


def disarmed(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula, kept from running by a leading apostrophe."""
    if isinstance(cell, str) and cell.startswith(DANGEROUS) and not _is_number(cell):
        return "'" + cell
    return cell


def _is_number(text: str) -> bool:
    body = text.removeprefix("-")
    return body.replace(".", "", 1).isdigit() and body.isascii()


def sheets(trail: Trail) -> tuple[Sheet, ...]:
    """The trail's summary, sources or ends, records, movements and breaks."""
    summary: list[tuple[Cell, ...]] = [
        ("record", trail.record), ("direction", trail.direction), ("policy", trail.policy), ("state", trail.state),
        ("amount", yuan(trail.amount_fen)), ("pool", yuan(trail.pool_fen)), ("version", trail.version),
        ("as_of", trail.as_of.isoformat() if trail.as_of else ""), ("truncated", trail.truncated), ("more", trail.more),
    ]
    if trail.direction == "up":
        summary += [("unsourced", trail.part_text(trail.unsourced_fen)),
                    ("poverty_amount", trail.part_text(trail.poverty_fen))]
        for name, bounds in (("unsourced", trail.unsourced_bounds), ("poverty", trail.poverty_bounds)):
            if bounds:
                least, most = map(yuan, bounds)
                summary += [(f"{name}_least", least), (f"{name}_most", most)]
        if trail.mixed:
            summary += [("mixed", yuan(trail.mixed.amount_fen)), ("mixed_first_pool", trail.mixed.first_pool)]
    return (
        Sheet("summary", ("field", "value"), tuple(summary), ()),
        _ends(trail),
        Sheet("nodes", NODE_COLUMNS, tuple(
            (node.record, node.kind, node.depth, yuan(node.amount_fen), node.division_code, node.title,
             node.date.isoformat() if node.date else None, node.poverty, node.state) for node in trail.nodes
        )),
        Sheet("edges", ("from", "to", "amount", "date", "evidence", "advance"), tuple(
            (edge.source, edge.target, yuan(edge.amount_fen), edge.date.isoformat() if edge.date else None,
             edge.evidence, edge.advance) for edge in trail.edges
        )),
        Sheet("breaks", ("record", "reason", "amount", "payments", "payments_amount"), tuple(
            (gap.record, gap.reason, yuan(gap.amount_fen), gap.payments, yuan(gap.payments_amount_fen))
            for gap in trail.breaks
        ), ("amount", "payments_amount")),
    )


def _ends(trail: Trail) -> Sheet:
    if trail.direction == "down":
        return Sheet("reached", ("record", "amount"),
                     tuple((end.record, trail.part_text(end.amount_fen)) for end in trail.reached))
    return Sheet("sources", ("record", "division_code", "tier", "poverty", "amount", "least", "most"), tuple(
        (source.record, source.division_code, source.tier, source.poverty, trail.part_text(source.amount_fen),
         _maybe(source.least_fen), _maybe(source.most_fen)) for source in trail.sources
    ), ("amount", "least", "most"))


def _maybe(fen: int | None) -> str | None:
    return None if fen is None else yuan(fen)
