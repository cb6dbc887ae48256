"""What machines ask: alive, ready, counters; and the session of the sign-in page."""

from __future__ import annotations

import os
import time

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field

import queries
from api.access.signin import COOKIE, SESSION_SECONDS, Refused
from api.http.service import Service
from api.watch.status import metric_lines

routes = APIRouter(tags=["machine"])
root = APIRouter(tags=["machine"])


class KeyShown(BaseModel):
    """A key to sign in with."""

    model_config = ConfigDict(extra="forbid")
    key: str = Field(min_length=1, max_length=4096)


@root.get("/livez", operation_id="livez")
def livez() -> Response:
    """Whether this process answers at all."""
    return PlainTextResponse("ok\n")


@root.get("/readyz", operation_id="readyz")
def readyz(request: Request) -> Response:
    """Whether questions can be answered: the ledger is open, the graph's home answers."""
    service: Service = request.app.state.service
    return JSONResponse({"ready": True, "version": service.ledger.version, "graph": service.graph_version()})


@root.get("/metrics", operation_id="metrics")
def metrics(request: Request) -> Response:
    """Counters in the Prometheus text form, for this process."""
    service: Service = request.app.state.service
    meters, ledger = service.meters, service.ledger
    delivered = service.remembered(ledger, "deliveries", lambda: queries.deliveries(ledger))
    lines = ["# TYPE lineage_requests_total counter"]
    counted = sorted(meters.requests.items())
    lines += [f'lineage_requests_total{{status="{status}"}} {count}' for status, count in counted]
    lines += [
        "# TYPE lineage_request_seconds_total counter",
        f"lineage_request_seconds_total {meters.seconds:.6f}",
        "# TYPE lineage_batches gauge",
        f"lineage_batches {service.ledger.batch}",
        "# TYPE lineage_up_seconds gauge",
        f"lineage_up_seconds {time.time() - meters.started:.0f}",
        "# TYPE lineage_resident_bytes gauge",
        f"lineage_resident_bytes {_resident()}",
        *metric_lines(service.ledger.path, delivered),
    ]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


@routes.post("/session", status_code=201, operation_id="sign_in")
def sign_in(request: Request, shown: KeyShown) -> Response:
    """Begin a session for the pages: a cookie, and the token that changes must bear."""
    service: Service = request.app.state.service
    try:
        person = service.doorkeeper.known({"authorization": f"Bearer {shown.key}"}, {}, "")
    except Refused as error:
        raise HTTPException(401, "this key does not open anything") from error
    cookie, csrf = service.doorkeeper.session(person)
    response = JSONResponse({"name": person.name, "roles": list(person.roles), "csrf": csrf}, 201)
    response.set_cookie(
        COOKIE, cookie, max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return response


@routes.delete("/session", operation_id="sign_out")
def sign_out() -> Response:
    """End the session."""
    response = JSONResponse({"name": None})
    response.delete_cookie(COOKIE)
    return response


def _resident() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
