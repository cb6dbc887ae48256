"""What machines ask: alive, ready, counters."""

from __future__ import annotations

import os
import time

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

import queries
from api.access.signin import Refused
from api.http.answers import Ready
from api.http.service import BUCKETS, Service
from api.watch.status import metric_lines

routes = APIRouter(tags=["machine"])


@routes.get("/livez", operation_id="livez", response_class=PlainTextResponse)
async def livez() -> Response:
    """Whether this process answers at all; it does so also while every thread is at work."""
    return PlainTextResponse("ok\n")


@routes.get("/readyz", operation_id="readyz", responses={200: {"model": Ready}})
def readyz(request: Request) -> Response:
    """Whether questions can be answered: the ledger is open, the graph's home answers."""
    service: Service = request.app.state.service
    body = {"ready": True, "version": service.ledger.version, "graph": service.graph_version()}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@routes.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Counters in the Prometheus text form, for the worker that answers; `worker` tells workers apart.

    When divisions and feeds last delivered is said on a machine without sign-in, else to a `system_admin` only.
    """
    service: Service = request.app.state.service
    meters, worker = service.meters, f'worker="{os.getpid()}"'
    lines = ["# TYPE lineage_requests_total counter"]
    counted = sorted(meters.requests.items())
    lines += [f'lineage_requests_total{{status="{status}",{worker}}} {count}' for status, count in counted]
    name, total = "lineage_request_seconds", sum(meters.requests.values())
    lines += [f"# TYPE {name} histogram"]
    lines += [
        f'{name}_bucket{{le="{most}",{worker}}} {count}' for most, count in zip(BUCKETS, meters.within, strict=True)
    ]
    lines += [
        f'{name}_bucket{{le="+Inf",{worker}}} {total}',
        f"{name}_sum{{{worker}}} {meters.seconds:.6f}",
        f"{name}_count{{{worker}}} {total}",
    ]
    gauges = {
        "lineage_batches": service.ledger.batch,
        "lineage_up_seconds": round(time.time() - meters.started),
        "lineage_resident_bytes": _resident(),
    }
    for gauge, value in gauges.items():
        lines += [f"# TYPE {gauge} gauge", f"{gauge}{{{worker}}} {value}"]
    if _may_see_divisions(request, service):
        ledger = service.ledger
        delivered = service.remembered(ledger, "deliveries", lambda: queries.deliveries(ledger))
        lines += metric_lines(ledger.path, delivered)
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _may_see_divisions(request: Request, service: Service) -> bool:
    if not service.doorkeeper.trust.is_configured:
        return True
    try:
        client = request.client.host if request.client else ""
        return service.doorkeeper.known(request.headers, request.cookies, client).may("system_admin")
    except Refused:
        return False


def _resident() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
