"""`python -m tools.soak FOLDER [MINUTES]`: an hour of mixed loads and questions against a real server; what grows?

A made province is served by two workers; one client asks now a trace, now an overview, findings, a search, a page, and
uploads a small file of new and corrected payments each half minute. At a low rate: the machine stays usable. Prints a
line a minute: answers by status, how long they took, anonymous memory of each worker, open files, bytes on disk.
What the server says goes to FOLDER/server.log. Exits with 1 when any answer was a 5xx, an upload failed or a worker
ended.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil

import lineage
import loaders
import queries
from api.access.people import Person, added, users_file, write_people
from loaders.province import make_province
from tools.memory import own_bytes
from tools.neo4j.server import free_port

PAYMENTS, WORKERS, LOAD_SECONDS, PAUSE_SECONDS = 20_000, 2, 30, 0.25
OTHERS = ("/overview", "/overview?by=division", "/findings", "/reconciliation", "/ranking", "/search?q=%E6%9D%91",
          "/rules")  # fmt: skip
_HEAD = "payment_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"


@dataclass(slots=True)
class Minute:
    """What was seen in one minute; mutable while it runs."""

    statuses: Counter[int] = field(default_factory=Counter)
    traces: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)

    def line(self, number: int, ledger: Path, server: psutil.Process) -> str:
        """A row of the table."""
        statuses = " ".join(f"{code}×{count}" for code, count in sorted(self.statuses.items()))
        took = [f"{1000 * statistics.median(some):.0f}" if some else "" for some in (self.traces, self.others)]
        worst = f"{1000 * max([*self.traces, *self.others], default=0):.0f}"
        loads = f"{statistics.median(self.loads):.1f}" if self.loads else ""
        workers = _alive(server)
        memory = " ".join(f"{size >> 20}" for size, _ in workers.values())
        files = sum(count for _, count in workers.values())
        batches = sum(1 for _ in (ledger / "manifest").iterdir())
        room = [_size(ledger / name) >> 10 for name in ("batches", "derived", "audit")]
        cells = [number, statuses, *took, worst, loads, memory, files, batches, *room, _size(_beside(ledger)) >> 10]
        return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Make, serve, ask, load, and tell."""
    ledger, minutes = Path(sys.argv[1]) / "ledger", int(sys.argv[2]) if len(sys.argv) > 2 else 60
    make_province(ledger.parent / "bundle", PAYMENTS, 2017)
    loaders.load(ledger, ledger.parent / "bundle", at=datetime(2018, 1, 2))
    queries.prepare(ledger)
    sys.exit(1 if _soak(ledger, minutes) else 0)


def _soak(ledger: Path, minutes: int) -> int:
    """Print the table; the number of answers that were faults of the server."""
    opened = lineage.open(ledger)
    asked = "SELECT record FROM payments WHERE NOT is_reversal ORDER BY hash(record) LIMIT 5000"
    records = [row["record"] for row in opened.rows(asked)]
    division = opened.rows("SELECT division_code FROM payments LIMIT 1")[0]["division_code"]
    print("| minute | answers | trace ms | other ms | worst ms | upload to served s | own MiB a worker | open files | "
          "batches | batches KiB | derived KiB | audit KiB | beside KiB |")
    print("|" + " --- |" * 13, flush=True)
    faults, chance, uploads = 0, random.Random(2017), 0
    with _served(ledger) as (client, server):
        begun = _alive(server).keys()
        for number in range(1, minutes + 1):
            minute, until = Minute(), time.monotonic() + 60
            load_at = time.monotonic()
            while time.monotonic() < until:
                if time.monotonic() >= load_at:
                    load_at += LOAD_SECONDS
                    uploads += 1
                    _upload(client, minute, _rows(uploads, division))
                _ask(client, minute, f"/records/{quote(chance.choice(records), safe='')}/lineage", minute.traces)
                if chance.random() < 0.2:
                    _ask(client, minute, chance.choice(OTHERS), minute.others)
                time.sleep(PAUSE_SECONDS)
            faults += sum(count for code, count in minute.statuses.items() if code >= 500 or code == 0)
            print(minute.line(number, ledger, server), flush=True)
            if ended := sorted(begun - _alive(server).keys()):
                print(f"processes that ended: {ended}", flush=True)
                faults, begun = faults + len(ended), _alive(server).keys()
    return faults


def _alive(server: psutil.Process) -> dict[int, tuple[int, int]]:
    """The server's processes with own memory and open files; one that ends while it is looked at is left out."""
    found = {}
    for one in (server, *server.children(recursive=True)):
        with suppress(psutil.Error, ProcessLookupError, FileNotFoundError):
            found[one.pid] = own_bytes(one.pid), one.num_fds()
    return found


def _rows(upload: int, division: str) -> bytes:
    """Twenty new payments and, of the upload before, five corrected ones."""
    new = [f"P-SOAK-{upload}-{n},{division},{n}.50,2017-09-01,valid,direct,village,V{n}\n" for n in range(1, 21)]
    old = [f"P-SOAK-{upload - 1}-{n},{division},{n}.75,2017-09-01,valid,direct,village,V{n}\n" for n in range(1, 6)]
    return (_HEAD + "".join(new + (old if upload > 1 else []))).encode()


def _ask(client: httpx.Client, minute: Minute, path: str, into: list[float]) -> None:
    began = time.perf_counter()
    try:
        minute.statuses[client.get(f"/api/v1{path}").status_code] += 1
    except httpx.TransportError:
        minute.statuses[0] += 1
    into.append(time.perf_counter() - began)


def _upload(client: httpx.Client, minute: Minute, content: bytes) -> None:
    """Upload and wait until a worker answers with it."""
    began = time.perf_counter()
    taken = client.post("/api/v1/batches", files=[("files", ("payments.csv", content))])
    minute.statuses[taken.status_code] += 1
    while taken.status_code < 300 and time.perf_counter() - began < 60:
        answer = client.get(taken.json()["follow"])
        minute.statuses[answer.status_code] += 1
        state = answer.json()
        if state["state"] == "failed":
            minute.statuses[599] += 1
            return
        if state["served"]:
            minute.loads.append(time.perf_counter() - began)
            return
        time.sleep(PAUSE_SECONDS)
    minute.statuses[598] += 1


@contextmanager
def _served(ledger: Path) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    people, key = added({}, Person("soak", ("reader", "loader"), ("*",)))
    write_people(users_file(ledger), people)
    port = free_port()
    command = [sys.executable, "-m", "lineage", "serve", "--ledger", str(ledger), "--port", str(port), "--rate", "0",
               "--workers", str(WORKERS)]  # fmt: skip
    with (ledger.parent / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stderr=log)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120) as client:
            while True:
                with suppress(httpx.TransportError):
                    if client.get("/readyz").status_code == 200:
                        break
                time.sleep(0.2)
            yield client, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(60)


def _beside(ledger: Path) -> Path:
    return ledger.with_name(f"{ledger.name}.serve")


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*") if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            total += file.stat().st_size if file.is_file() else 0
    return total


if __name__ == "__main__":
    main()
