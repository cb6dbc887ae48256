"""A trail: the answer to a trace. Amounts are int fen inside, decimal yuan with two places in JSON."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lineage.money import yuan

if TYPE_CHECKING:
    import networkx
    import pandas

UNSOURCED = "unsourced"
"""The name of all unsourced money together, beside the names of records."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where money of the record came from, and how much; `least` and `most` where bounds were asked."""

    record: str
    division_code: str | None
    tier: str
    poverty: bool
    amount_fen: int
    least_fen: int | None = None
    most_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A final payee's record, or one that still holds a balance, and how much of the asked money is there."""

    record: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class TrailNode:
    """A record on the way. `poverty` says whether it is in scope, `state` how its own chain stands."""

    record: str
    kind: str
    depth: int
    amount_fen: int
    division_code: str | None
    title: str
    date: datetime.date | None
    poverty: bool
    state: str


@dataclass(frozen=True, slots=True)
class TrailEdge:
    """A movement of money between two records, with the kind of evidence for it.

    `advance`: it was made before its money came (预拨).
    """

    source: str
    target: str
    amount_fen: int
    date: datetime.date | None
    evidence: str
    advance: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """Where unsourced money enters or money leaves sight, with the payments at or below it."""

    record: str
    reason: str
    amount_fen: int
    payments: int
    payments_amount_fen: int


@dataclass(frozen=True, slots=True)
class Mixed:
    """A record that poverty and other money both reach: the lesser part, and the first pool where both met."""

    amount_fen: int
    first_pool: str


@dataclass(frozen=True, slots=True)
class Trail:
    """What a trace found. Σ sources + unsourced = pool upstream; Σ reached = the money asked for downstream.

    Under `poison` amounts of sources, unsourced money and ends are not known: 0 here, null in JSON, and
    `unsourced_possible` says whether any of the money could be unsourced. `unsourced_bounds` and `poverty_bounds` are
    (least, most) fen; poverty money is all of it together, unsourced poverty money included; `bounds_fen` are those of
    every source that could be in it, also where the policy gives nothing of it, and of `unsourced` money in all.
    """

    record: str
    direction: str
    policy: str
    amount_fen: int
    pool_fen: int
    state: str
    sources: tuple[Source, ...]
    unsourced_fen: int
    reached: tuple[Reached, ...]
    nodes: tuple[TrailNode, ...]
    edges: tuple[TrailEdge, ...]
    breaks: tuple[Break, ...]
    truncated: bool
    more: int
    version: str = ""
    as_of: datetime.date | None = None
    notes: tuple[str, ...] = ()
    proposed: tuple[TrailEdge, ...] = field(default=())
    unsourced_possible: bool = False
    unsourced_bounds: tuple[int, int] | None = None
    mixed: Mixed | None = None
    poverty_fen: int = 0
    poverty_bounds: tuple[int, int] | None = None
    bounds_fen: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def parts_fen(self) -> dict[str, int]:
        """What is of each source, or has come to each end; without unsourced money."""
        return {source.record: source.amount_fen for source in self.sources} | {
            end.record: end.amount_fen for end in self.reached}

    def part_text(self, fen: int) -> str | None:
        """The amount of a source or end in yuan; None under poison, which knows no amounts."""
        return None if self.policy == "poison" else yuan(fen)

    def to_json(self) -> dict[str, Any]:
        """The answer as every door gives it: design names, amounts as decimal yuan text."""
        answer: dict[str, Any] = {
            "record": self.record,
            "direction": self.direction,
            "policy": self.policy,
            "amount": yuan(self.amount_fen),
            "pool": yuan(self.pool_fen),
            "state": self.state,
        }
        if self.direction == "up":
            answer["sources"] = [_source(source, self.part_text(source.amount_fen)) for source in self.sources]
            answer |= {"unsourced": self.part_text(self.unsourced_fen),
                       "unsourced_possible": self.unsourced_possible, "mixed": _mixed(self.mixed)}
            if self.unsourced_bounds:
                least, most = self.unsourced_bounds
                answer |= {"unsourced_least": yuan(least), "unsourced_most": yuan(most)}
            answer["poverty_amount"] = self.part_text(self.poverty_fen)
            if self.poverty_bounds:
                least, most = self.poverty_bounds
                answer |= {"poverty_least": yuan(least), "poverty_most": yuan(most)}
        else:
            answer["reached"] = [
                {"record": end.record, "amount": self.part_text(end.amount_fen)} for end in self.reached
            ]
        answer["nodes"] = [_node(node) for node in self.nodes]
        answer["edges"] = [_edge(edge) for edge in self.edges]
        answer["breaks"] = [
            {"record": gap.record, "reason": gap.reason, "amount": yuan(gap.amount_fen), "payments": gap.payments,
             "payments_amount": yuan(gap.payments_amount_fen)}
            for gap in self.breaks
        ]
        answer |= {"truncated": self.truncated, "more": self.more, "version": self.version, "as_of": _iso(self.as_of)}
        if self.notes:
            answer["notes"] = list(self.notes)
        if self.proposed:
            answer["proposed"] = [_edge(edge) for edge in self.proposed]
        return answer

    def to_networkx(self) -> networkx.MultiDiGraph:
        """The trail as a networkx MultiDiGraph: records as nodes, amounts in fen on the edges."""
        from lineage.exports.frames import to_networkx

        return to_networkx(self)

    def to_pandas(self) -> dict[str, pandas.DataFrame]:
        """The trail as data frames by name: sources or reached, nodes, edges, breaks; amounts in int64 fen."""
        from lineage.exports.frames import to_pandas

        return to_pandas(self)

    def _repr_html_(self) -> str:
        from lineage.exports.frames import to_html_table

        return to_html_table(self)


def _mixed(mixed: Mixed | None) -> dict[str, Any] | None:
    return {"amount": yuan(mixed.amount_fen), "first_pool": mixed.first_pool} if mixed else None


def _source(source: Source, amount: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "record": source.record, "division_code": source.division_code, "tier": source.tier,
        "poverty": source.poverty, "amount": amount,
    }
    if source.least_fen is not None and source.most_fen is not None:
        row |= {"least": yuan(source.least_fen), "most": yuan(source.most_fen)}
    return row


def _node(node: TrailNode) -> dict[str, Any]:
    return {
        "record": node.record, "kind": node.kind, "depth": node.depth, "amount": yuan(node.amount_fen),
        "division_code": node.division_code, "title": node.title, "date": _iso(node.date), "poverty": node.poverty,
        "state": node.state,
    }


def _edge(edge: TrailEdge) -> dict[str, Any]:
    return {"from": edge.source, "to": edge.target, "amount": yuan(edge.amount_fen), "date": _iso(edge.date),
            "evidence": edge.evidence, "advance": edge.advance}


def _iso(value: datetime.date | None) -> str | None:
    return value.isoformat() if value else None


def by_amount(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Sources with the greatest amount first, ties by name: the order of every answer."""
    return tuple(sorted(sources, key=lambda source: (-source.amount_fen, source.record)))
