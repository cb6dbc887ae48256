"""What people decide: accepting proposed links. Every decision is an entry in the journal, with who, when and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

import queries
from api.access.scopes import all_seen
from api.http.asking import Asker, Asking, answer
from api.http.routes.questions import finding_case
from lineage.errors import NotFound
from lineage.ledger import journal
from lineage.links.decisions import accept, chosen, revoke

routes = APIRouter(tags=["decisions"])
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]


class Reason(BaseModel):
    """Why it is decided so."""

    model_config = ConfigDict(extra="forbid")
    why: str = Field(min_length=1, max_length=2000, examples=["same number, same amount; the county confirmed"])


class FindingEvent(BaseModel):
    """What is done about a finding: review, explain, rectify, close, send-back, attach, comment, due."""

    model_config = ConfigDict(extra="forbid")
    event: str = Field(max_length=20, examples=["review"])
    comment: str = Field("", max_length=4000)
    attachment: str = Field("", max_length=400, examples=["sha256:…"])
    due: date | None = None


@routes.post("/findings/{finding}/events", operation_id="post_finding_event")
def finding_event(asker: Asking, finding: str, event: FindingEvent, lang: Literal["zh", "en"] = "zh") -> Response:
    """Write one event: a county reviews, explains, rectifies its own findings; its superior closes or sends back."""
    asker.must("investigator")
    finding_case(asker, finding, lang)
    place = None if asker.scope.divisions is None else asker.person.divisions[0]
    done = queries.record_event(
        asker.ledger,
        finding,
        queries.Event(event.event, "", "", event.comment, event.attachment, event.due),
        queries.Actor(asker.person.name, place),
        datetime.now(UTC),
    )
    asker.service.renew()
    return answer(asker, done.to_json(datetime.now(UTC).date(), lang), 201)


@routes.post("/repairs/{repair}/accept", operation_id="accept_repair")
def accept_repair(asker: Asking, repair: str, reason: Reason, idempotency_key: IdempotencyKey = "") -> Response:
    """Accept a proposed link (a bundle comes whole). The same idempotency key again changes nothing."""
    asker.must("investigator")
    done = _done_before(asker, journal.LINK_ACCEPTED, idempotency_key)
    if done:
        return answer(asker, {"accepted": done})
    proposals = chosen(asker.ledger, [repair])
    for one in proposals:
        _must_hold(asker, one.source, one.target)
    why = f"{reason.why} [{idempotency_key}]" if idempotency_key else reason.why
    entries = accept(asker.ledger.path, proposals, why, by=asker.person.name, at=datetime.now(UTC))
    asker.service.renew()
    return answer(asker, {"accepted": [_shown(entry) for entry in entries]}, 201)


@routes.post("/repairs/{repair}/revoke", operation_id="revoke_repair")
def revoke_repair(asker: Asking, repair: str, reason: Reason) -> Response:
    """Take an accepted link back."""
    asker.must("investigator")
    for link in asker.ledger.links_in_force:
        if repair in (str(link.number), link.body.get("proposal")):
            _must_hold(asker, link.body["from"], link.body["to"])
    entry = revoke(asker.ledger, repair, reason.why, by=asker.person.name, at=datetime.now(UTC))
    asker.service.renew()
    return answer(asker, {"revoked": _shown(entry)}, 201)


def _must_hold(asker: Asker, *records: str) -> None:
    """What lies outside is not there."""
    if not all_seen(asker.ledger, asker.scope, *records):
        raise NotFound("there is no such proposed link", "list them at /repairs")


def _done_before(asker: Asker, kind: str, key: str) -> list[dict[str, Any]]:
    if not key:
        return []
    theirs = [entry for entry in asker.ledger.decisions if entry.kind == kind and entry.by == asker.person.name]
    return [_shown(entry) for entry in theirs if str(entry.body.get("why", "")).endswith(f"[{key}]")]


def _shown(entry: journal.Entry) -> dict[str, Any]:
    return {"entry": entry.number, "by": entry.by, "at": entry.at, **entry.body}
