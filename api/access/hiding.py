"""What an answer says of records outside somebody's divisions: nothing but `hidden:N`, tier, division and amount.

Invariant: after hiding no outside record's name, title, date or flag is left in a trail, a finding or a
reconciliation, and no count or sum has an outside record in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from api.access.scopes import Scope, division_of
from lineage.money import in_unit
from lineage.schema import BY_KIND, NODE_KINDS
from lineage.subgraph import reach

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from lineage.trail import Break, Trail, TrailEdge, TrailNode

HIDDEN = "hidden"
_NAMED = re.compile(rf"\b({'|'.join(sorted(BY_KIND))}):([^\s,，;；、。()（）\"“”]+)")
_TRAILING = ".:：!?"
ELSEWHERE = {"zh": "（范围外）", "en": "(outside)"}


def is_hidden(record: str) -> bool:
    """Whether a name stands for a record outside."""
    return record.startswith(HIDDEN + ":")


def trail_within(trail: Trail, scope: Scope, ledger: Ledger, names: dict[str, str] | None = None) -> Trail:
    """The trail with the records outside the scope hidden; amounts and the shape of the way stay.

    `names` are those that hidden records bear already, and are added to: for answers put together of several trails.
    """
    if scope.divisions is None:
        return trail
    divisions = {node.record: node.division_code for node in trail.nodes}
    divisions |= {source.record: source.division_code for source in trail.sources}
    others = [*(end.record for end in trail.reached), *([trail.mixed.first_pool] if trail.mixed else [])]
    for record in others:
        if record not in divisions:
            divisions[record] = division_of(ledger, record)
    names = {} if names is None else names
    for record, division in divisions.items():
        if not scope.holds(division) and record not in names:
            names[record] = f"{HIDDEN}:{len(names) + 1}"

    def named(record: str) -> str:
        return names.get(record, record)

    def edge_within(edge: TrailEdge) -> TrailEdge:
        shown = replace(edge, source=named(edge.source), target=named(edge.target))
        if edge.source in names and edge.target in names:
            return replace(shown, date=None, evidence="recorded", advance=False)
        return shown

    def node_within(node: TrailNode) -> TrailNode:
        if node.record not in names:
            return node
        blank = replace(node, kind=HIDDEN, title="", date=None, poverty=False, state="none")
        return replace(blank, record=names[node.record])

    return replace(
        trail,
        nodes=tuple(map(node_within, trail.nodes)),
        edges=tuple(map(edge_within, trail.edges)),
        sources=tuple(
            replace(source, record=names[source.record], poverty=False) if source.record in names else source
            for source in trail.sources
        ),
        reached=tuple(replace(end, record=named(end.record)) for end in trail.reached),
        breaks=tuple(_break_within(gap, scope, ledger) for gap in trail.breaks if gap.record not in names),
        mixed=replace(trail.mixed, first_pool=named(trail.mixed.first_pool)) if trail.mixed else None,
        notes=(),
        proposed=(),
    )


def _break_within(gap: Break, scope: Scope, ledger: Ledger) -> Break:
    """The same break, its payments counted within the scope only. Cost: the records below it."""
    graph = ledger.graph
    node = graph.find(gap.record)
    if node < 0:
        return replace(gap, payments=0, payments_amount_fen=0)
    below = reach(graph, np.array([node]), "down").nodes
    place = NODE_KINDS.index("payment")
    first, last = int(graph.kind_start[place]), int(graph.kind_start[place + 1])
    payments = below[(below >= first) & (below < last)]
    payments = payments[graph.nodes.alive[payments]]
    among = [number for number, code in enumerate(graph.division_codes) if scope.holds(code)]
    inside = payments[np.isin(graph.nodes.division[payments], among)]
    return replace(
        gap, payments=len(inside), payments_amount_fen=sum(graph.nodes.amount[inside].tolist())
    )


def trail_json(
    trail: Trail, scope: Scope, ledger: Ledger, names: dict[str, str] | None = None
) -> dict[str, Any]:
    """A trail's JSON as its asker may see it; a hidden record says its tier, division and amount."""
    answer = trail_within(trail, scope, ledger, names).to_json()
    if scope.divisions is None:
        return answer
    tiers = {row["division_code"]: row["level"] for row in ledger.rows("SELECT division_code, level FROM divisions")}
    for node in answer["nodes"]:
        if is_hidden(node["record"]):
            node |= {"tier": tiers.get(node["division_code"]), "poverty": None, "state": None}
    for source in answer.get("sources", ()):
        if is_hidden(source["record"]):
            source["poverty"] = None
    return answer


