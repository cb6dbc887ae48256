"""What people decide: events of findings, links accepted or taken back; each an entry in the journal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

import lineage
import queries
from api.access.scopes import all_seen
from api.http import answers
from api.http.asking import Asker, Asking, IdempotencyKey, IsoDay
from api.http.deciding import Reason, decided
from api.http.problems import responses
from api.http.routes.questions import finding_case, proposals
from api.http.told import Told
from lineage.errors import NotFound
from lineage.ledger import journal
from lineage.links.decisions import accept, revoke
from lineage.links.proposals import Proposal
from lineage.money import to_fen
from queries.life_cycle import STEPS

routes = APIRouter(tags=["decisions"])
Step = Literal["review", "explain", "rectify", "close", "send-back", "attach", "comment", "due"]
assert set(Step.__args__) == set(STEPS)  # type: ignore[attr-defined]


class FindingStep(BaseModel):
    """What is done about a finding; some steps need a comment, an attachment or a due date."""

    model_config = ConfigDict(extra="forbid")
    event: Step = Field(examples=["review"])
    comment: str = Field("", max_length=4000)
    attachment: str = Field("", max_length=400, examples=["sha256:…"])
    due: IsoDay | None = None


@routes.post(
    "/findings/{finding}/events",
    operation_id="post_finding_event",
    status_code=201,
    responses={201: {"model": answers.Case}, **responses(409)},
)
def finding_event(
    asker: Asking, finding: str, event: FindingStep, lang: Literal["zh", "en"] = "zh", once: IdempotencyKey = ""
) -> Response:
    """Write one event: a county reviews, explains, rectifies its own findings; its superior closes or sends back."""
    asker.must("investigator")

    def work() -> dict[str, Any]:
        case = finding_case(asker, finding, lang)
        moment = datetime.now(UTC)
        done = queries.record_event(
            asker.ledger,
            finding,
            queries.Event(event.event, "", "", event.comment, event.attachment, event.due),
            queries.Actor(asker.person.name, _acting_for(asker, case["division_code"])),
            moment,
        )
        row = done.to_json(moment.date(), lang)
        return row if asker.scope.divisions is None else asker.words.finding(row, lang)

    return decided(asker, once, ["event", finding, event.model_dump(mode="json"), lang], work)


class DifferenceSaid(BaseModel):
    """What a division says of one of its differences; the amount in yuan, where it can be told."""

    model_config = ConfigDict(extra="forbid")
    division_code: str = Field(max_length=20, examples=["410122000"])
    measure: Literal["scale", "expenditure"]
    tier: Literal["province", "city", "county", "relocation", "all"] = "all"
    why: str = Field(min_length=1, max_length=2000, pattern=r"\S", examples=["paid on 30 December, entered in January"])
    amount: str = Field("", pattern=r"^(-?[0-9]{1,15}(\.[0-9]{1,2})?)?$", examples=["-12000.00"])


@routes.post(
    "/reconciliation/explanations",
    operation_id="explain_difference",
    status_code=201,
    responses={201: {"model": answers.Explained}},
)
def explain_difference(asker: Asking, said: DifferenceSaid, once: IdempotencyKey = "") -> Response:
    """Note a division's own explanation of a difference; it stands beside what is unexplained, never off it."""
    asker.must("investigator")
    if not asker.scope.holds(said.division_code):
        raise NotFound(f"there is no division {said.division_code}", "find it with search")
    queries.subtree(asker.ledger, said.division_code)
    if not speaks_for(asker, said.division_code):
        raise Told(403, "own_difference")

    def work() -> dict[str, Any]:
        fen = to_fen(said.amount) if said.amount else None
        whole = queries.Said(f"{said.division_code}:{said.measure}:{said.tier}", said.why, fen)
        noted = queries.explain_difference(asker.ledger, whole, asker.person.name, datetime.now(UTC))
        return {"explanation": {**noted.to_json(), "entry": noted.entry}}

    return decided(asker, once, ["explain", said.model_dump(mode="json")], work)


def speaks_for(asker: Asker, division: str) -> bool:
    """Whether somebody may say a division's own word: only who acts for that very division."""
    return asker.scope.divisions is not None and division in asker.person.divisions


@routes.post(
    "/repairs/{repair}/accept",
    operation_id="accept_repair",
    status_code=201,
    responses={201: {"model": answers.Accepted}, **responses(409)},
)
def accept_repair(asker: Asking, repair: str, reason: Reason, once: IdempotencyKey = "") -> Response:
    """Accept a proposed link; a bundle comes whole."""
    asker.must("investigator")

    def work() -> dict[str, Any]:
        wanted = _chosen(asker, repair)
        ids = {one.id for one in wanted}
        standing = journal.links_in_force(journal.read(asker.ledger.path))
        if any(link.body.get("proposal") in ids for link in standing):
            raise Told(409, "accepted_already", repair=repair)
        entries = accept(asker.ledger.path, wanted, reason.why, by=asker.person.name, at=datetime.now(UTC))
        return {"accepted": [entry.to_json() for entry in entries]}

    return decided(asker, once, ["accept", repair, reason.why], work)


@routes.post(
    "/repairs/{repair}/revoke",
    operation_id="revoke_repair",
    status_code=201,
    responses={201: {"model": answers.Revoked}, **responses(409)},
)
def revoke_repair(asker: Asking, repair: str, reason: Reason, once: IdempotencyKey = "") -> Response:
    """Take an accepted link back, named as it was proposed or by its journal entry."""
    asker.must("investigator")

    def work() -> dict[str, Any]:
        ledger = asker.ledger
        standing = journal.links_in_force(journal.read(ledger.path))
        named = [link for link in standing if repair in (str(link.number), link.body.get("proposal"))]
        if not named or not all_seen(ledger, asker.scope, named[0].body["from"], named[0].body["to"]):
            raise NotFound(f"there is no accepted link {repair}", "it may have been taken back already")
        latest = lineage.open(ledger.path)  # manifests and decisions only; no table is built
        entry = revoke(latest, repair, reason.why, by=asker.person.name, at=datetime.now(UTC))
        return {"revoked": entry.to_json()}

    return decided(asker, once, ["revoke", repair, reason.why], work)


def _chosen(asker: Asker, repair: str) -> list[Proposal]:
    """The proposal of this name, with all of its bundle. Raises NotFound, alike for outside and nowhere."""
    within, every = proposals(asker), proposals(asker, everywhere=True)
    found = [one for one in within if one.id == repair]
    if found and found[0].group:
        found = [one for one in every if one.group == found[0].group]
    if not found or not set(found) <= set(within):
        raise NotFound(f"there is no proposed link {repair}", "list them at /repairs")
    return found


def _acting_for(asker: Asker, division: str) -> str | None:
    """The division for which a person acts on a finding: the nearest of the person's own at or above it.

    None for those bound to no division: they act for the whole ledger.
    """
    if asker.scope.divisions is None:
        return None
    own = [(len(asker.below(root)), root) for root in asker.person.divisions if division in asker.below(root)]
    assert own, f"{division} lies inside none of {asker.person.divisions}"
    return min(own)[1]
