"""The web pages in a real browser: the main ways through them; nothing asked elsewhere; hostile names stay text."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen
from zipfile import ZipFile

import pytest

from tests.browser.site import (
    COUNTY,
    HOSTILE,
    Site,
    failures,
    main_text,
    sent,
    serious,
    served,
    sign_in,
    text_of,
    until,
)
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TYPED_AGAIN = "payment:P-00000383"  # of an indicator that was typed in again as own money
TOO_LARGE = "const d = document.documentElement; return [d.scrollHeight - innerHeight, d.scrollWidth - innerWidth]"
ISSUED_TWICE = "F-0dfe2b2af7718a8c"  # chain/unreceived-transfer of the county
EVERY_PAGE = (
    "/overview",
    "/overview?by=fund&measure=findings_number",
    "/figures?figure=scale",
    f"/division?code={COUNTY}",
    "/trace",
    f"/trace?record={TYPED_AGAIN}&pin={TYPED_AGAIN}&note=x",
    "/trace?record=allocation:A-00000017&direction=down&depth=2",
    f"/trace/graph?record={TYPED_AGAIN}",
    "/risk",
    f"/findings/{ISSUED_TWICE}",
    "/rules",
    "/rules?rule=pay/duplicate",
    "/repairs",
    "/reconciliation",
    "/reconciliation?division=410302000",
    "/ranking",
    "/ranking/part?division=410482000&part=chain",
    "/search?q=2017",
    "/payee?name=village383",
    "/cases",
    f"/cases?record={TYPED_AGAIN}",
    "/feeds",
    "/docs",
)


@pytest.fixture(scope="module")
def site(example_ledger: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(example_ledger("faults"), tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture
def auditor(site: Site, browser: Chrome) -> Iterator[Chrome]:
    """The browser, signed in as who sees everything and decides."""
    sign_in(browser, site, "auditor")
    yield browser
    browser.delete_all_cookies()


def test_without_a_key_one_is_brought_to_the_sign_in_page_and_back(site: Site, browser: Chrome) -> None:
    browser.get(f"{site.address}/risk?severity=red")
    assert "/signin" in browser.current_url
    browser.find_element("name", "key").send_keys("not a key")
    browser.find_element("css selector", "#signin button").click()
    until(lambda: browser.find_element("css selector", ".said").text)
    assert failures(browser) != []
    browser.find_element("link text", "English").click()
    until(lambda: "Sign in" in main_text(browser))
    browser.find_element("name", "key").send_keys(site.keys["reader"])
    browser.find_element("css selector", "#signin button").click()
    until(lambda: "/risk?severity=red" in browser.current_url)
    browser.get(f"{site.address}/findings/{ISSUED_TWICE}")
    assert browser.find_elements("css selector", "form[data-post]") == []
    browser.find_element("id", "signout").click()
    until(lambda: "/signin" in browser.current_url)


def test_from_the_overview_to_the_records_of_a_figure(site: Site, auditor: Chrome) -> None:
    assert "103,575.28" in text_of(auditor, f"{site.address}/overview")
    auditor.find_element("link text", "103,575.28").click()
    assert "103,575.28" in main_text(auditor)
    assert "allocation:" in main_text(auditor)
    text_of(auditor, f"{site.address}/overview?by=month")
    amount = auditor.find_element("css selector", "#table-by_month a[href*='figure=expenditure'][href*='2017-06']").text
    auditor.get(auditor.find_element("link text", amount).get_attribute("href"))
    assert amount in auditor.find_element("css selector", "dl.cards").text


def test_the_unit_is_that_of_every_amount_and_the_tiles_take_any_measure(site: Site, auditor: Chrome) -> None:
    assert "1,035,752,804.77" in text_of(auditor, f"{site.address}/overview?unit=yuan&measure=scale&lang=en")
    assert "10.3575" in text_of(auditor, f"{site.address}/overview?unit=yi")
    tile = auditor.find_element("css selector", f".tiles a[href*='{COUNTY}']")
    auditor.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", tile)
    until(lambda: "/division" in auditor.current_url)
    assert "唐河县" in main_text(auditor)
    assert auditor.find_elements("css selector", "svg.flow .ribbon")


def test_a_payee_its_payment_its_trail_another_policy_a_link_accepted_and_the_figures_move(
    site: Site, auditor: Chrome
) -> None:
    text_of(auditor, f"{site.address}/overview?lang=en")
    box = auditor.find_element("id", "q")
    box.send_keys("village383")
    box.submit()
    until(lambda: "/search" in auditor.current_url)
    auditor.find_element("link text", TYPED_AGAIN).click()
    until(lambda: "/trace" in auditor.current_url)
    assert "indicator:I-00000318" in auditor.find_element("id", "table-sources").text
    auditor.execute_script(
        "const f = document.querySelector('select[name=policy]'); f.value = 'fifo';"
        "f.dispatchEvent(new Event('change'));")
    until(lambda: "policy=fifo" in auditor.current_url)
    assert "lang=en" in auditor.current_url
    row = auditor.find_element("css selector", "#table-proposals tr[data-record='indicator:I-00000318']")
    assert "amount equal +0.42" in row.text
    assert "transfer:" in row.find_elements("tag name", "td")[0].text
    proposal = row.find_element("css selector", "form.deed")
    proposal.find_element("name", "why").send_keys("same number, same amount")
    sent(auditor, proposal)
    sources = auditor.find_element("id", "table-sources").text
    assert "allocation:A-00000017" in sources
    assert "79.79" in sources  # of 89.85, first in first out
    assert "0.00 – 89.85" in sources
    assert "same number, same amount" in auditor.find_element("id", "table-accepted").text
    text_of(auditor, f"{site.address}/trace?record={TYPED_AGAIN}&asserted=no")
    assert "allocation:" not in auditor.find_element("id", "table-sources").text
    text_of(auditor, f"{site.address}/repairs")
    back = auditor.find_element("css selector", "#table-accepted form.deed")
    back.find_element("name", "why").send_keys("to be looked into")
    sent(auditor, back)
    assert auditor.find_elements("id", "table-accepted") == []


def test_in_the_trail_records_are_opened_pinned_noted_and_put_into_the_middle(site: Site, auditor: Chrome) -> None:
    text_of(auditor, f"{site.address}/trace?record={TYPED_AGAIN}&depth=0")
    assert auditor.find_elements("css selector", "#table-records tbody tr") == auditor.find_elements(
        "css selector", f"#table-records tr[data-record='{TYPED_AGAIN}']")
    auditor.switch_to.frame("graph")
    until(lambda: auditor.execute_script("return document.documentElement.dataset.ready"))
    auditor.execute_script("graphPage.choose(0)")
    auditor.find_element("css selector", "[data-deed=open]").click()
    auditor.switch_to.default_content()
    until(lambda: auditor.find_elements("css selector", "#table-records tr[data-record='indicator:I-00000318']"))
    auditor.find_element("css selector", "#table-records tr[data-record='indicator:I-00000318'] td.amount").click()
    auditor.switch_to.frame("graph")
    until(lambda: "indicator:I-00000318" in auditor.find_element("id", "detail").text)
    auditor.find_element("css selector", "[data-deed=pin]").click()
    auditor.switch_to.default_content()
    until(lambda: auditor.find_elements("css selector", ".pins"))
    note = auditor.find_element("css selector", ".pins input[name=note]")
    note.send_keys("ask the county")
    note.submit()
    until(lambda: "ask+the+county" in auditor.current_url)
    assert "open=" in auditor.current_url
    auditor.switch_to.frame("graph")
    until(lambda: auditor.execute_script("return document.documentElement.dataset.ready"))
    auditor.execute_script("graphPage.choose(1)")
    auditor.find_element("css selector", "[data-deed=centre]").click()
    auditor.switch_to.default_content()
    until(lambda: "record=indicator%3AI-00000318" in auditor.current_url)
    assert auditor.find_element("css selector", ".pins input[name=note]").get_attribute("value") == "ask the county"


def test_the_graph_takes_the_width_of_the_page_and_the_height_of_its_trail(site: Site, auditor: Chrome) -> None:
    heights = []
    for asked in (TYPED_AGAIN, "allocation:A-00000017&direction=down"):
        text_of(auditor, f"{site.address}/trace?record={asked}")
        frame = auditor.find_element("id", "graph")
        until(lambda frame=frame: frame.get_attribute("style"))
        main = auditor.find_element("id", "content")
        assert frame.size["width"] > main.size["width"] - 60
        heights.append(frame.size["height"])
        auditor.switch_to.frame("graph")
        until(lambda: auditor.execute_script(TOO_LARGE) == [0, 0])
        auditor.switch_to.default_content()
    assert heights[0] < heights[1]


def test_a_hit_bears_the_words_of_its_trail(site: Site, auditor: Chrome) -> None:
    text_of(auditor, f"{site.address}/search?q=village383")
    cells = auditor.find_element("css selector", f"#table-hits tr[data-record='{TYPED_AGAIN}']").text
    text_of(auditor, f"{site.address}/trace?record={TYPED_AGAIN}")
    _, words, day = auditor.find_element("css selector", ".lead").text.split(" · ")
    assert words in cells
    assert day in cells


def test_a_finding_from_open_to_closed_by_the_county_and_its_superior(site: Site, browser: Chrome) -> None:
    def may(*events: str) -> None:
        offered = browser.find_elements("css selector", "select[name=event] option")
        assert {one.get_attribute("value") for one in offered} == set(events)

    def act(who: str, event: str, **fields: str) -> str:
        sign_in(browser, site, who)
        text_of(browser, f"{site.address}/findings/{ISSUED_TWICE}?lang=en")
        browser.execute_script(
            "const f = document.querySelector('select[name=event]'); f.value = arguments[0];"
            "f.dispatchEvent(new Event('change'));", event)
        for name, value in fields.items():
            script = "document.querySelector(`input[name=${arguments[0]}]`).value = arguments[1]"
            browser.execute_script(script, name, value)
        sent(browser, browser.find_element("css selector", "form[data-post*=events]"))
        return str(browser.find_element("css selector", "dl.cards").text)

    sign_in(browser, site, "county")
    text_of(browser, f"{site.address}/findings/{ISSUED_TWICE}")
    may("review", "comment")
    assert "under review" in act("county", "review")
    assert "explained" in act("county", "explain", comment="issued twice")
    may("rectify", "attach", "comment")
    assert "under review" in act("auditor", "send-back", comment="where is the paper?")
    assert "2030-01-31" in act("auditor", "due", due="2030-01-31")
    assert "rectifying" in act("county", "rectify", comment="taken back", attachment="sha256:00")
    assert "closed" in act("auditor", "close", comment="seen")
    who = [cell.text for cell in browser.find_elements("css selector", "#table-history tbody td:nth-child(2)")]
    assert who == ["county", "county", "auditor", "auditor", "county", "auditor"]
    assert "closed" in text_of(browser, f"{site.address}/risk?state=closed&lang=en")
    browser.delete_all_cookies()


def test_a_case_is_opened_filled_asked_what_moved_shared_and_closed(site: Site, browser: Chrome) -> None:
    def form(event: str) -> WebElement:
        within = f"form:has(input[name=event][value={event}])"
        browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
        return browser.find_element("css selector", within)

    def write(event: str, **fields: str) -> None:
        for name, value in fields.items():
            form(event).find_element("name", name).send_keys(value)
        sent(browser, form(event))

    sign_in(browser, site, "auditor")
    text_of(browser, f"{site.address}/cases?lang=en")
    browser.find_element("name", "title").send_keys(HOSTILE)
    sent(browser, browser.find_element("css selector", "form[data-post='/api/v1/cases']"))
    text_of(browser, f"{site.address}/trace?record={TYPED_AGAIN}&lang=en")
    browser.find_element("link text", "Put into a case").click()
    until(lambda: "/cases?record=" in browser.current_url)
    write("added")
    browser.find_element("link text", "K-0001").click()
    until(lambda: "/cases/K-0001" in browser.current_url)
    assert TYPED_AGAIN in browser.find_element("id", "table-records").text
    write("added", record="payment:P-EVIL")
    write("noted", text="who signed?")
    write("view", record=TYPED_AGAIN)
    write("paper", name="contract.pdf", sha256="0" * 64)
    write("shared", **{"with": COUNTY})
    browser.find_element("link text", "What has moved since?").click()
    until(lambda: "everything is as it was noted" in main_text(browser))
    assert serious(browser) == []
    sign_in(browser, site, "county")  # the case is shared, a record of another county is not there
    shown = text_of(browser, f"{site.address}/cases/K-0001?lang=en")
    assert HOSTILE in shown
    assert "who signed?" in shown
    assert TYPED_AGAIN in shown
    assert "P-EVIL" not in shown
    sign_in(browser, site, "reader")
    text_of(browser, f"{site.address}/cases/K-0001")
    assert not browser.find_elements("css selector", "form[data-post]")
    sign_in(browser, site, "auditor")
    text_of(browser, f"{site.address}/cases/K-0001?lang=en")
    write("closed", text="explained")
    assert "closed" in browser.find_element("css selector", "dl.cards").text
    write("reopened", text="another paper came")
    write("dropped")
    assert TYPED_AGAIN not in browser.find_element("id", "table-records").text
    browser.delete_all_cookies()


def test_a_countys_difference_is_taken_apart_to_its_records(site: Site, auditor: Chrome) -> None:
    text_of(auditor, f"{site.address}/reconciliation")
    auditor.find_element("link text", "老城区").click()
    causes = auditor.find_element("id", "table-scale-all").text
    assert "未接收" in causes
    assert "-227.57" in causes
    assert "重复录入" in causes
    assert auditor.find_elements("css selector", ".waterfall svg")
    auditor.find_element("link text", "transfer:T-00000269").click()
    until(lambda: "/trace" in auditor.current_url)


def test_a_county_explains_its_own_difference_and_nobody_else_does(site: Site, browser: Chrome) -> None:
    theirs = "form[data-post='/api/v1/reconciliation/explanations']"
    sign_in(browser, site, "auditor")
    text_of(browser, f"{site.address}/reconciliation?division={COUNTY}&lang=en")
    assert not browser.find_elements("css selector", theirs)
    sign_in(browser, site, "county")
    text_of(browser, f"{site.address}/reconciliation?division={COUNTY}&lang=en&unit=yuan")
    form = browser.find_element("css selector", theirs)
    form.find_element("name", "why").send_keys(HOSTILE)
    form.find_element("name", "amount").send_keys("-1234.50")
    sent(browser, form)
    shown = main_text(browser)
    assert f"{HOSTILE} -1,234.50" in shown
    assert browser.execute_script("return window.hit") is None
    browser.delete_all_cookies()


def test_a_rank_opens_to_its_parts_and_these_to_their_records(site: Site, auditor: Chrome) -> None:
    text_of(auditor, f"{site.address}/ranking?group=direct-counties")
    auditor.find_element("css selector", "#table-ranking a.mark").click()
    until(lambda: "part=" in auditor.current_url)
    assert auditor.find_elements("css selector", "#table-part_records tbody tr")


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_no_page_has_a_serious_fault_of_access_or_goes_beyond_a_telephone(
    site: Site, auditor: Chrome, address: str
) -> None:
    for lang in ("zh", "en"):
        if address == "/docs" and lang == "en":
            continue
        sign = "&" if "?" in address else "?"
        browser_text = text_of(auditor, f"{site.address}{address}{sign}lang={lang}")
        assert lang == "en" or serious(auditor) == []
        if lang == "en" and "/graph" not in address:
            words = re.sub(r"[〔［][^〕］]*|中文", "", browser_text)
            assert not re.search(r"(合计|金额|区划|记录|原因|万元)", words)
    if "/graph" not in address:
        narrow(auditor, 390)
        assert auditor.execute_script("return document.documentElement.scrollWidth") <= 390
        narrow(auditor, 0)


def narrow(browser: Chrome, width: int) -> None:
    """Make the page as wide as a telephone, or with 0 as it was."""
    if width:
        size: dict[str, Any] = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    else:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_every_table_of_a_page_is_had_as_a_workbook(site: Site) -> None:
    from openpyxl import load_workbook

    for address in EVERY_PAGE:
        if address == "/docs" or "/graph" in address:
            continue
        page = asked(site, address)[1].decode()
        tables = set(re.findall(r"<table id=\"table-([\w-]+)\"", page))
        links = re.findall(r'href="([^"]*table=([\w-]+)[^"]*)"', page)
        files = {name: link.replace("&amp;", "&") for link, name in links}
        assert set(files) == tables
        for name, link in files.items():
            book = load_workbook(io.BytesIO(asked(site, link)[1]), read_only=True)
            assert book.sheetnames == [name[:31]]
            assert len(list(book.active.iter_rows())) > 1


def test_a_workbook_holds_every_fen_in_the_unit_of_the_page(site: Site) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(asked(site, "/overview?table=divisions&unit=wan")[1]))
    rows = list(book.active.values)
    place = next(place for place, head in enumerate(rows[0]) if head == "支出 (万元)")
    found = next(row for row in rows if COUNTY in row)[place]
    page = asked(site, f"/figures?figure=expenditure:{COUNTY}&unit=yuan")[1].decode()
    shown = re.search(r"<dd>([\d,.]+)</dd>", page)
    assert shown
    assert round(found * 10_000, 2) == float(shown.group(1).replace(",", ""))


def test_an_evidence_pack_comes_as_an_archive_that_its_checker_accepts(site: Site, tmp_path: Path) -> None:
    import subprocess
    import sys

    for address in (f"/trace/pack?record={TYPED_AGAIN}", f"/division/pack?code={COUNTY}&lang=en"):
        archive = ZipFile(io.BytesIO(asked(site, address)[1]))
        archive.extractall(tmp_path)
        files = sorted(name for name in archive.namelist() if not name.endswith(".py"))
        done = subprocess.run([sys.executable, "check_pack.py", *files], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nowhere", 404, "没有找到"),
        ("/trace?record=P-NOT-THERE", 404, "账本里没有“P-NOT-THERE”"),
        ("/trace?record=payment:P-00000383&policy=best", 422, "不认识“best”"),
        ("/trace?record=payment:P-00000383&depth=deep", 422, "“deep”不是数字"),
        ("/trace?record=division:410000000", 422, "这个问题无法回答"),
        ("/trace?record=payment:P-00000383&policy=poison", 200, "可能"),
        ("/overview?year=20x7", 422, "“20x7”不是年度"),
        ("/overview?calibre=2018", 422, "不认识“2018”"),
        ("/overview?year=2001", 200, "总体概览"),
        ("/reconciliation?division=老成区", 404, "老城区"),
        ("/reconciliation?division=老城", 200, "老城区"),
        ("/reconciliation?date=2017-13-01", 422, "不是日期"),
        ("/risk?division=zz", 404, "没有区划“zz”"),
        ("/findings/F-0000000000000000", 404, "没有预警"),
        ("/figures", 404, "没有这个数字"),
        ("/figures?figure=zz", 422, "不认识“zz”"),
        ("/cases/K-9999", 404, "没有案卷 K-9999"),
        ("/trace/graph?record=payment:NONE", 404, "账本里没有“payment:NONE”"),
        ("/trace/pack?record=payment:NONE", 404, "账本里没有“payment:NONE”"),
        ("/overview?as_of=2017-13-01", 422, "不是日期"),
        ("/overview?as_known=99", 404, "没有第 99 批"),
        ("/ranking/part?division=410000000", 404, "未参评"),
        ("/payee?name=nobody", 404, "没有叫“nobody”的收款人"),
        ("/overview?table=nothing", 404, "本页没有表“nothing”"),
    ],
)
def test_what_is_mistyped_gets_a_page_in_plain_words(site: Site, address: str, status: int, words: str) -> None:
    found = asked(site, address)
    assert found[0] == status
    assert words in found[1].decode()
    assert "Traceback" not in found[1].decode()


def asked(site: Site, address: str, who: str = "auditor") -> tuple[int, bytes]:
    """Status and body of an address, asked for as a browser asks, with a key."""
    from urllib.error import HTTPError
    from urllib.parse import quote

    headers = {"Accept": "text/html", "Authorization": f"Bearer {site.keys[who]}"}
    try:
        request = Request(site.address + quote(address, safe="/?&=:.%-_+"), headers=headers)
        with urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def test_a_county_sees_its_own_pages_only(site: Site) -> None:
    assert asked(site, "/division?code=410302000", "county")[0] == 404
    assert asked(site, f"/division?code={COUNTY}", "county")[0] == 200
    listed = asked(site, "/overview", "county")[1].decode()
    assert "唐河县" in listed
    assert "老城区" not in listed
    whole = asked(site, "/figures?figure=expenditure", "county")[1].decode()
    assert "payment:" in whole
    assert "老城区" not in whole
    assert asked(site, "/figures?figure=expenditure:410302000", "county")[0] == 404
    assert "老城区" not in asked(site, "/risk", "county")[1].decode()
    assert asked(site, f"/trace/pack?record={TYPED_AGAIN}", "county")[0] == 422


def test_hostile_names_stay_text_and_nothing_is_asked_elsewhere(site: Site, auditor: Chrome) -> None:
    hostile = ("/search?q=P-EVIL", "/trace?record=P-EVIL", f"/search?q={HOSTILE}", "/risk?rule=<script>",
               f"/trace?record={TYPED_AGAIN}&pin={HOSTILE}&note={HOSTILE}", "/signin?next=javascript:hit()")
    for address in (*hostile, f"/payee?name={HOSTILE}"):
        browser_text = text_of(auditor, site.address + address)
        assert auditor.execute_script("return window.hit") is None
        assert browser_text
    auditor.get(f"{site.address}/trace?record=P-EVIL")
    asked_for = auditor.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert asked_for
    assert all(name.startswith(site.address) for name in asked_for)
    for name in ("site.css", "site.js"):
        text = (Path(__file__).parent.parent.parent / "api" / "pages" / "assets" / name).read_text(encoding="utf-8")
        assert "http:" not in text
        assert "https:" not in text


def test_the_pages_are_used_by_keyboard(site: Site, auditor: Chrome) -> None:
    from selenium.webdriver import ActionChains, Keys

    text_of(auditor, f"{site.address}/overview")
    ActionChains(auditor).send_keys(Keys.TAB, Keys.ENTER).perform()
    assert auditor.current_url.endswith("#content")
    ActionChains(auditor).send_keys("/").send_keys("village383", Keys.ENTER).perform()
    until(lambda: "q=village383" in auditor.current_url)


def test_a_page_in_print_has_its_tables_and_none_of_what_is_clicked(site: Site, auditor: Chrome) -> None:
    text_of(auditor, f"{site.address}/trace?record={TYPED_AGAIN}")
    auditor.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = [
            auditor.find_element("css selector", name).is_displayed()
            for name in ("#table-sources", "#table-records", "header", "iframe", "form.asked")
        ]
    finally:
        auditor.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown == [True, True, False, False, False]


def test_another_day_is_chosen_on_a_page_stays_in_its_links_and_takes_no_decisions(site: Site, auditor: Chrome) -> None:
    def cards() -> str:
        return str(auditor.find_element("css selector", "dl.cards").text)

    text_of(auditor, f"{site.address}/overview?lang=en")
    now = cards()
    auditor.find_element("css selector", ".sight summary").click()
    auditor.execute_script("document.querySelector('.sight input[name=as_of]').value = '2017-06-30'")
    auditor.find_element("css selector", ".sight button").click()
    until(lambda: "as_of=2017-06-30" in auditor.current_url)
    assert "as of 2017-06-30" in auditor.find_element("css selector", ".sight.other").text
    assert cards() != now
    assert serious(auditor) == []
    for name in ("Missing links", "Risk", "Reconciliation", "Ranking", "Search", "Trace"):
        auditor.find_element("link text", name).click()
        until(lambda words=name: words in auditor.title)
        assert failures(auditor) == []
        assert "as_of=2017-06-30" in auditor.current_url
        assert auditor.find_elements("css selector", ".sight.other")
        assert not auditor.find_elements("css selector", "form[data-post]")
    auditor.find_element("link text", "Cases").click()
    until(lambda: "present only" in main_text(auditor))
    auditor.find_element("link text", "Overview").click()
    until(lambda: auditor.find_elements("link text", "back to the present"))
    auditor.find_element("link text", "back to the present").click()
    until(lambda: "as_of" not in auditor.current_url)
    assert cards() == now
    assert "第 1 批" in text_of(auditor, f"{site.address}/overview?as_known=1&asserted=no")
