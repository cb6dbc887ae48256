"""A copy of the made province's ledger, and `lineage serve` over it, for benchmarks that ask over HTTP."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from benchmarks.measures import Scale
from benchmarks.trace import ledger_of

PATIENCE_SECONDS, END_SECONDS = 120, 60


@contextmanager
def copied(scale: Scale) -> Iterator[Path]:
    """The ledger in a folder of its own, with its key; gone afterwards."""
    with tempfile.TemporaryDirectory(dir=scale.folder) as scratch:
        ledger, original = Path(scratch) / "ledger", ledger_of(scale)
        shutil.copytree(original, ledger)
        shutil.copy(f"{original}.key", f"{ledger}.key")
        yield ledger


@contextmanager
def served(
    ledger: Path, flags: Sequence[str] = (), headers: Mapping[str, str] | None = None
) -> Iterator[tuple[httpx.Client, int]]:
    """A server that answers, without a limit of questions: a client of it and its process number."""
    from tools.neo4j.server import free_port

    port = free_port()
    command = [sys.executable, "-m", "lineage", "serve", "--ledger", str(ledger), "--port", str(port), "--rate", "0"]
    server = subprocess.Popen([*command, *flags], stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS) as client:
            while True:
                with suppress(httpx.TransportError):
                    if client.get("/readyz").status_code == 200:
                        break
                time.sleep(0.2)
            yield client, server.pid
    finally:
        server.terminate()
        server.wait(END_SECONDS)
