"""`lineage serve`: the HTTP API and the pages."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import Settings, options
from api.cli.output import DONE, note
from lineage.words import say


@options("ledger", "graph")
def serve_command(
    settings: Settings,
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8765,
    rate: Annotated[float, typer.Option("--rate", min=0)] = 200.0,
) -> int:
    """Serve until stopped."""
    from lineage.errors import Misuse

    try:
        import uvicorn

        from api.http.app import create_app
        from api.http.service import Options
    except ModuleNotFoundError as error:
        raise Misuse(f"the HTTP door is not installed ({error.name})", "pip install 'fund-lineage[api]'") from error
    app = create_app(Options(settings.ledger, settings.graph, requests_per_second=rate))
    if host not in ("127.0.0.1", "localhost", "::1") and not app.state.service.doorkeeper.trust.is_configured:
        raise Misuse(f"nobody has a way to sign in, so {host} cannot be served", "add people with lineage users first")
    note(say("serve.at", settings.lang, url=f"http://{host}:{port}/", docs=f"http://{host}:{port}/docs"))
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, proxy_headers=False)
    return DONE
