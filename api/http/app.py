"""The application: routes, guard, errors, the contract."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.routing import compile_path
from starlette.types import ASGIApp

from api import pages
from api.http import PREFIX, contract, problems
from api.http.guard import Guard
from api.http.routes import administration, batches, cases, decisions, drilling, machine, questions, records, session
from api.http.service import Options, Service
from api.pages.problem import problem_page
from lineage.release import VERSION

DESCRIPTION = (
    "Trace any payment of public money to its province-level sources, to the fen. Amounts are decimal strings in "
    "yuan; dates ISO; records `kind:id`, percent-encoded in paths. Errors are problem+json of one shape."
)
NOUNS = (records, questions, drilling, decisions, cases, batches, administration)


class Door(FastAPI):
    """The application, with the guard around all of it: errors pass it too."""

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's own layers, guarded."""
        return Guard(super().build_middleware_stack(), self.state.service, _Methods(self.state.routers))


def create_app(options: Options) -> FastAPI:
    """The application over one ledger. Raises NotFound without a ledger, Misuse for a broken users file."""
    service = Service(options)
    service.kept.sweep()
    if options.prepares:
        service.prepare = lambda: pages.prepared(service)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        service.prepare_soon()
        threading.Thread(target=_keep_synced, args=(service, stop), daemon=True).start()
        yield
        stop.set()
        service.close()

    app = Door(
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
    for part in NOUNS:
        app.include_router(part.routes, prefix=PREFIX, responses=problems.EVERYWHERE)
    app.include_router(session.routes, prefix=PREFIX, responses=problems.EVERYWHERE)
    app.include_router(machine.routes, responses=problems.responses(405, 503))
    app.state.problem_page = problem_page
    for_people = (*pages.routes(), session.pages)
    for router in for_people:
        app.include_router(router)
    app.state.routers = [
        *((PREFIX, part.routes) for part in (*NOUNS, session)),
        *(("", router) for router in (machine.routes, *for_people)),
    ]
    contract.install(app)
    app.add_api_route("/docs", lambda: HTMLResponse(contract.page(app)), include_in_schema=False)
    return app


def of_environment() -> FastAPI:
    """The application of one of several workers, as `lineage serve --workers` starts them."""
    return create_app(Options.of_text(os.environ["LINEAGE_SERVE"]))


def _keep_synced(service: Service, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        service.log.sync()


class _Methods:
    """What may be done at a path: the methods of every route that matches it, with HEAD and OPTIONS."""

    def __init__(self, routers: Sequence[tuple[str, APIRouter]]) -> None:
        self._known = [
            (compile_path(prefix + route.path)[0], sorted(route.methods or ()))
            for prefix, router in routers
            for route in router.routes
            if isinstance(route, APIRoute)
        ]

    def __call__(self, path: str) -> list[str]:
        found = {method for pattern, methods in self._known if pattern.match(path) for method in methods}
        return sorted(found | ({"HEAD"} if "GET" in found else set()) | {"OPTIONS"}) if found else []
