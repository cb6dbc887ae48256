"""The tables of a trail page: whose money, under which policy, through which records, with what found of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.http.routes.records import record_fields
from api.pages.finding_rows import cases_of
from api.pages.grid import Cell, Column, Drawn, Grid, Link, Money, Rows
from api.pages.layout import View
from api.pages.markup import Safe, tag
from api.pages.trail_asked import Asked
from lineage.money import to_fen, yuan
from lineage.policies import compare
from lineage.words import say
from queries.described import Description


@dataclass(frozen=True, slots=True)
class Trail:
    """An answer and how it is looked at. `known`: records in their own words; `beyond`: movements not shown."""

    view: View
    asked: Asked
    answer: Mapping[str, Any]
    known: Mapping[str, Description]
    beyond: Mapping[str, int]

    def opens(self, record: str) -> Cell:
        """A record's name that puts it into the middle, with the same choices; as it is where it may not be seen."""
        if record.startswith("hidden:") or ":" not in record:
            return record
        return Link(record, self.view.to("/trace", **self.asked.parameters(record=record, open=[])))

    def told(self, record: str, words: str) -> Cell:
        """The same, with some words under it."""
        link = self.opens(record)
        shown = tag("a", link.words, href=link.href) if isinstance(link, Link) else record
        return Drawn(tag("div", shown, tag("span", words, class_="more") if words else None), record)

    def title(self, record: str) -> str:
        """What a record calls itself, its document number with it."""
        found = self.known.get(record)
        return found.whole if found else ""

    def amount(self, record: str) -> Cell:
        """A record's own amount."""
        found = self.known.get(record)
        if found is None or found.amount_fen is None:
            return None
        return Drawn(tag("b", self.view.money(found.amount_fen)), str(found.amount_fen))


def sources_grid(trail: Trail) -> Grid:
    """Where the money comes from, each with its share and, when asked, its provable bounds."""
    view, answer = trail.view, trail.answer
    whole = to_fen(answer["pool"])
    is_bounded = any("least" in row for row in answer["sources"]) or answer.get("unsourced_least") is not None
    rows: list[list[Cell]] = []
    for source in answer["sources"]:
        record = source["record"]
        told = (view.place(source["division_code"]), view.word(source["tier"]), trail.title(record))
        rows.append(
            [
                trail.told(record, " · ".join(part for part in told if part)),
                *told,
                view.say("yes" if source["poverty"] else "no"),
                _amount(source["amount"]),
                *_bounds(view, source, whole, is_bounded=is_bounded),
            ]
        )
    if answer["unsourced"] is None or to_fen(answer["unsourced"]) or answer.get("unsourced_most", "0.00") != "0.00":
        lost = {
            "amount": answer["unsourced"],
            "least": answer.get("unsourced_least"),
            "most": answer.get("unsourced_most"),
        }
        if answer["unsourced"] is not None or answer["unsourced_possible"]:
            ends = _bounds(view, lost, whole, is_bounded=is_bounded)
            rows.append([view.say("unsourced"), "", "", "", "", _amount(answer["unsourced"]), *ends])
    heads = [Column(view.say("record"))]
    heads += [Column(view.say(name), only_file=True) for name in ("division", "tier", "name")]
    heads += [Column(view.say("poverty")), Column(view.say("amount"), "money")]
    if is_bounded:
        heads += [Column(view.say(name), "money", only_file=True) for name in ("least", "most")]
        heads.append(Column(view.say("bounds")))
    records = [source["record"] for source in answer["sources"]] + [""]
    return Grid("sources", view.say("sources"), tuple(heads), rows, records)


def reached_grid(trail: Trail) -> Grid:
    """Where the money came to."""
    view, ends = trail.view, trail.answer["reached"]

    def row(end: Mapping[str, Any]) -> list[Cell]:
        record = end["record"]
        found = trail.known.get(record)
        place = view.place(found.division_code) if found else ""
        return [trail.told(record, trail.title(record)), trail.title(record), place, _amount(end["amount"])]

    heads = (Column(view.say("record")), Column(view.say("name"), only_file=True), Column(view.say("division")))
    return Grid(
        "reached",
        view.say("reached"),
        (*heads, Column(view.say("amount"), "money")),
        Rows(ends, row),
        [end["record"] for end in ends],
    )


