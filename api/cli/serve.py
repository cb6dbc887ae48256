"""`lineage serve`: the HTTP API and the pages."""

from __future__ import annotations

import os
import secrets
import socket
from typing import Annotated, Any

import typer

from api.cli.options import LANGUAGE, Settings, options
from api.cli.output import DONE, note
from lineage.words import say

HEALTH_SECONDS = 120
"""A worker may be deep in one long question (a first search, every rule): five seconds' silence is no death."""
LOCAL = ("127.0.0.1", "localhost", "::1")


def _help(key: str) -> str:
    return say(f"serve.option_{key}", LANGUAGE)


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
        taken.bind((host, 0))
        return int(taken.getsockname()[1])


@options("ledger", "graph")
def serve_command(
    settings: Settings,
    host: Annotated[str, typer.Option("--host", help=_help("host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=_help("port"))] = 8765,
    rate: Annotated[float, typer.Option("--rate", min=0, help=_help("rate"))] = 200.0,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help=_help("workers"))] = 1,
) -> int:
    """Serve until stopped."""
    from lineage.errors import Misuse, Unavailable

    try:
        import uvicorn

        from api.http.app import create_app
        from api.http.service import Options
    except ModuleNotFoundError as error:
        raise Misuse(f"the HTTP door is not installed ({error.name})", "pip install 'fund-lineage[api]'") from error
    served = Options(settings.ledger, settings.graph, requests_per_second=rate, prepares=True)
    app: Any = create_app(served)
    if host not in LOCAL and not app.state.service.doorkeeper.trust.is_configured:
        raise Misuse(f"nobody has a way to sign in, so {host} cannot be served", "add people with lineage users first")
    port = port or _free_port(host)
    at = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    note(say("serve.at", settings.lang, url=f"{at}/", docs=f"{at}/docs"))
    if workers > 1:
        note(say("serve.workers", settings.lang, workers=workers))
        os.environ.setdefault("LINEAGE_SESSION_SECRET", secrets.token_urlsafe(48))  # one session for all workers
        os.environ["LINEAGE_SERVE"] = served.to_text()
        app = "api.http.app:of_environment"
    try:
        uvicorn.run(
            app, factory=workers > 1, workers=workers, host=host, port=port, log_level="warning",
            server_header=False, proxy_headers=False, timeout_graceful_shutdown=30,
            timeout_worker_healthcheck=HEALTH_SECONDS,
        )  # fmt: skip
    except SystemExit as error:  # uvicorn's own way to say that the port is taken
        if error.code:
            raise Unavailable(f"could not serve at {at}", "is the port free? --port 0 takes a free one") from error
    return DONE
