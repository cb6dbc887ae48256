"""Sixteen clients asking for traces over HTTP while a batch is loaded: rate, waiting times, errors, memory."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil

from benchmarks.measures import Measure, Scale
from benchmarks.served import copied, served
from tools.memory import own_bytes

TITLE = "Serving traces"
NOTE = (
    "`lineage serve --workers 2` over a copy of the ledger; 16 clients each ask one trace after another, of payments "
    "taken at random, and after a quarter of the time a batch of new payments is uploaded and loaded. SERVING_SECONDS "
    "(600) is how long. The clients run on the same cores."
)
CLIENTS, WORKERS, NEW_ROWS, PAYMENTS_ASKED = 16, 2, 20_000, 5_000


@dataclass(slots=True)
class Tally:
    """What the clients saw; mutable, one for all."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)
    own: list[int] = field(default_factory=list)
    span: float = 0.0
    loaded: float = 0.0


def measure(scale: Scale) -> list[Measure]:
    """Serve, ask, load, and count."""
    span = float(os.environ.get("SERVING_SECONDS", "600"))
    with copied(scale) as ledger:
        tally = _served(ledger, span)
    seconds = sorted(tally.seconds)
    errors = sum(count for status, count in tally.statuses.items() if status != 200)
    begun, ended = tally.own[2 : len(tally.own) // 8 + 3], tally.own[-3:]
    memory = f"all workers: {_mib(begun)} MiB at first, {_mib(tally.own)} at most, {_mib(ended)} at the end"
    return [
        Measure(f"{CLIENTS} clients", tally.span, len(seconds), "traces", note=f"errors: {errors}; {memory}"),
        Measure("half of the answers within", seconds[len(seconds) // 2]),
        Measure("99 of 100 within", seconds[len(seconds) * 99 // 100]),
        Measure("upload loaded and served", tally.loaded, NEW_ROWS, "rows", note=f"{len(tally.versions)} versions met"),
    ]


def _served(ledger: Path, span: float) -> Tally:
    import lineage
    from api.access.people import Person, added, users_file, write_people

    opened = lineage.open(ledger)
    chosen = "SELECT record FROM payments WHERE NOT is_reversal ORDER BY hash(record) LIMIT ?"
    records = [row["record"] for row in opened.rows(chosen, [PAYMENTS_ASKED])]
    division = opened.rows("SELECT division_code FROM payments LIMIT 1")[0]["division_code"]
    people, key = added({}, Person("bench", ("reader", "loader"), ("*",)))
    write_people(users_file(ledger), people)
    headers = {"Authorization": f"Bearer {key}"}
    with served(ledger, ("--workers", str(WORKERS)), headers) as (client, server):
        return _asked(client, server, records, division, span)


def _asked(client: httpx.Client, server: int, records: list[str], division: str, span: float) -> Tally:
    tally, stop, begun = Tally(), threading.Event(), time.perf_counter()
    clients = [
        threading.Thread(target=_one_client, args=(client, records, tally, stop, number)) for number in range(CLIENTS)
    ]
    watching = threading.Thread(target=_watch, args=(server, tally, stop))
    for thread in (*clients, watching):
        thread.start()
    time.sleep(span / 4)
    tally.loaded = _loaded(client, division)
    time.sleep(max(0.0, begun + span - time.perf_counter()))
    stop.set()
    tally.span = time.perf_counter() - begun
    for thread in (*clients, watching):
        thread.join()
    return tally


def _one_client(client: httpx.Client, records: list[str], tally: Tally, stop: threading.Event, seed: int) -> None:
    chance = random.Random(seed)
    while not stop.is_set():
        record = quote(chance.choice(records), safe="")
        begun = time.perf_counter()
        try:
            answer = client.get(f"/api/v1/records/{record}/lineage")
        except httpx.TransportError:
            tally.statuses[0] += 1
            continue
        tally.seconds.append(time.perf_counter() - begun)
        tally.statuses[answer.status_code] += 1
        tally.versions.add(answer.json().get("version", ""))


def _loaded(client: httpx.Client, division: str) -> float:
    """Upload new payments and follow the upload until a worker answers with it; seconds."""
    head = "payment_id,division_code,amount,pay_date,status,method,payee_kind,payee_name\n"
    rows = "".join(f"P-NEW-{n},{division},{n}.50,2017-09-01,valid,direct,village,V{n}\n" for n in range(1, NEW_ROWS))
    begun = time.perf_counter()
    taken = client.post("/api/v1/batches", files=[("files", ("payments.csv", (head + rows).encode()))])
    taken.raise_for_status()
    while True:
        state = client.get(taken.json()["follow"]).json()
        assert state["state"] != "failed", state
        if state["served"]:
            return time.perf_counter() - begun
        time.sleep(0.5)


def _watch(server: int, tally: Tally, stop: threading.Event) -> None:
    """What the server's processes hold for themselves, every second: mapped files are the system's to take back."""
    process = psutil.Process(server)
    while not stop.wait(1.0):
        with suppress(psutil.Error, OSError):
            tally.own.append(sum(own_bytes(one.pid) for one in [process, *process.children(recursive=True)]))


def _mib(readings: list[int]) -> str:
    return f"{max(readings, default=0) / 2**20:,.0f}"
