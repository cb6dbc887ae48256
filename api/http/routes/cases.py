"""Cases over HTTP: one's own, and those shared with one or one's divisions; records outside are left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

import lineage
import queries
from api.access.scopes import all_seen, seen
from api.http import answers
from api.http.asking import Asker, Asking, IdempotencyKey, Reading, answer
from api.http.deciding import decided
from lineage.errors import NotFound
from lineage.ledger import Ledger
from queries.cases import ADDED, DROPPED, VIEW, CaseFile

routes = APIRouter(tags=["cases"])


class CaseTitle(BaseModel):
    """What a case is about."""

    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1, max_length=200, examples=["大孟镇道路"])


class CaseEvent(BaseModel):
    """What is done with a case; which words an event needs is said when they are missing."""

    model_config = ConfigDict(extra="forbid")
    event: str = Field(max_length=20, examples=["added"])
    record: str = Field("", max_length=400, examples=["payment:P-00000376"])
    policy: str = Field("pro-rata", max_length=20)
    text: str = Field("", max_length=4000)
    name: str = Field("", max_length=400)
    sha256: str = Field("", pattern="^([0-9a-f]{64})?$")
    with_: str = Field("", max_length=200, alias="with", description="a person's name or a division code")


@routes.get("/cases", operation_id="list_cases", responses={200: {"model": answers.CaseFiles}})
def list_cases(asker: Asking) -> Response:
    """The cases one may see, each with the records one may see."""
    latest = _latest(asker)
    return answer(asker, {"cases": cases_within(asker, latest)}, version=latest.version)


def cases_within(asker: Asker, latest: Ledger | None = None) -> list[dict[str, Any]]:
    """The cases one may see, as far as one may see them, with the decisions of this moment."""
    return [_shown(asker, one) for one in queries.cases(latest or _latest(asker)) if _may(asker, one)]


def case_within(asker: Asker, name: str, latest: Ledger | None = None) -> dict[str, Any]:
    """One case as far as one may see it. Raises NotFound, alike for outside and nowhere."""
    return _shown(asker, _case(asker, name, latest or _latest(asker)))


@routes.get("/cases/{case}", operation_id="get_case", responses={200: {"model": answers.CaseFileAnswer}})
def get_case(asker: Asking, case: str) -> Response:
    """One case with its history."""
    latest = _latest(asker)
    return answer(asker, case_within(asker, case, latest), version=latest.version)


@routes.get("/cases/{case}/moved", operation_id="get_case_moved", responses={200: {"model": answers.Moved}})
def get_moved(asker: Reading, case: str) -> Response:
    """What today's answers differ in from those noted."""
    return answer(asker, {"case": case, "moved": moved_within(asker, case)})


def moved_within(asker: Asker, name: str) -> list[dict[str, Any]]:
    """The facts of a case that moved, as far as one may see them. Raises NotFound."""
    one = _case(asker, name)
    return [
        {**said, "was": _named(asker, said["fact"], said["was"]), "now": _named(asker, said["fact"], said["now"])}
        for said in (fact.to_json() for fact in queries.moved(asker.ledger, one.id))
        if _sees(asker, said["record"])
    ]


@routes.post("/cases", status_code=201, operation_id="open_case", responses={201: {"model": answers.CaseFileAnswer}})
def open_case(asker: Asking, title: CaseTitle, once: IdempotencyKey = "") -> Response:
    """Begin a case."""
    asker.must("investigator")

    def work() -> dict[str, Any]:
        latest = lineage.open(asker.ledger.path)  # numbers run on, also before the served version has caught up
        return _shown(asker, queries.open_case(latest, title.title, asker.person.name, datetime.now(UTC)))

    return decided(asker, once, ["case", title.title], work)


@routes.post(
    "/cases/{case}/events",
    status_code=201,
    operation_id="post_case_event",
    responses={201: {"model": answers.CaseFileAnswer}},
)
def case_event(asker: Asking, case: str, event: CaseEvent, once: IdempotencyKey = "") -> Response:
    """Write one event; a record that one may not see is not there."""
    asker.must("investigator")

    def work() -> dict[str, Any]:
        latest = lineage.open(asker.ledger.path)
        one = _case(asker, case, latest)
        said: dict[str, Any] = {
            key: value for key, value in event.model_dump(by_alias=True).items() if value and key != "event"
        }
        if event.event in (ADDED, DROPPED, VIEW):
            said["record"] = seen(latest, asker.scope, event.record)
        if event.event != VIEW:
            said.pop("policy", None)
        done = queries.add_to_case(latest, one.id, event.event, said, (asker.person.name, datetime.now(UTC)))
        return _shown(asker, done)

    return decided(asker, once, ["case event", case, event.model_dump(mode="json")], work)


def _latest(asker: Asker) -> Ledger:
    """The ledger with the decisions of this moment, so that a case is there once it was opened; no table is built."""
    asker.must("reader", "investigator", "loader")
    return lineage.open(asker.ledger.path)


def _case(asker: Asker, name: str, ledger: Ledger | None = None) -> CaseFile:
    """A case one may see; the same NotFound for one that is not there and one that is not one's own."""
    for one in queries.cases(ledger or asker.ledger):
        if one.id == name and _may(asker, one):
            return one
    raise NotFound(f"there is no case {name}", "list yours at /cases")


def _may(asker: Asker, one: CaseFile) -> bool:
    """Owner, a person it is shared with, or who acts for a division it is shared with or one above that."""
    return (
        one.owner == asker.person.name
        or asker.person.name in one.shared
        or any(asker.scope.holds(code) for code in one.shared if code.isdigit())
        or (asker.scope.divisions is None and asker.person.may("investigator"))
    )


def _sees(asker: Asker, record: str) -> bool:
    return asker.scope.divisions is None or all_seen(asker.ledger, asker.scope, record)


def _shown(asker: Asker, one: CaseFile) -> dict[str, Any]:
    """A case without what lies outside the asker's divisions: records, views and the events that speak of them.

    Sources of a record may lie outside it: their names are left out, their amounts stay.
    """
    said = one.to_json()
    for part in ("records", "views", "events"):
        said[part] = [
            _without_names(asker, row) for row in said[part] if not row.get("record") or _sees(asker, row["record"])
        ]
    return said


def _without_names(asker: Asker, row: dict[str, Any]) -> dict[str, Any]:
    return {key: _named(asker, key, value) for key, value in row.items()}


def _named(asker: Asker, fact: str, value: Any) -> Any:
    """A fact with the names of records outside the scope left out."""
    if asker.scope.divisions is None or not isinstance(value, list):
        return value
    if fact == "sources":
        return [one if _sees(asker, one["record"]) else {**one, "record": "hidden"} for one in value]
    return [one for one in value if _sees(asker, one["record"])] if fact == "breaks" else value
