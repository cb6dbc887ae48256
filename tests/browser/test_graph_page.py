"""The graph page in a real Chromium that has no network: it draws, it answers, and no name is ever run."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import viz
from tests.unit.viz.trails import HOSTILE, answer, flow, hostile_trail, record, small, wide
from tests.waiting import PATIENCE
from viz.pack import write_pack

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

pytestmark = pytest.mark.browser

Opens = Callable[..., "Chrome"]


@pytest.fixture
def page(browser: Chrome, tmp_path: Path) -> Iterator[Opens]:
    """Opens the page of a trail; at the end nothing may stand in the console and nothing may have been asked for."""
    from selenium.webdriver.support.ui import WebDriverWait

    target = tmp_path / "trail.html"

    def opens(trail: Any, **options: Any) -> Chrome:
        browser.get_log("performance")
        browser.get_log("browser")
        viz.view(trail, target, **options)
        browser.get(target.as_uri())
        WebDriverWait(browser, PATIENCE).until(lambda _: script("return document.documentElement.dataset.ready"))
        return browser

    def script(text: str) -> Any:
        return browser.execute_script(text)

    yield opens
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    assert {url for url in requests(browser) if url != target.as_uri()} == set()


def requests(browser: Chrome) -> Iterator[str]:
    """Addresses asked for since the last call, but for pictures inside the page."""
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            if not url.startswith(("data:", "blob:", "chrome:")):
                yield url


def shown(browser: Chrome) -> dict[str, Any]:
    state: dict[str, Any] = browser.execute_script("return graphPage.shown()")
    return state


def find(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element("css selector", selector)


def visible_rows(browser: Chrome, table: str) -> list[str]:
    rows: list[str] = browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].filter(r => !r.hidden).map(r => r.cells[0].textContent)",
        f"#table-{table} tbody tr",
    )
    return rows


def press(browser: Chrome, *keys: str) -> None:
    from selenium.webdriver import ActionChains

    ActionChains(browser).send_keys(*keys).perform()


def test_the_graph_is_drawn_and_asks_the_network_for_nothing(page: Opens):
    browser = page(answer("sound", "traces", "one_card_payment:C-00000097"))
    assert len(shown(browser)["nodes"]) == 20
    painted = browser.execute_script(
        "const c = document.querySelector('#graph canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "const seen = new Set(); for (let i = 0; i < d.length; i += 4) seen.add(d[i] * 65536 + d[i+1] * 256 + d[i+2]);"
        "return [seen.size, seen.has(0x0072B2)]"
    )
    assert painted[0] > 50
    assert painted[1], "no mark of poverty money on the canvas"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_stay_text(page: Opens, lang: str):
    browser = page(hostile_trail(), lang=lang)
    find(browser, "#search").send_keys("HACKED")
    browser.execute_script("graphPage.choose(2); graphPage.choose(0)")
    browser.execute_script(
        "graphPage.network.body.emitter.emit('hoverNode', {node: 2, event: {clientX: 300, clientY: 300}})"
    )
    assert find(browser, "#tip b").text == "allocation:" + HOSTILE[1]
    assert "HACKED" not in browser.title.replace(hostile_trail()["record"], "")
    assert (
        browser.execute_script(
            "return document.querySelectorAll('img, #detail script, #hits script, [onerror]').length"
        )
        == 0
    )
    assert browser.execute_script("return document.scripts.length") == 3
    titles = browser.execute_script(
        "return [...document.querySelectorAll('#table-records tbody tr')].map(r => r.cells[4].textContent)"
    )
    assert titles == [node["title"] for node in hostile_trail()["nodes"]]


def test_the_three_known_injections_of_pyvis_stay_text(page: Opens):
    """Heading, node id in a menu, and a title with `href` reach pyvis's own page as HTML; ours shows them."""
    code = "document.body.dataset.hacked = 1"
    attack = f"<a href='#'></a><script>{code}</script><img src=x onerror='{code}'>"
    trail = small(record="payment:" + attack)
    trail["nodes"][0] = {**record("payment:" + attack, 0, "100.00"), "title": attack}
    trail["edges"][2] = flow("indicator:I", "payment:" + attack, "100.00")
    browser = page(trail, divisions={"410225000": attack})
    browser.execute_script("graphPage.choose(0)")
    find(browser, "#search").send_keys("href")
    assert browser.execute_script("return document.body.dataset.hacked") is None
    assert attack in find(browser, "h1").text


