"""What every request passes first and every answer last: limits, one form of paths, the look-up log, headers, counts.

Invariant: no answer leaves before its line is in the look-up log; where that cannot be written, 503 is answered.
Plain ASGI, not a middleware of the framework: streams stay streams, and a trace pays microseconds for it.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import PREFIX, problems
from api.http.service import Service

QUIET = frozenset({"/livez", "/readyz", "/metrics"})
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
SECRET_QUERIES = frozenset({"/signin/oidc/callback"})
"""Addresses whose query holds a sign-in code: it is not logged."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_CLIENTS_MOST = 10_000
_DRAINED_MOST = 32 * 2**20
"""So much of a body that is too large is read and dropped, so that its sender gets to read why."""

Methods = Callable[[str], Sequence[str]]


class Guard:
    """The outermost layer around the application. `methods` gives what may be done at a path."""

    def __init__(self, app: ASGIApp, service: Service, methods: Methods) -> None:
        self._app = app
        self._service = service
        self._methods = methods
        self._buckets: dict[str, tuple[float, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = {**scope, "state": {**scope.get("state", {})}}
        _one_form_of_path(asked)
        given = Request(scope).headers.get("x-request-id", "")
        asked["state"]["request_id"] = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request = Request(asked, receive)
        answering = _Answering(self._service, request, scope["method"], send)
        app: ASGIApp = self._refusal(request) or self._app
        if app is not self._app and request.method in problems.BODIED:
            await _drained(request, receive)
        elif app is self._app and request.method in ("HEAD", "OPTIONS"):
            app = self._without_body(request)
        await app(asked, receive, answering.send)

    def _without_body(self, request: Request) -> ASGIApp:
        """HEAD is GET without the body; OPTIONS says what may be done here."""
        methods = self._methods(request.url.path)
        if request.method == "HEAD":
            request.scope["method"] = "GET"
            return self._app
        if not methods:
            return self._app
        return Response(status_code=204, headers={"Allow": ", ".join(methods)})

    def _refusal(self, request: Request) -> Response | None:
        """What is refused before anything is read: a foreign host name, a body too large, too many requests."""
        options = self._service.options
        host = request.headers.get("host", "").rsplit(":", 1)[0]
        configured = self._service.doorkeeper.trust.is_configured
        if not configured and host not in LOCAL_HOSTS:
            return problems.problem(request, 400, f'host "{host}" is not this machine', "set up users to serve others")
        if request.method in problems.BODIED:
            uploads = request.url.path == f"{PREFIX}/batches"
            most = options.upload_bytes_max if uploads else options.body_bytes_max
            length = request.headers.get("content-length", "")
            if not length.isdecimal() and (request.method != "DELETE" or "transfer-encoding" in request.headers):
                return problems.problem(request, 411, "a body needs a Content-Length", "send its length, not chunks")
            if length.isdecimal() and int(length) > most:
                return problems.problem(request, 413, f"found {length} bytes, expected at most {most}")
        if configured and request.url.path not in QUIET and self._is_too_fast(request):
            rate = options.requests_per_second
            return problems.problem(request, 429, f"more than {rate:.0f} requests a second", "slow down")
        return None

    def _is_too_fast(self, request: Request) -> bool:
        """A bucket a client of four seconds' requests, filled at the rate; behind the trusted proxy, one a person."""
        rate, now = self._service.options.requests_per_second, time.monotonic()
        if not rate:
            return False
        trust = self._service.doorkeeper.trust
        client = request.client.host if request.client else ""
        if client == trust.proxy_address:
            client = f"{client} {request.headers.get(trust.proxy_header, '')}"
        if len(self._buckets) > _CLIENTS_MOST:
            full = [name for name, (_, before) in self._buckets.items() if now - before > 4]
            for name in full or list(self._buckets):
                del self._buckets[name]
        left, before = self._buckets.get(client, (4 * rate, now))
        left = min(4 * rate, left + (now - before) * rate) - 1
        self._buckets[client] = (max(left, 0.0), now)
        return left < 0


class _Answering:
    """The way of one answer out (mutable: an answer is begun once)."""

    def __init__(self, service: Service, request: Request, method: str, send: Send) -> None:
        self._service = service
        self._request = request
        self._method = method
        self._send = send
        self._begun = time.monotonic()
        self._dropped = False

    async def send(self, message: Message) -> None:
        """Pass one message on; the first is logged before it leaves."""
        if message["type"] == "http.response.start":
            status = message["status"]
            if not self._noted(status):
                self._dropped = True
                await self._unlogged()
                return
            named = {name.lower() for name, _ in message.get("headers", ())}
            added = HEADERS | {"X-Request-ID": self._request.scope["state"]["request_id"]}
            message["headers"] = [
                *message.get("headers", ()),
                *((n.lower().encode(), v.encode()) for n, v in added.items() if n.lower().encode() not in named),
            ]
            self._service.count(status, time.monotonic() - self._begun)
        elif self._dropped:
            return
        await self._send(message)

    def _noted(self, status: int) -> bool:
        request, state = self._request, self._request.scope["state"]
        path = request.scope.get("raw_path", b"").decode("ascii", "replace") or request.url.path
        if path in QUIET:
            return True
        entry: dict[str, Any] = {
            "who": state.get("person"),
            "client": request.client.host if request.client else "",
            "request": state["request_id"],
            "method": self._method,
            "path": path,
            "query": "…" if path in SECRET_QUERIES else request.scope["query_string"].decode("latin-1"),
            "purpose": problems.header_text(request, "x-purpose"),
            "status": status,
        }
        try:
            self._service.log.note({**entry, **state.get("noted", {})})
        except OSError:
            return False
        return True

    async def _unlogged(self) -> None:
        detail = "who looked at what cannot be recorded now"
        answer = problems.problem(self._request, 503, detail, "see that the ledger's audit folder can be written")
        self._service.count(503, time.monotonic() - self._begun)
        await answer(self._request.scope, self._request.receive, self._send)


def _one_form_of_path(scope: dict[str, Any]) -> None:
    """Decode the path a part at a time, so that an encoded slash stays inside its part; `%` is then `%25`.

    The server's own decoding would take `A%2FB` for two parts. `problems.RecordName` undoes it for record names.
    """
    raw = scope.get("raw_path")
    if not raw or (b"%2f" not in raw.lower() and b"%25" not in raw):
        return
    parts = [unquote_to_bytes(part).decode("utf-8", "replace") for part in raw.split(b"/")]
    scope["path"] = "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


async def _drained(request: Request, receive: Receive) -> None:
    """Read and drop what is on its way of a body that was refused, up to a limit."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _DRAINED_MOST:
        return
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