class Words:
    """Takes names and amounts of outside records out of texts that were written for everybody."""

    def __init__(self, scope: Scope, ledger: Ledger) -> None:
        self._scope = scope
        self._ledger = ledger
        rows = ledger.rows("SELECT division_code, name FROM divisions")
        inside = {row["name"] for row in rows if scope.holds(row["division_code"])}
        foreign = {row["name"] for row in rows} - inside - {""}
        codes = {row["division_code"] for row in rows if not scope.holds(row["division_code"])}
        codes |= {code[:6] for code in codes if code.endswith("000")}
        words = sorted(foreign, key=len, reverse=True)
        self._names = re.compile("|".join(map(re.escape, words))) if words else None
        self._codes = re.compile(rf"(?<![0-9])({'|'.join(sorted(codes))})(?![0-9])") if codes else None

    def sees(self, record: str) -> bool:
        """Whether a record, or a division named as one, lies inside."""
        kind, colon, name = record.partition(":")
        if not colon or kind not in BY_KIND:
            return False
        return self._scope.holds(name if kind == "division" else division_of(self._ledger, record))

    def finding(self, row: dict[str, Any], language: str) -> dict[str, Any]:
        """A finding inside the scope, its evidence, cause and sentence without what lies outside."""
        outside = [record for record in (*row.get("evidence", ()), row.get("cause", "")) if self._is_outside(record)]
        shown = dict(row, evidence=[record for record in row.get("evidence", ()) if self.sees(record)])
        if "cause" in row and self._is_outside(row["cause"]):
            shown["cause"] = row["subject"]
        if "message" in row:
            kept = {row["subject"], *shown["evidence"]}
            shown["message"] = self.text(row["message"], language, outside, kept)
        return shown

    def text(self, text: str, language: str, outside: Iterable[str] = (), kept: Iterable[str] = ()) -> str:
        """A text without names, codes and amounts of what lies outside; `kept` are records whose amounts may stay."""
        instead = ELSEWHERE["zh" if language == "zh" else "en"]
        foreign = {record for record in outside if ":" in record}

        def named(match: re.Match[str]) -> str:
            record = match.group(0).rstrip(_TRAILING)
            if self.sees(record):
                return match.group(0)
            foreign.add(record)
            return instead + match.group(0)[len(record) :]

        text = _NAMED.sub(named, text)
        for record in sorted(foreign, key=len, reverse=True):
            bare = record.partition(":")[2]
            text = re.sub(rf"(?<![\w-]){re.escape(bare)}(?![\w-])", instead, text)
        own = {self._amount(record) for record in kept}
        for amount in {self._amount(record) for record in foreign} - own - {""}:
            text = re.sub(rf"(?<![0-9,.]){re.escape(amount)}(?![0-9])", instead, text)
        for pattern in (self._codes, self._names):
            text = pattern.sub(instead, text) if pattern else text
        return text

    def _is_outside(self, record: str) -> bool:
        return ":" in record and not self.sees(record)

    def _amount(self, record: str) -> str:
        """The record's amount as sentences write it."""
        graph = self._ledger.graph
        node = graph.find(record)
        return in_unit(int(graph.nodes.amount[node]), "元", 2, grouped=True).removesuffix("元") if node >= 0 else ""
