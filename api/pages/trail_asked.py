"""What a trail page asks, read from its address, and the answer with what the reader has opened beyond its depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.access.hiding import trail_json
from api.access.scopes import seen
from api.http.routes.questions import proposed_links
from api.pages.grid import ROWS_SHOWN
from api.pages.layout import View
from lineage import stores
from lineage.attribution import POLICIES
from lineage.errors import Misuse
from lineage.subgraph import Direction

DEPTHS = ("1", "2", "3", "5", "8")
FAN_OUTS = ("20", "50", "200", "1000")
OPENED_MOST = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """The question of an address; `pins` are (record, note), `opened` the records opened one hop further."""

    record: str
    direction: Direction
    policy: str
    bounds: bool
    depth: int | None
    fan_out: int
    opened: tuple[str, ...]
    pins: tuple[tuple[str, str], ...]

    def parameters(self, **changed: Any) -> dict[str, Any]:
        """The address's parameters, those that say nothing new left out."""
        pins = changed.pop("pins", self.pins)
        asked = {
            "record": self.record,
            "direction": self.direction if self.direction != "up" else "",
            "policy": self.policy if self.policy != "pro-rata" else "",
            "bounds": "" if self.bounds else "no",
            "depth": "" if self.depth is None else str(self.depth),
            "fan_out": self.fan_out if self.fan_out != 200 else "",
            "open": list(self.opened),
            "pin": [record for record, _ in pins],
            "note": [note for _, note in pins],
        }
        return asked | changed


def asked_of(view: View) -> Asked:
    """The question of an address. Raises Misuse in the language of the page for what it does not know."""
    given = view.asker.request.query_params
    direction, policy = given.get("direction") or "up", given.get("policy") or "pro-rata"
    depth, fan_out = given.get("depth") or "", given.get("fan_out") or "200"
    for name, value, known in (("direction", direction, ("up", "down")), ("policy", policy, tuple(POLICIES))):
        if value not in known:
            raise Misuse(view.say("not_one_of", name=view.say(name), found=value), ", ".join(known))
    if (depth and not depth.isdecimal()) or not fan_out.isdecimal():
        raise Misuse(view.say("not_a_number", name=view.say("depth"), found=depth or fan_out))
    records, notes = given.getlist("pin"), given.getlist("note")
    notes += [""] * (len(records) - len(notes))
    pins = dict(zip(records, notes, strict=False))
    return Asked(
        record=given.get("record", "").strip(),
        direction="down" if direction == "down" else "up",
        policy=policy,
        bounds=given.get("bounds") not in ("no", "false"),
        depth=int(depth) if depth else None,
        fan_out=min(max(int(fan_out), 1), 1000),
        opened=tuple(dict.fromkeys(given.getlist("open")))[:OPENED_MOST],
        pins=tuple(pins.items()),
    )


def answer_of(view: View, asked: Asked) -> dict[str, Any]:
    """The trail's JSON, opened further where asked, with the links proposed for its broken records.

    Raises NotFound for what is not there or may not be seen. Cost: a trace, and one of a single hop a record opened.
    """
    asker = view.asker
    book = asker.ledger
    home = asker.service.home(book)
    name = seen(asker.ledger, asker.scope, asked.record)

    def traced(record: str, depth: int | None, *, bounds: bool) -> dict[str, Any]:
        trail = stores.trace(
            home, record, asked.direction, asked.policy, depth=depth, fan_out=asked.fan_out, bounds=bounds
        )
        return trail_json(trail, asker.scope, book)

    answer = traced(name, asked.depth, bounds=asked.bounds and asked.direction == "up")
    for record in asked.opened:
        _join(answer, traced(seen(asker.ledger, asker.scope, record), 1, bounds=False))
    answer["proposed"] = [
        {"from": link["from"], "to": link["to"], "amount": link["amount"], "date": None, "evidence": "proposed"}
        for link in links_for(view, answer)
    ]
    return answer


def links_for(view: View, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Proposed links that touch a record of this answer, best first; only those both of whose ends may be seen."""
    on_way = {node["record"] for node in answer["nodes"]}
    return [link for link in proposed_links(view.asker) if on_way & {link["from"], link["to"]}]


def hidden_beyond(view: View, asked: Asked, answer: dict[str, Any]) -> dict[str, int]:
    """How many movements that the answer does not show lead on from each record in sight: what opening it brings."""
    if not answer["truncated"]:
        return {}
    graph = view.asker.ledger.graph
    shown: dict[str, int] = {}
    for edge in answer["edges"]:
        far = edge["to"] if asked.direction == "up" else edge["from"]
        shown[far] = shown.get(far, 0) + 1
    beyond = {}
    ends = graph.edges.in_start if asked.direction == "up" else graph.edges.out_start
    for node in answer["nodes"][:ROWS_SHOWN]:
        place = graph.find(node["record"])
        if place >= 0:
            whole = int(ends[place + 1] - ends[place])
            if whole > shown.get(node["record"], 0):
                beyond[node["record"]] = whole - shown.get(node["record"], 0)
    return beyond


def _join(answer: dict[str, Any], more: dict[str, Any]) -> None:
    """Put a trail of one record, one hop long, to an answer that shows the record; amounts are those of the answer."""
    depths = {node["record"]: node["depth"] for node in answer["nodes"]}
    if more["record"] not in depths:
        return
    fresh = [node for node in more["nodes"] if node["record"] not in depths]
    for node in fresh:
        node["depth"] += depths[more["record"]]
    known = {(edge["from"], edge["to"], edge["date"], edge["amount"]) for edge in answer["edges"]}
    answer["nodes"] += fresh
    answer["edges"] += [
        edge for edge in more["edges"] if (edge["from"], edge["to"], edge["date"], edge["amount"]) not in known
    ]
    answer["more"] = max(0, answer["more"] - len(fresh))
    answer["truncated"] = answer["more"] > 0
