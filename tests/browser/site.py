"""A served copy of the faulty province for browser tests: people who may sign in, a payee whose name is an attack."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import axe_core_python

import loaders
from api.access.people import Person, added, users_file, write_people
from tests import waiting

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

HOSTILE = "<img src=x onerror=window.hit=1>"
AXE = Path(axe_core_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
COUNTY = "411328000"
PEOPLE = (
    Person("auditor", ("investigator",), ("*",)),
    Person("county", ("investigator",), (COUNTY,)),
    Person("reader", ("reader",), ("*",)),
)


@dataclass(frozen=True, slots=True)
class Site:
    """Where it is served, its ledger, and the key of each person."""

    address: str
    ledger: Path
    keys: dict[str, str]


@contextmanager
def served(original: Path, folder: Path) -> Iterator[Site]:
    """Serve a copy of a ledger on a free loopback port."""
    import uvicorn

    from api.http.app import create_app
    from api.http.service import Options
    from tools.neo4j.server import free_port

    shutil.copytree(original.parent, folder / "copy")
    ledger = folder / "copy" / "ledger"
    (folder / "payments.csv").write_text(
        "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,purpose\n"
        f"P-EVIL,I-00000314,410103000,1.00,2017-06-01,valid,direct,village,{HOSTILE},{HOSTILE}\n", encoding="utf-8")
    loaders.load(ledger, [folder / "payments.csv"])
    keys: dict[str, str] = {}
    people: dict[str, Person] = {}
    for person in PEOPLE:
        people, keys[person.name] = added(people, person)
    write_people(users_file(ledger), people)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(Options(ledger)), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waiting.until(lambda: server.started)
    yield Site(f"http://127.0.0.1:{port}", ledger, keys)
    server.should_exit = True
    thread.join(waiting.PATIENCE)


def text_of(browser: Chrome, address: str) -> str:
    """Open an address; the page's own text. Anything refused or failed on the way is a failure."""
    browser.get_log("browser")
    browser.get(address)
    assert failures(browser) == []
    return main_text(browser)


def failures(browser: Chrome) -> list[str]:
    """What the browser complained of since the last look."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def main_text(browser: Chrome) -> str:
    """What the page says."""
    return str(browser.find_element("tag name", "main").text)


def sign_in(browser: Chrome, site: Site, who: str) -> None:
    """Give the browser a session of one of the people, as the sign-in page would."""
    body = json.dumps({"key": site.keys[who]}).encode()
    request = Request(f"{site.address}/api/v1/session", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=waiting.PATIENCE) as answer:
        name, _, value = answer.headers["set-cookie"].split(";")[0].partition("=")
    if not browser.current_url.startswith(site.address):
        browser.get(f"{site.address}/assets/icon.svg")
    browser.delete_all_cookies()
    browser.add_cookie({"name": name, "value": value, "path": "/", "httpOnly": True, "sameSite": "Strict"})


def until(holds: Callable[[], object]) -> None:
    """Wait for something to hold in a page, which may just be replaced by the next."""
    waiting.until(lambda: _safely(holds))


def _safely(holds: Callable[[], object]) -> bool:
    from selenium.common.exceptions import WebDriverException

    try:
        return bool(holds())
    except WebDriverException:  # the page is being replaced
        return False


def sent(browser: Chrome, form: WebElement) -> None:
    """Send a form that writes a decision, and wait for the page that comes after it."""
    before = browser.find_element("tag name", "main")
    form.find_element("css selector", "button").click()
    until(lambda: browser.find_element("tag name", "main") != before)


def serious(browser: Chrome) -> list[tuple[str, str]]:
    """What axe finds serious or critical in the page as it stands: rule and the first element."""
    browser.execute_script(AXE)
    found = browser.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done(JSON.stringify("
        "r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => [v.id, v.nodes[0].html]))))")
    return [tuple(one) for one in json.loads(found)]