def breaks_grid(trail: Trail) -> Grid:
    """Where money enters from nowhere or leaves sight."""
    view, gaps = trail.view, trail.answer["breaks"]
    rows = [
        [
            trail.opens(gap["record"]),
            view.word(gap["reason"]),
            Money(to_fen(gap["amount"])),
            gap["payments"],
            Money(to_fen(gap["payments_amount"])),
        ]
        for gap in gaps
    ]
    heads = (
        Column(view.say("record")),
        Column(view.say("reason")),
        Column(view.say("amount"), "money"),
        Column(view.say("payments"), "number"),
        Column(view.say("payments_amount"), "money"),
    )
    return Grid("breaks", view.say("breaks"), heads, rows, [gap["record"] for gap in gaps])


def policies_grid(trail: Trail) -> Grid | None:
    """Every source under every policy, what is the same under all of them first; upstream, for those who see all."""
    view, asker = trail.view, trail.view.asker
    if trail.asked.direction != "up" or asker.scope.divisions is not None:
        return None
    record = trail.answer["record"]
    found = asker.service.remembered(
        asker.ledger, ("policies", record), lambda: compare(asker.ledger, record, "up")
    )
    rows = [
        [
            view.say("unsourced") if row.record == "unsourced" else trail.told(row.record, trail.title(row.record)),
            trail.title(row.record),
            view.say("yes" if len(set(row.amounts_fen)) == 1 else "no"),
            Money(row.least_fen),
            *(Money(fen) for fen in row.amounts_fen),
        ]
        for row in found.rows
    ]
    heads = [Column(view.say("record")), Column(view.say("name"), only_file=True), Column(view.say("same"))]
    heads.append(Column(view.say("least_of_all"), "money"))
    heads += [Column(say(f"viz.policy_{name}", view.lang), "money") for name in found.policies]
    return Grid("policies", view.say("policies"), tuple(heads), rows, [row.record for row in found.rows])


def records_grid(trail: Trail) -> Grid:
    """The records on the way, with what may be done with each: pin it, open it one hop further."""
    view, asked = trail.view, trail.asked
    pinned = {record for record, _ in asked.pins}

    def row(node: Mapping[str, Any]) -> list[Cell]:
        record = node["record"]
        return [
            trail.opens(record),
            view.word(node["kind"]),
            node["depth"],
            view.place(node["division_code"]),
            trail.title(record) or node["title"],
            node.get("date"),
            Money(to_fen(node["amount"])),
            view.word(node.get("state")),
            Drawn(_deeds(trail, record, is_pinned=record in pinned)),
        ]

    names = ("record", "kind", "depth", "division", "name", "date", "amount", "state", "act")
    kinds = {"depth": "number", "amount": "money"}
    heads = tuple(Column(view.say(name), kinds.get(name, "text")) for name in names)
    caption = view.say("trail_records")
    if trail.answer["truncated"]:
        caption += " · " + view.say("cut_short", more=trail.answer["more"])
    nodes = trail.answer["nodes"]
    return Grid("records", caption, heads, Rows(nodes, row), [node["record"] for node in nodes])


def _deeds(trail: Trail, record: str, *, is_pinned: bool) -> Safe:
    if record.startswith("hidden:"):
        return Safe("")
    view, asked = trail.view, trail.asked
    links: list[object] = []
    if record in trail.beyond and asked.fan_out > 1 and record not in asked.opened:
        more = asked.parameters(open=[*asked.opened, record])
        links += [tag("a", view.say("open", count=trail.beyond[record]), href=view.to("/trace", **more)), " "]
    if not is_pinned:
        more = asked.parameters(pins=(*asked.pins, (record, "")))
        links.append(tag("a", view.say("pin"), href=view.to("/trace", **more)))
    turned = "down" if asked.direction == "up" else "up"
    other = asked.parameters(record=record, direction=turned, open=[])
    links += [" ", tag("a", view.say(f"turn_{turned}"), href=view.to("/trace", **other))]
    return tag("span", links, class_="deeds")