def test_choosing_a_record_marks_its_ancestors_and_descendants_only(page: Opens):
    browser = page(answer("sound", "traces", "one_card_payment:C-00000097"))
    browser.execute_script(
        "graphPage.choose(12)"
    )  # transfer:T-00000136? whichever stands twelfth: compare with the answer
    trail = answer("sound", "traces", "one_card_payment:C-00000097")
    names = [node["record"] for node in trail["nodes"]]
    expected = {names[12]} | reach(trail, names[12], "from", "to") | reach(trail, names[12], "to", "from")
    assert {names[index] for index in shown(browser)["path"]} == expected
    assert 0 < len(expected) < len(names)


def reach(trail: dict[str, Any], start: str, near: str, far: str) -> set[str]:
    found, waiting = set(), [start]
    while waiting:
        here = waiting.pop()
        onward = {edge[far] for edge in trail["edges"] if edge[near] == here} - found
        found |= onward
        waiting += onward
    return found


def test_only_this_path_hides_the_rest_in_graph_table_and_export_alike(page: Opens):
    browser = page(answer("sound", "traces", "one_card_payment:C-00000097"))
    browser.execute_script("graphPage.choose(12)")
    find(browser, "#only").click()
    state = shown(browser)
    rows = visible_rows(browser, "records")
    assert len(rows) == len(state["nodes"]) == len(state["path"]) < 20
    exported = list(csv.reader(io.StringIO(browser.execute_script("return graphPage.csv('records')").lstrip("\ufeff"))))
    assert [row[0] for row in exported[1:]] == rows
    find(browser, "#clear").click()
    assert len(visible_rows(browser, "records")) == 20


def test_an_exported_table_disarms_formulas_and_keeps_fen(page: Opens):
    trail = small()
    trail["nodes"][0]["title"] = "=HYPERLINK(1)"
    trail["nodes"][1]["title"] = 'says "hi", twice'
    browser = page(trail)
    exported = list(csv.reader(io.StringIO(browser.execute_script("return graphPage.csv('records')").lstrip("\ufeff"))))
    assert [row[4] for row in exported[1:3]] == ["'=HYPERLINK(1)", 'says "hi", twice']
    assert [row[5] for row in exported[1:]] == ["100.00", "90.00", "50.00", "40.00"]


def test_search_finds_by_record_title_division_and_amount(page: Opens):
    trail = small()
    trail["nodes"][2]["title"] = "产业扶贫贷款贴息"
    browser = page(trail, divisions={"410225000": "兰考县"})
    for words, count in (("贴息", 1), ("allocation:", 2), ("兰考", 5), ("90.00", 1), ("没有的", 0)):
        box = find(browser, "#search")
        box.clear()
        box.send_keys(words)
        assert browser.execute_script("return graphPage.search().length") == count, words
    box = find(browser, "#search")
    box.clear()
    box.send_keys("贴息")
    press(browser, "\ue007")
    assert shown(browser)["path"] is not None
    assert "allocation:A" in find(browser, "#detail").text


def test_groups_collapse_with_count_and_sum_and_expand_again(page: Opens):
    browser = page(wide(40))
    before = shown(browser)
    browser.execute_script("document.querySelector('#fold-kinds input').click()")
    after = shown(browser)
    assert len(after["nodes"]) == 1 + 5
    assert after["edges"] == 5
    group = next(node for node in after["nodes"] if node >= 41)
    browser.execute_script("graphPage.choose(arguments[0])", group)
    division = range(0, 40, 5)
    assert f"× {len(division)}" in find(browser, "#detail").text
    assert f"{sum(division) / 100:.2f}" in find(browser, "#detail").text
    find(browser, "#expand-all").click()
    assert shown(browser)["nodes"] == before["nodes"]


