"""The links that a trail lacks and those that people put in: proposals to accept, accepted links to take back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.grid import ROWS_SHOWN, Cell, Column, Drawn, Grid, Money
from api.pages.layout import View, cannot_decide
from api.pages.markup import Safe, tag
from api.pages.trail_tables import Trail
from lineage.money import to_fen
from queries.described import Description, describe

SHOWN = 12


def proposals_part(trail: Trail, links: list[dict[str, Any]]) -> list[object] | None:
    """Links that would mend a break of the trail, each with its evidence, score, rivals, and a form to accept it."""
    if not links:
        return None
    view = trail.view
    hint = cannot_decide(view)
    return [proposals_grid(view, links[:SHOWN], "proposals"), hint]


def proposals_grid(view: View, links: list[dict[str, Any]], name: str) -> Grid:
    """Proposed links as a table."""
    may = view.may_decide
    shown = links if view.table else links[view.offset : view.offset + ROWS_SHOWN]
    known = describe(view.asker.ledger, [link[end] for link in shown for end in ("from", "to")])
    rows: list[list[Cell]] = [
        [
            *_ends(view, link["from"], link["to"], known),
            Money(to_fen(link["amount"])),
            f"{link['score']:.2f}",
            _evidence(view, link),
            link["rivals"],
            view.say("sure" if link["sure"] else "unsure"),
            *([Drawn(_accept(view, link))] if may else []),
        ]
        for link in shown
    ]
    heads = (
        *_end_heads(view),
        Column(view.say("amount"), "money"),
        Column(view.say("score")),
        Column(view.say("evidence")),
        Column(view.say("rivals"), "number"),
        Column(view.say("judged")),
        *([Column(view.say("act"))] if may else []),
    )
    return Grid(name, view.say("proposals"), heads, rows, [link["broken"] for link in shown], total=len(links))


def accepted_grid(trail: Trail) -> Grid | None:
    """Accepted links of the trail's records."""
    on_way = {node["record"] for node in trail.answer["nodes"]}
    return accepted_links_grid(trail.view, on_way)


def accepted_links_grid(view: View, among: set[str] | None) -> Grid | None:
    """Accepted links in force that touch some records (None: all), with who, when, why, and a form to take one back."""
    from api.access.scopes import all_seen

    asker = view.asker
    kept = [
        entry
        for entry in asker.ledger.links_in_force
        if (among is None or among & {entry.body["from"], entry.body["to"]})
        and all_seen(asker.ledger, asker.scope, entry.body["from"], entry.body["to"])
    ]
    if not kept:
        return None
    may = view.may_decide
    known = describe(asker.ledger, [entry.body[end] for entry in kept for end in ("from", "to")])
    rows: list[list[Cell]] = [
        [
            *_ends(view, entry.body["from"], entry.body["to"], known),
            Money(entry.body["amount_fen"]),
            *_told(entry.by, entry.at[:16].replace("T", " "), str(entry.body.get("why", ""))),
            *([Drawn(_revoke(view, str(entry.number)))] if may else []),
        ]
        for entry in kept
    ]
    heads = (
        *_end_heads(view),
        Column(view.say("amount"), "money"),
        *(Column(view.say(name), only_file=True) for name in ("who", "when")),
        *(Column(view.say(name)) for name in ("why", *(("act",) if may else ()))),
    )
    return Grid("accepted", view.say("accepted"), heads, rows)


def _told(who: str, when: str, why: str) -> list[Cell]:
    return [who, when, Drawn(tag("div", why, tag("span", f"{who} {when}", class_="more")), why)]


def _end_heads(view: View) -> list[Column]:
    return [Column(view.say("from")), Column(view.say("to"))]


def _ends(view: View, source: str, target: str, known: Mapping[str, Description]) -> list[Cell]:
    """Both ends of a link, each with where and what it is."""
    return [Drawn(_record(view, record, known.get(record)), record) for record in (source, target)]


def _record(view: View, record: str, found: Description | None) -> Safe:
    told = " · ".join(part for part in (view.place(found.division_code), found.whole) if part) if found else ""
    link = tag("a", record, href=view.to("/trace", record=record))
    return tag("div", link, tag("span", told, class_="more") if told else None)


def _evidence(view: View, link: dict[str, Any]) -> Cell:
    """What speaks for a link and what against it, heaviest first, each with its part of the score."""
    parts = sorted(link["parts"], key=lambda part: -abs(part["score"]))
    told = [f"{view.word(part['part'])} {part['score']:+.2f}" for part in parts]
    return Drawn(tag("ul", [tag("li", one) for one in told], class_="parts"), "; ".join(told))


def _accept(view: View, link: dict[str, Any]) -> Safe:
    return _decision(view, f"/api/v1/repairs/{link['id']}/accept", "accept", link["id"])


def _revoke(view: View, number: str) -> Safe:
    return _decision(view, f"/api/v1/repairs/{number}/revoke", "revoke", number)


def _decision(view: View, address: str, deed: str, which: str) -> Safe:
    label = view.say("why_of", deed=view.say(deed), which=which)
    return tag(
        "form",
        tag("input", name="why", required=True, maxlength=2000, placeholder=view.say("why"), aria_label=label),
        tag("button", view.say(deed)),
        data_post=address,
        class_="deed",
    )
