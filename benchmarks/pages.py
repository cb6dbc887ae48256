"""The web pages of `lineage serve` at a size: each page as a person meets it, and a graph page in a real browser."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import psutil

from benchmarks.measures import Measure, Scale
from benchmarks.served import copied, served
from lineage.ledger import Ledger
from queries.prepared import prepare

if TYPE_CHECKING:
    from selenium import webdriver

TITLE = "Web pages"
NOTE = (
    "`lineage serve` over a ledger as `lineage load` leaves it, asked by one person once it has worked out what first "
    "pages wait for. A page about something (a payment, a payee, a division, a text) is asked once for each of twenty, "
    "never twice for the same; the others are asked nine times. Told is the middle of these times, and the longest. "
    "The aim is 300 ms. "
    "Last, a trail of 1,500 records as a file: made, and ready in Chromium (aim: 2 s)."
)
SUBJECTS, AGAIN, GRAPH_NODES = 20, 9, 1_500
IDLE_SECONDS = 3.0
STANDING = {
    "overview": "/overview",
    "overview by month": "/overview?by=month",
    "overview by agency": "/overview?by=agency",
    "risk": "/risk",
    "missing links": "/repairs",
    "reconciliation": "/reconciliation",
    "ranking": "/ranking",
    "records of the scale": "/figures?figure=scale",
    "records of the expenditure": "/figures?figure=expenditure",
}


def measure(scale: Scale) -> list[Measure]:
    """Serve and look at every page; then one graph page without a server."""
    import lineage

    with copied(scale) as ledger:
        prepare(ledger)
        opened = lineage.open(ledger)
        asked = {name: [address] * AGAIN for name, address in STANDING.items()} | _about(opened)
        with served(ledger) as (client, server):
            _until_idle(psutil.Process(server))
            pages = [_seen(client, name, addresses) for name, addresses in asked.items()]
        return pages + _graph_page(opened, ledger.parent)


def _about(ledger: Ledger) -> dict[str, list[str]]:
    """Addresses of pages about twenty different things each."""
    drawn = "FROM payments WHERE NOT is_reversal AND payee_name IS NOT NULL ORDER BY hash(record) LIMIT ?"
    rows = ledger.rows(f"SELECT record, payee_name {drawn}", [SUBJECTS])
    places = ledger.rows("SELECT DISTINCT division_code AS code FROM payments ORDER BY hash(code) LIMIT ?", [SUBJECTS])
    sources = ledger.rows("SELECT record FROM allocations ORDER BY amount_fen DESC LIMIT ?", [SUBJECTS])
    return {
        "trail of a payment": [f"/trace?record={quote(row['record'])}" for row in rows],
        "its graph": [f"/trace/graph?record={quote(row['record'])}" for row in rows],
        "trail of an allocation, down": [f"/trace?record={quote(row['record'])}&direction=down" for row in sources],
        "search for a payee": [f"/search?q={quote(row['payee_name'])}" for row in rows],
        "payee": [f"/payee?name={quote(row['payee_name'])}" for row in rows],
        "division": [f"/division?code={row['code']}" for row in places],
        "reconciliation of a division": [f"/reconciliation?division={row['code']}" for row in places],
    }


def _until_idle(server: psutil.Process) -> None:
    """Until a server that answers has nothing more to work out."""
    while True:
        before = _busy(server)
        time.sleep(IDLE_SECONDS)
        if _busy(server) - before < IDLE_SECONDS / 50:
            return


def _busy(server: psutil.Process) -> float:
    every = [server, *server.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in every)


def _seen(client: httpx.Client, name: str, addresses: list[str]) -> Measure:
    seconds = []
    for address in addresses:
        begun = time.perf_counter()
        client.get(address, follow_redirects=True).raise_for_status()
        seconds.append(time.perf_counter() - begun)
    seconds.sort()
    return Measure(name, seconds[len(seconds) // 2], note=f"longest of {len(seconds)}: {seconds[-1] * 1000:.0f} ms")


def _graph_page(ledger: Ledger, folder: Path) -> list[Measure]:
    import viz

    whole = ledger.rows("SELECT record FROM allocations ORDER BY amount_fen DESC LIMIT 1")[0]["record"]
    trail = ledger.trace(whole, "down", max_nodes=GRAPH_NODES)
    viz.view(trail)
    begun = time.perf_counter()
    viz.view(trail, folder / "page.html")
    made = Measure(f"a trail of {len(trail.nodes):,} records made a file", time.perf_counter() - begun)
    driver = shutil.which("chromedriver")
    if driver is None:
        return [made, Measure("the file ready in Chromium", 0.0, skipped="no Chromium here")]
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        readings = [_ready(browser, folder / "page.html") for _ in range(3)]
    finally:
        browser.quit()
    return [made, Measure("the file ready in Chromium", min(readings), note="since the browser began to open it")]


def _ready(browser: webdriver.Chrome, page: Path) -> float:
    browser.get(page.as_uri())
    while not (shown := browser.execute_script("return document.documentElement.dataset.ready")):
        time.sleep(0.02)
    return float(shown) / 1000