def test_the_keyboard_walks_the_chain_and_folds(page: Opens):
    browser = page(small())
    find(browser, "#graph").click()
    browser.execute_script("graphPage.clear(); document.getElementById('graph').focus()")
    press(browser, "\ue012")  # left: first the record asked, then against the money
    assert "payment:P" in find(browser, "#detail").text
    press(browser, "\ue012")
    assert "indicator:I" in find(browser, "#detail").text
    press(browser, "\ue007")  # enter: only this path
    assert shown(browser)["only"]
    press(browser, "\ue00c")  # escape
    assert shown(browser)["path"] is None
    press(browser, "/")
    assert browser.execute_script("return document.activeElement.id") == "search"


def test_tables_sort_by_amount_not_by_its_text(page: Opens):
    browser = page(answer("sound", "traces", "one_card_payment:C-00000097"))
    head = find(browser, "#table-records thead th:nth-child(6) button")
    head.click()
    amounts = browser.execute_script(
        "return [...document.querySelectorAll('#table-records tbody td:nth-child(6)')].map(c => Number(c.dataset.fen))"
    )
    assert amounts == sorted(amounts)
    assert len(set(amounts)) > 5


def test_amounts_are_shown_in_wan_on_request_rounded_half_up(page: Opens):
    trail = small()
    trail["nodes"][1]["amount"] = "123450050.00"
    browser = page(trail)
    browser.execute_script(
        "const unit = document.getElementById('unit'); unit.value = 'wan'; unit.dispatchEvent(new Event('change'))"
    )
    cells = browser.execute_script(
        "return [...document.querySelectorAll('#table-records tbody td:nth-child(6)')].map(c => c.textContent)"
    )
    assert cells[1] == "12,345.01"


def thousand_and_half() -> dict[str, Any]:
    """1,500 records as a province has them: allocations, transfers, indicators, and wide fans of payments."""
    draw = random.Random(5)
    trail = small(breaks=[], record="allocation:0", direction="down")
    kinds = ["allocation"] * 20 + ["transfer"] * 130 + ["indicator"] * 150 + ["payment"] * 1200
    trail["nodes"] = [
        record(
            f"{kind}:{number}",
            0,
            f"{draw.randrange(10**7)}.{draw.randrange(100):02d}",
            f"41{draw.randrange(1, 18):02d}{draw.randrange(0, 30):02d}000",
        )
        for number, kind in enumerate(kinds)
    ]
    names = [node["record"] for node in trail["nodes"]]
    steps = ((range(20, 150), range(20)), (range(150, 300), range(20, 150)), (range(300, 1500), range(150, 300)))
    trail["edges"] = [
        flow(names[draw.choice(before)], names[here], trail["nodes"][here]["amount"])
        for heres, before in steps
        for here in heres
    ]
    trail["sources"] = []
    return trail


def test_a_page_of_1500_records_is_drawn_whole(page: Opens):
    browser = page(thousand_and_half())
    assert len(shown(browser)["nodes"]) == 1500
    browser.execute_script("graphPage.choose(160)")
    assert len(shown(browser)["path"]) > 2


def test_past_the_limit_the_page_starts_folded_and_refuses_to_draw_too_much(page: Opens):
    browser = page(wide(1600))
    assert len(shown(browser)["nodes"]) == 1 + 5
    assert "1601" in find(browser, ".notices").text
    find(browser, "#expand-all").click()
    assert len(shown(browser)["nodes"]) == 1 + 5
    assert "1500" in find(browser, "#live").get_attribute("textContent")
    assert len(visible_rows(browser, "records")) == 1601


def spot(browser: Chrome, node: int) -> tuple[int, int]:
    """Where a node stands, from the middle of the canvas, in pixels."""
    x, y = browser.execute_script(
        "const g = graphPage.network, p = g.canvasToDOM(g.getPosition(arguments[0]));"
        "const box = document.getElementById('graph').getBoundingClientRect();"
        "return [p.x - box.width / 2, p.y - box.height / 2]",
        node,
    )
    return round(x), round(y)