def flows_grid(trail: Trail) -> Grid:
    """The movements on the way, with the evidence for each."""
    view = trail.view

    def row(edge: Mapping[str, Any]) -> list[Cell]:
        return [
            trail.opens(edge["from"]),
            trail.opens(edge["to"]),
            Money(to_fen(edge["amount"])),
            edge["date"],
            view.word(edge["evidence"]),
            view.say("yes") if edge.get("advance") else "",
        ]

    names = ("from", "to", "amount", "date", "evidence_kind", "advance")
    heads = tuple(Column(view.say(name), "money" if name == "amount" else "text") for name in names)
    return Grid("flows", view.say("flows"), heads, Rows(trail.answer["edges"], row))


def findings_grid(trail: Trail) -> Grid | None:
    """What the rules say of the records on the way."""
    view = trail.view
    if not view.is_present:  # all rules over another view take seconds: that is the risk page's to ask
        return None
    on_way = {node["record"] for node in trail.answer["nodes"]}
    found = [row for row in cases_of(view) if row["subject"] in on_way or on_way.intersection(row.get("evidence", ()))]
    rows = [
        [
            view.say(row["severity"]),
            Link(row["title"], view.to(f"/findings/{row['id']}")),
            trail.opens(row["subject"]),
            view.word(row["state"]),
            Money(to_fen(row["amount"])),
            row.get("message", ""),
        ]
        for row in found
    ]
    names = ("severity", "rule", "record", "state", "amount", "message")
    heads = tuple(Column(view.say(name), "money" if name == "amount" else "text") for name in names)
    return Grid("findings", view.say("findings"), heads, rows, [row["subject"] for row in found])


def row_part(trail: Trail) -> Safe | None:
    """The record asked as it stands in its table, with file, sheet and row."""
    view, record = trail.view, trail.answer["record"]
    fields = record_fields(view.asker, record, view.lang)
    rows = [tag("tr", tag("th", label, scope="row"), tag("td", value)) for label, value in fields]
    head = tag("summary", view.say("record_row"))
    whole = tag("table", tag("caption", record, class_="unseen"), tag("tbody", rows))
    return tag("details", head, tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=record))


def steps_grid(trail: Trail) -> Grid | None:
    """Who passed the record asked, in order; nothing where its source supplies no steps."""
    view = trail.view
    rows = view.asker.ledger.rows(
        "SELECT step, date, office, person, result FROM steps WHERE record = $1 ORDER BY date, step",
        (trail.answer["record"],),
    )
    if not rows:
        return None
    shown = [
        [view.word(row["step"]), row["date"].isoformat() if row["date"] else "", row["office"], row["person"],
         row["result"]]
        for row in rows
    ]
    heads = tuple(Column(view.say(name)) for name in ("step", "date", "office", "person", "result"))
    return Grid("steps", view.say("steps"), heads, shown)


def _amount(amount: str | None) -> Cell:
    return "?" if amount is None else Money(to_fen(amount))


def _bounds(view: View, row: Mapping[str, Any], whole: int, *, is_bounded: bool) -> list[Cell]:
    """Least, most, and both as a bar over the whole with a mark at the amount; nothing where nobody asked."""
    if not is_bounded:
        return []
    if row.get("least") is None:
        return [None, None, None]
    least, most = to_fen(row["least"]), to_fen(row["most"])
    marks = [end * 1000 // (whole or 1) for end in (least, most)]
    amount = None if row["amount"] is None else to_fen(row["amount"]) * 1000 // (whole or 1)
    parts = [
        tag("rect", x=0, y=6, width=1000, height=2, class_="rail"),
        tag("rect", x=marks[0], y=3, width=max(marks[1] - marks[0], 6), height=8, class_="span"),
    ]
    if amount is not None:
        parts.append(tag("rect", x=max(amount - 5, 0), y=0, width=10, height=14, class_="mark"))
    bar = tag("svg", parts, viewBox="0 0 1000 14", preserveAspectRatio="none", class_="bounds", aria_hidden="true")
    ends = tag("span", f"{view.money(least)} – {view.money(most)}", class_="ends")
    return [Money(least), Money(most), Drawn(tag("div", bar, ends), f"{yuan(least)} – {yuan(most)}")]
