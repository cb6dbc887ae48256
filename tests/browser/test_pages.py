"""The web pages in a real browser: the main ways through them; nothing asked elsewhere; hostile names stay text."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import loaders

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HOSTILE = "<img src=x onerror=window.hit=1>"


@pytest.fixture(scope="module")
def site(example_ledger: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served copy of the faulty province, with a payee whose name is an attack."""
    import uvicorn

    from api.http.app import create_app
    from api.http.service import Options
    from tools.neo4j.server import free_port

    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(example_ledger("faults").parent, folder / "copy")
    ledger = folder / "copy" / "ledger"
    (folder / "payments.csv").write_text(
        "payment_id,indicator_id,division_code,amount,pay_date,status,method,payee_kind,payee_name,purpose\n"
        f"P-EVIL,I-00000314,410103000,1.00,2017-06-01,valid,direct,village,{HOSTILE},{HOSTILE}\n", encoding="utf-8")
    loaders.load(ledger, [folder / "payments.csv"])
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(Options(ledger)), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def text_of(browser: Chrome, address: str) -> str:
    """Open an address; the page's own text. Anything refused or failed on the way is a failure."""
    browser.get_log("browser")
    browser.get(address)
    severe = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []
    return str(browser.find_element("tag name", "body").text)


def test_from_the_overview_to_the_records_of_a_figure(site: str, browser: Chrome) -> None:
    text = text_of(browser, f"{site}/overview")
    assert "103,575.28" in text
    browser.find_element("link text", "103,575.28").click()
    assert "103,575.28" in browser.find_element("tag name", "main").text
    assert "allocation:" in browser.find_element("tag name", "main").text


def test_search_a_record_read_its_trail_switch_the_policy(site: str, browser: Chrome) -> None:
    text_of(browser, f"{site}/overview?lang=en")
    box = browser.find_element("id", "q")
    box.send_keys("P-00000376")
    box.submit()
    browser.find_element("link text", "payment:P-00000376").click()
    assert "138.29" in browser.find_element("tag name", "main").text
    browser.execute_script(
        "const f = document.querySelector('select[name=policy]'); f.value = 'fifo';"
        "f.dispatchEvent(new Event('change'));")
    deadline = time.monotonic() + 20
    while "policy=fifo" not in browser.current_url:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "lang=en" in browser.current_url
    browser.switch_to.frame(browser.find_element("tag name", "iframe"))
    assert "payment:P-00000376" in browser.find_element("tag name", "body").text
    browser.switch_to.default_content()


def test_from_the_findings_to_one_and_to_a_countys_difference(site: str, browser: Chrome) -> None:
    assert "overdrawn" not in text_of(browser, f"{site}/risk?severity=red")
    browser.find_element("css selector", "tbody a").click()
    assert "/findings/F-" in browser.current_url
    text = text_of(browser, f"{site}/reconciliation")
    browser.find_element("css selector", "tbody a").click()
    assert "未解释" in browser.find_element("tag name", "main").text
    assert browser.find_elements("css selector", "figure svg")
    assert text


def test_hostile_names_stay_text_and_nothing_is_asked_elsewhere(site: str, browser: Chrome) -> None:
    for address in ("/search?q=P-EVIL", "/trace?record=P-EVIL", f"/search?q={HOSTILE}", "/risk?rule=<script>"):
        text_of(browser, site + address)
        assert browser.execute_script("return window.hit") is None
    asked = browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert all(name.startswith(site) for name in asked)
    for name in ("site.css", "site.js"):
        text = (Path(__file__).parent.parent.parent / "api" / "pages" / "assets" / name).read_text(encoding="utf-8")
        assert "http:" not in text
        assert "https:" not in text
