"""Figures and scores opened to their records, samples, amounts explained, links in force."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

import queries
from api.access.scopes import all_seen, seen
from api.access.steps import explanation_json
from api.http import drilled
from api.http.asking import Reading, Viewing, answer
from api.http.listing import Cursor, Form, Limit, Listing, Turn, listed, next_offset, offset_of
from api.http.routes.questions import Calibre, DivisionAsked, RankedPolicy, Year, list_of
from api.http.routes.records import Policy, Record
from lineage.errors import NotFound
from lineage.explain import UNSOURCED, explain
from lineage.money import yuan
from queries.rank import rank_terms
from queries.rank_weights import COUNTED

routes = APIRouter(tags=["drilling"])
Group = Literal["tier", "division", "agency", "project", "fund", "month"]
Kind = Literal["payment", "indicator", "allocation", "transfer", "account_entry", "one_card_payment"]


@routes.get("/figures", operation_id="get_figure", responses={200: {"model": drilled.FigureOpened}})
def figure(
    asker: Viewing,
    figure: Annotated[
        str,
        Query(
            min_length=1,
            max_length=80,
            description="FIGURE, FIGURE.TIER, FIGURE:DIVISION or FIGURE.TIER:DIVISION",
            examples=["expenditure:410103000"],
        ),
    ],
    year: Year = None,
    calibre: Calibre = "2017",
    by: Annotated[Group | None, Query(description="open a group of the overview, with `group`")] = None,
    group: Annotated[str, Query(max_length=200, description='the group\'s key; "" for records that name none')] = "",
    division: DivisionAsked = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Response:
    """The records whose sum is a figure of the overview, the greatest first."""
    named = queries.Figure.named(figure)
    if named.division and not asker.scope.holds(named.division):
        raise NotFound(f"there is no division {named.division}", "see your divisions in the overview")
    asked = replace(named, by=by or "", group=group or None, divisions=asker.within(division))
    offset = offset_of(asker, cursor)
    page = queries.Page(limit, offset)
    found = asker.service.remembered(
        asker.ledger,
        ("figure", asked, year, calibre, page),
        lambda: queries.overview_records(asker.ledger, asked, year, calibre, page),
    )
    body = found.to_json()
    if asker.scope.divisions is not None:  # money passed down is booked here and bears the receiver's name
        for number, row in enumerate(body["records"], offset + 1):
            row["record"] = row["record"] if asker.words.sees(row["record"]) else f"hidden:{number}"
    return answer(asker, {**body, "next": next_offset(asker, offset + limit, found.count)})


@routes.get("/ranking/{division}/{part}", operation_id="get_ranking_part", responses=list_of(drilled.PartOpened))
def ranking_part(
    asker: Viewing,
    division: str,
    part: str,
    policy: RankedPolicy = "pro-rata",
    limit: Limit = 100,
    cursor: Cursor = "",
    form: Form = "json",
) -> Response:
    """The records of one part of a division's score: what misses most comes first."""
    if not asker.scope.holds(division):
        raise NotFound(f"there is no division {division}", "see your divisions in the overview")
    queries.subtree(asker.ledger, division)
    rows = asker.service.remembered(
        asker.ledger,
        ("rank records", division, part, policy),
        lambda: queries.rank_records(asker.ledger, rank_terms(None, policy), division, part),
    )
    amount = int if part in COUNTED else yuan
    shown = [
        {"record": row["record"], **{name: amount(row[name]) for name in ("numerator", "denominator")}}
        for row in rows
    ]
    beside = {"division_code": division, "part": part, "policy": policy, "total": len(shown)}
    return listed(asker, Listing("records", shown, ("record",), beside), Turn(limit, cursor, form))


@routes.get("/samples", operation_id="draw_sample", responses={200: {"model": drilled.SampleDrawn}})
def sample(
    asker: Viewing,
    size: Annotated[int, Query(ge=1, le=10_000)] = 30,
    method: Annotated[Literal["random", "money"], Query(description="each record alike, or by money")] = "random",
    seed: Annotated[int, Query(ge=0, le=2**53)] = 1,
    kind: Kind = "payment",
    division: DivisionAsked = "",
    year: Year = None,
) -> Response:
    """Draw records for an audit: the same version, seed, size and scope give the same sample."""
    plan = queries.Plan(size, method, seed)
    return answer(
        asker, queries.sample(asker.ledger, plan, queries.Filter(kind, None, year, asker.within(division))).to_json()
    )


@routes.get(
    "/records/{record:record}/explanation",
    operation_id="explain_record",
    responses={200: {"model": drilled.AmountExplained}},
)
def explained(
    asker: Viewing,
    record: Record,
    policy: Policy = "pro-rata",
    source: Annotated[str, Query(max_length=400, description="only the part of this source")] = "",
) -> Response:
    """How the money of a record came to be whose it is, movement by movement in fen."""
    ledger, scope = asker.ledger, asker.scope
    name = seen(ledger, scope, record)
    wanted = source if source in ("", *UNSOURCED) else seen(ledger, scope, source)
    return answer(asker, explanation_json(explain(ledger, name, policy, wanted), scope, ledger))


@routes.get("/repairs/accepted", operation_id="list_accepted_links", responses=list_of(drilled.AcceptedLinks))
def accepted_links(asker: Reading, limit: Limit = 100, cursor: Cursor = "", form: Form = "json") -> Response:
    """Links that people accepted and that are in force; each can be taken back by its entry."""
    rows = [
        {
            "entry": one.entry,
            "from": one.source,
            "to": one.target,
            "amount": yuan(one.amount_fen),
            "who": one.who,
            "why": one.why,
            "at": one.at,
        }
        for one in asker.ledger.asserted_links
        if all_seen(asker.ledger, asker.scope, one.source, one.target)
    ]
    return listed(asker, Listing("accepted", rows, ("entry",)), Turn(limit, cursor, form))