def test_the_pointer_hovers_clicks_and_opens_groups(page: Opens):
    from selenium.webdriver import ActionChains

    browser = page(wide(40))
    browser.execute_script("document.querySelector('#fold-kinds input').click(); graphPage.network.fit()")
    canvas = find(browser, "#graph")
    group = next(node for node in shown(browser)["nodes"] if node >= 41)
    ActionChains(browser).move_to_element_with_offset(canvas, *spot(browser, group)).perform()
    tip = find(browser, "#tip")
    assert tip.is_displayed()
    assert "× 8" in tip.text
    assert "万元" in tip.text
    ActionChains(browser).move_to_element_with_offset(canvas, *spot(browser, 0)).click().perform()
    assert shown(browser)["path"] is not None
    before = len(shown(browser)["nodes"])
    ActionChains(browser).move_to_element_with_offset(canvas, *spot(browser, group)).double_click().perform()
    assert len(shown(browser)["nodes"]) == before + 7


def test_the_export_button_saves_the_rows_that_are_seen(page: Opens, tmp_path: Path):
    from selenium.webdriver.support.ui import WebDriverWait

    browser = page(small())
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    expected = browser.execute_script("return graphPage.csv('records')")
    find(browser, "#sheet-records .export").click()
    target = tmp_path / "payment_P-records.csv"
    WebDriverWait(browser, PATIENCE).until(lambda _: target.exists())
    assert target.read_bytes().decode("utf-8") == expected
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_hidden_record_shows_no_more_than_it_may(page: Opens):
    trail = small()
    trail["nodes"][3] = {"record": "hidden:1", "kind": "hidden", "depth": 2, "amount": "40.00", "tier": "city",
                         "division_code": "410200000"}  # fmt: skip
    trail["edges"][1] = flow("hidden:1", "indicator:I", "40.00", evidence="document")
    trail["sources"][1] = {"record": "hidden:1", "tier": "city", "poverty": False, "division_code": "410200000",
                           "amount": "40.00"}  # fmt: skip
    browser = page(trail)
    browser.execute_script("graphPage.choose(3)")
    assert "权限外" in find(browser, "#detail").text
    assert visible_rows(browser, "sources")[1] == "hidden:1"


def test_a_flow_page_and_a_pack_are_still_and_ask_for_nothing(browser: Chrome, tmp_path: Path):
    attack = HOSTILE[0] + HOSTILE[1]
    viz.flow_view([(attack, "b", 1000, "poverty"), ("b", "c", 900, "other")], tmp_path / "flow.html", heading=attack)
    write_pack(hostile_trail(), tmp_path / "pack.html")
    for name in ("flow.html", "pack.html"):
        address = (tmp_path / name).as_uri()
        browser.get(address)
        assert [entry["message"] for entry in browser.get_log("browser")] == []
        assert {url for url in requests(browser) if url != address} == set()
        assert browser.execute_script("return document.querySelectorAll('img, iframe, [onerror]').length") == 0
        assert "HACKED" not in browser.title.replace(attack, "").replace(hostile_trail()["record"], "")
        assert browser.execute_script("return document.querySelector('svg').getBoundingClientRect().height") > 40


def test_no_graph_page_has_a_serious_fault_of_access(page: Opens):
    from tests.browser.site import serious

    assert serious(page(answer("faults", "traces", "payment:P-00000376"))) == []
    assert serious(page(wide(60), lang="en")) == []


def test_no_pack_or_flow_page_has_a_serious_fault_of_access(browser: Chrome, tmp_path: Path):
    from tests.browser.site import serious

    trail = answer("faults", "traces", "payment:P-00000376")
    write_pack(trail, tmp_path / "pack.html", lang="en")
    viz.flow_view([("省", "县", 5, "poverty"), ("县", "支付", 3, "poverty")], tmp_path / "flow.html")
    for name in ("pack.html", "flow.html"):
        browser.get((tmp_path / name).as_uri())
        assert serious(browser) == []
