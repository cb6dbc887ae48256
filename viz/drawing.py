"""What is drawn: records, flows and breaks of one trail, as plain values.

A `Drawing` is the trace JSON (docs: interfaces, "Answers") read once and checked: amounts are int fen,
nodes are positions (`index`), edges join positions. Invariant: every edge's ends are nodes of the drawing,
and a break is drawn as a node of its own (`kind` "break-in" or "break-out"), so that money that comes from
nowhere is seen to come from nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineage.errors import Misuse
from lineage.money import to_fen

BREAK_IN = "break-in"
BREAK_OUT = "break-out"

# Money leaves sight at these; at every other reason it enters from nowhere (lineage: "State of a record's chain").
_LEAVES_SIGHT = frozenset({"unreceived", "account-not-kept"})
_SPENDING_STAGE = {
    "payment": 3,
    "special_account": 4,
    "account_entry": 4,
    "one_card_batch": 5,
    "one_card_payment": 5,
}
_TIER_STAGE = {"province": 0, "relocation": 0, "city": 1, "county": 2}
STAGES = ("province", "city", "county", "payment", "account", "one_card")


@dataclass(frozen=True, slots=True)
class Node:
    """One drawn node. `attributed_fen`: what of the record asked came from it (up) or reached it (down)."""

    index: int
    record: str
    kind: str
    division_code: str
    title: str
    amount_fen: int
    depth: int
    stage: int
    breaks: tuple[str, ...] = ()
    attributed_fen: int | None = None
    is_proposed: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether it is a record of the answer: neither a break nor reached by a proposed link alone."""
        return not (self.is_break or self.is_proposed)

    @property
    def is_break(self) -> bool:
        """Whether it stands for a break and not for a record."""
        return self.kind in (BREAK_IN, BREAK_OUT)


@dataclass(frozen=True, slots=True)
class Edge:
    """Money from one node to another; `evidence` as in the graph, or "unsourced", "lost" at a break."""

    source: int
    target: int
    amount_fen: int
    date: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """One trail ready to be drawn; `trail` keeps the answer's other fields (policy, sources, breaks, …)."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    trail: Mapping[str, Any]

    @property
    def policy(self) -> str:
        """Name of the answer's policy."""
        return str(self.trail.get("policy") or "pro-rata")

    @property
    def direction(self) -> str:
        """ "up" or "down"."""
        return str(self.trail.get("direction") or "up")

    @property
    def root(self) -> int:
        """Position of the record asked."""
        return next((node.index for node in self.nodes if node.record == self.trail["record"]), 0)


def fen(yuan: str | None) -> int:
    """Fen of an answer's amount in yuan; none is 0. Raises ValueError when it is not whole fen."""
    return to_fen(yuan) if yuan else 0


def tier_of(division_code: str) -> str:
    """Tier of a division by its code: 41|00|00|000 province, 41|04|00|000 city, else county; "" when unknown."""
    if len(division_code) < 6 or not division_code.isdigit():
        return ""
    if division_code[2:6] == "0000":
        return "province"
    return "city" if division_code[4:6] == "00" else "county"


def as_answer(trail: Any) -> Mapping[str, Any]:
    """The trace answer as a mapping: a mapping itself, or anything with `to_json()`. Raises Misuse."""
    answer = trail.to_json() if hasattr(trail, "to_json") else trail
    if not isinstance(answer, Mapping) or "record" not in answer or "nodes" not in answer:
        raise Misuse(f"expected a trail or its JSON object, found {type(trail).__name__}")
    return answer


def read(trail: Any) -> Drawing:
    """The drawing of a trail. Cost: linear in nodes and edges. Raises Misuse, ValueError on other input."""
    answer = as_answer(trail)
    origins = {source["record"]: source for source in answer.get("sources") or ()}
    reached = {end["record"]: fen(end["amount"]) for end in answer.get("reached") or ()}
    reasons: dict[str, list[str]] = {}
    for found in answer.get("breaks") or ():
        reasons.setdefault(found["record"], []).append(found["reason"])
    nodes = []
    for index, item in enumerate(answer["nodes"]):
        record = item["record"]
        origin = origins.get(record)
        nodes.append(
            Node(
                index=index,
                record=record,
                kind=item.get("kind") or record.partition(":")[0],
                division_code=item.get("division_code") or "",
                title=item.get("title") or "",
                amount_fen=fen(item.get("amount")),
                depth=int(item.get("depth") or 0),
                stage=_stage(item, origin),
                breaks=tuple(reasons.get(record, ())),
                attributed_fen=fen(origin["amount"]) if origin else reached.get(record),
            )
        )
    position = {node.record: node.index for node in nodes}
    edges = [
        Edge(
            position[flow["from"]], position[flow["to"]], fen(flow["amount"]), flow.get("date") or "", flow["evidence"]
        )
        for flow in answer.get("edges") or ()
        if flow["from"] in position and flow["to"] in position
    ]
    _draw_breaks(answer, nodes, edges, position)
    _draw_proposed(answer, nodes, edges, position)
    return Drawing(tuple(nodes), tuple(edges), answer)


def _draw_proposed(answer: Mapping[str, Any], nodes: list[Node], edges: list[Edge], position: dict[str, int]) -> None:
    """Appends proposed links, and the records that only they reach; neither is in any sum or table of records."""
    for link in answer.get("proposed") or ():
        for record in (link["from"], link["to"]):
            if record not in position:
                position[record] = len(nodes)
                kind, amount = record.partition(":")[0], fen(link["amount"])
                stage = _SPENDING_STAGE.get(kind, 2)
                nodes.append(Node(len(nodes), record, kind, "", "", amount, 0, stage, is_proposed=True))
        ends = (position[link["from"]], position[link["to"]])
        edges.append(Edge(*ends, fen(link["amount"]), link.get("date") or "", "proposed"))


def _stage(item: Mapping[str, Any], origin: Mapping[str, Any] | None) -> int:
    """Which band of the page a record stands in: its kind for spending, else the tier it belongs to."""
    kind = item.get("kind") or item["record"].partition(":")[0]
    if kind in _SPENDING_STAGE:
        return _SPENDING_STAGE[kind]
    tier = item.get("tier") or (origin or {}).get("tier") or tier_of(item.get("division_code") or "")
    return _TIER_STAGE.get(tier, 2)


def _draw_breaks(answer: Mapping[str, Any], nodes: list[Node], edges: list[Edge], position: Mapping[str, int]) -> None:
    """Appends one node and one edge a break; breaks of records that are not drawn stay in the table only."""
    for found in answer.get("breaks") or ():
        at = position.get(found["record"])
        if at is None:
            continue
        leaves = found["reason"] in _LEAVES_SIGHT
        record = nodes[at]
        amount = fen(found["amount"])
        index = len(nodes)
        nodes.append(
            Node(
                index=index,
                record="",
                kind=BREAK_OUT if leaves else BREAK_IN,
                division_code=record.division_code,
                title=found["reason"],
                amount_fen=amount,
                depth=record.depth,
                stage=record.stage,
                breaks=(found["reason"],),
            )
        )
        ends = (at, index) if leaves else (index, at)
        edges.append(Edge(*ends, amount, "", "lost" if leaves else "unsourced"))
