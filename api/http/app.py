"""The application: routes, limits, the look-up log, security headers, and the contract as OpenAPI."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from api import pages
from api.http import problems
from api.http.routes import batches, cases, decisions, machine, questions, records
from api.http.service import Options, Service
from api.pages.problem import problem_page
from lineage.release import VERSION

PREFIX = "/api/v1"
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Handler = Callable[[Request], Awaitable[Response]]


def create_app(options: Options) -> FastAPI:
    """The application over one ledger. Raises NotFound without a ledger, Misuse for a broken users file."""
    service = Service(options)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        threading.Thread(target=_keep_synced, args=(service, stop), daemon=True).start()
        yield
        stop.set()
        service.close()

    app = FastAPI(
        title="Fund lineage",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        openapi_url=f"{PREFIX}/openapi.json",
        description=DESCRIPTION,
    )
    app.state.service = service
    problems.install(app)
    for part in (records, questions, decisions, cases, batches, machine):
        app.include_router(part.routes, prefix=PREFIX, responses=problems.RESPONSES)
    app.include_router(machine.root)
    app.state.problem_page = problem_page
    for routes in pages.routes():
        app.include_router(routes)
    app.add_api_route("/docs", lambda: HTMLResponse(_contract_page(app)), include_in_schema=False)
    _guard(app, service)
    return app


DESCRIPTION = (
    "Trace any payment of public money to its province-level sources, to the fen. Amounts are decimal strings in "
    "yuan; dates ISO; records `kind:id`, percent-encoded in paths. Errors are problem+json of one shape."
)


def _guard(app: FastAPI, service: Service) -> None:
    buckets: dict[str, tuple[float, float]] = {}

    @app.middleware("http")
    async def guarded(request: Request, call_next: Handler) -> Response:
        begun = time.monotonic()
        response = _refusal(request, service, buckets)
        if response is None:
            response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path not in QUIET:
            service.log.note(
                {
                    "who": getattr(request.state, "person", None),
                    "client": request.client.host if request.client else "",
                    "method": request.method,
                    "path": request.url.path,
                    "query": request.url.query,
                    "purpose": request.headers.get("x-purpose", ""),
                    "status": response.status_code,
                }
            )
        service.count(response.status_code, time.monotonic() - begun)
        return response


def _refusal(request: Request, service: Service, buckets: dict[str, tuple[float, float]]) -> Response | None:
    """What is refused before anything is read: a foreign host name, a body too large, too many requests."""
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    if not service.doorkeeper.trust.is_configured and host not in LOCAL_HOSTS:
        return problems.problem(request, 400, f'host "{host}" is not this machine', "set up users to serve others")
    uploads = request.url.path == f"{PREFIX}/batches"
    most = service.options.upload_bytes_max if uploads else service.options.body_bytes_max
    if request.method in ("POST", "PUT", "PATCH"):
        length = request.headers.get("content-length", "")
        if not length.isdecimal():
            return problems.problem(request, 411, "a body needs a Content-Length")
        if int(length) > most:
            return problems.problem(request, 413, f"found {length} bytes, expected at most {most}")
    client = request.client.host if request.client else ""
    rate, now = service.options.requests_per_second, time.monotonic()
    if rate and service.doorkeeper.trust.is_configured and request.url.path not in QUIET:
        left, before = buckets.get(client, (4 * rate, now))
        left = min(4 * rate, left + (now - before) * rate) - 1
        buckets[client] = (max(left, 0.0), now)
        if left < 0:
            return problems.problem(request, 429, f"more than {rate:.0f} requests a second", "slow down")
    return None


def _keep_synced(service: Service, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        service.log.sync()


def _contract_page(app: FastAPI) -> str:
    """The contract as a plain page: nothing fetched from elsewhere, no script."""
    from html import escape

    def row(path: str, method: str, operation: dict[str, Any]) -> str:
        parameters = ", ".join(f"<code>{escape(one['name'])}</code>" for one in operation.get("parameters", ()))
        return (
            f"<tr><td>{method.upper()}</td><td><code>{escape(path)}</code></td>"
            f"<td>{escape(operation.get('description', ''))}</td><td>{parameters}</td></tr>"
        )

    rows = "".join(
        row(path, method, operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    )
    style = (
        "body{font:15px system-ui;margin:2rem;max-width:70rem}td{border-top:1px solid #ccc;padding:.4rem}"
        "table{display:block;overflow:auto}p,td{overflow-wrap:anywhere}"
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Fund lineage API</title><style>{style}</style>"
        f"<main><h1>Fund lineage {VERSION}</h1><p>{escape(DESCRIPTION)}</p>"
        f"<p>OpenAPI: <a href='{PREFIX}/openapi.json'>{PREFIX}/openapi.json</a></p><table>{rows}</table></main></html>"
    )
