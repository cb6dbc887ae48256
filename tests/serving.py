"""A real server over a ledger on a free loopback port, with a key for each of its people."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from api.access.people import Person, added, users_file, write_people
from api.http.app import create_app
from api.http.service import Options, Service
from tests.waiting import PATIENCE, until
from tools.neo4j.server import free_port

People = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]


class Running:
    """A server in this process; `ask` asks it as one of its people, `""` as nobody."""

    def __init__(self, ledger: Path, people: People, **options: Any) -> None:
        self.ledger = ledger
        self.keys: dict[str, str] = {}
        known: dict[str, Person] = {}
        for name, (roles, divisions) in people.items():
            known, self.keys[name] = added(known, Person(name, roles, divisions))
        if known:
            write_people(users_file(ledger), known)
        self.port = free_port()
        self.app: FastAPI = create_app(Options(ledger, **{"requests_per_second": 0.0, **options}))
        self.service: Service = self.app.state.service
        self._server = uvicorn.Server(uvicorn.Config(self.app, port=self.port, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self._client = httpx.Client(timeout=PATIENCE)
        until(lambda: self._server.started)

    def get(self, path: str, who: str = "", **more: Any) -> httpx.Response:
        """Ask with GET."""
        return self.ask("GET", path, who, **more)

    def ask(self, method: str, path: str, who: str = "", **more: Any) -> httpx.Response:
        """Ask; a path that begins with `//` is below the root, any other below /api/v1. Cookies are not kept."""
        headers = {**({"Authorization": f"Bearer {self.keys[who]}"} if who else {}), **more.pop("headers", {})}
        base = f"http://127.0.0.1:{self.port}"
        address = base + (path[1:] if path.startswith("//") else f"/api/v1{path}")
        for name, value in more.pop("cookies", {}).items():
            headers["Cookie"] = f"{name}={value}"
        self._client.cookies.clear()
        return self._client.request(method, address, headers=headers, **more)

    def stop(self) -> None:
        """End it and wait."""
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._client.close()


@contextmanager
def running(ledger: Path, people: People, **options: Any) -> Iterator[Running]:
    """A server for the time of a block."""
    server = Running(ledger, people, **options)
    try:
        yield server
    finally:
        server.stop()
