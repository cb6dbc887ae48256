"""The page: one file, nothing asked of the network, nothing of the data becomes markup, the tables are the answer."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import viz
from lineage.errors import Misuse
from lineage.words import area_words
from tests.unit.viz.trails import HOSTILE, answer, flow, hostile_trail, small, wide
from viz.drawing import read
from viz.grouping import group
from viz.natures import natures
from viz.offline import asset, script_json


class Page(HTMLParser):
    """Elements with attributes, scripts, and the rows of tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._table = ""
        self._raw = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.scripts.append((dict(attrs), ""))
            self._raw = tag
        if tag == "table":
            self._table = dict(attrs)["id"]
            self.tables[self._table] = []
        if tag == "tr" and self._table:
            self.tables[self._table].append([])
        if tag in ("td", "th") and self._table:
            self.tables[self._table][-1].append("")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._raw = ""
        if tag == "table":
            self._table = ""

    def handle_data(self, data):
        if self._raw:
            attrs, text = self.scripts[-1]
            self.scripts[-1] = (attrs, text + data)
        elif self._table and self.tables[self._table] and self.tables[self._table][-1]:
            self.tables[self._table][-1][-1] += data


def test_the_page_asks_the_network_for_nothing():
    page = Page(viz.view(small()))
    for tag, attributes in page.elements:
        assert tag not in ("link", "iframe", "img", "object", "embed", "base")
        assert not {"src", "href", "action", "srcset", "style"} & attributes.keys() or tag == "a"
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_policy_names_exactly_the_scripts_and_styles_of_the_page():
    page = Page(viz.view(small()))
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    inline = [text for attributes, text in page.scripts if attributes.get("type") != "application/json"]
    assert len(inline) == 3
    for text in inline:
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert policy.count("sha256-") == 3


def test_no_name_becomes_markup():
    plain, attacked = Page(viz.view(small())), Page(viz.view(hostile_trail()))
    assert [tag for tag, _ in attacked.elements] == [tag for tag, _ in plain.elements]
    assert {key for _, attributes in attacked.elements for key in attributes} == {
        key for _, attributes in plain.elements for key in attributes
    }


def test_data_cannot_end_its_script_element():
    text = script_json(HOSTILE)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == HOSTILE


def test_the_network_is_made_of_our_integers_and_has_no_html():
    page = Page(viz.view(hostile_trail()))
    data = json.loads(next(text for attributes, text in page.scripts if attributes.get("id") == "page-data"))
    assert [node["id"] for node in data["network"]["nodes"]] == list(range(5))
    assert all("title" not in item for item in data["network"]["nodes"] + data["network"]["edges"])
    assert data["network"]["options"]["physics"] == {"enabled": False}


def test_the_tables_hold_the_answer_to_the_fen():
    trail = answer("sound", "traces", "one_card_payment:C-00000097")
    page = Page(viz.view(trail))
    rows = page.tables["table-records"][1:]
    assert [row[0] for row in rows] == [node["record"] for node in trail["nodes"]]
    assert [row[5].replace(",", "") for row in rows] == [node["amount"] for node in trail["nodes"]]
    sources = page.tables["table-sources"][1:]
    assert [[cell.replace(",", "") for cell in row[4:7]] for row in sources] == [
        [source["amount"], source["least"], source["most"]] for source in trail["sources"]
    ]
    assert len(page.tables["table-edges"]) - 1 == len(trail["edges"])


def test_unsourced_money_stands_among_the_sources_so_that_they_sum_to_the_pool():
    trail = answer("faults", "traces", "payment:P-00000376")
    rows = Page(viz.view(trail)).tables["table-sources"][1:]
    fen = [int(row[4].replace(",", "").replace(".", "")) for row in rows]
    assert sum(fen) == int(trail["pool"].replace(".", ""))


def test_a_trail_cut_short_says_so():
    assert "另外 37 条" in viz.view(small(truncated=True, more=37))
    assert "37 more records" in viz.view(small(truncated=True, more=37), lang="en")
    assert "truncated" not in re.sub(r"<script.*?</script>", "", viz.view(small()), flags=re.S)


def test_a_cycle_is_drawn_and_said():
    trail = small()
    trail["edges"].append(flow("payment:P", "indicator:I", "1.00"))
    assert "数据中存在环" in viz.view(trail)


def test_past_the_limit_records_are_folded_with_counts_and_sums_and_the_page_says_so():
    trail = wide(1600)
    drawing = read(trail)
    grouping = group(drawing, natures(drawing))
    assert [len(grouping.groups[index].members) for index in grouping.folded] == [320] * 5
    assert sum(found.amount_fen for found in grouping.groups) == sum(range(1600))
    html = viz.view(trail)
    assert "已按区划与种类收拢 5 组（共 1600 条）" in html
    data = json.loads(next(text for attributes, text in Page(html).scripts if attributes.get("id") == "page-data"))
    assert len(data["network"]["nodes"]) == 1 + 5
    assert len(Page(html).tables["table-records"]) == 1 + 1601


def test_many_divisions_are_folded_by_city():
    drawing = read(wide(60))
    grouping = group(drawing, natures(drawing), limit=3)
    assert {found.division_code for found in grouping.groups} == {"4102"}
    assert grouping.folded == (0,)


def test_the_record_asked_is_never_folded():
    trail = wide(50)
    trail["record"] = "payment:P-00007"
    drawing = read(trail)
    grouping = group(drawing, natures(drawing), limit=2)
    assert all(drawing.root not in found.members for found in grouping.groups)


def test_every_language_has_every_word():
    for key, text in area_words("viz").items():
        assert text.keys() == {"zh", "en"}, key
        places = [sorted(re.findall(r"\{(\w+)\}", words)) for words in text.values()]
        assert places[0] == places[1], key
    with pytest.raises(Misuse, match="expected one of zh, en"):
        viz.view(small(), lang="fr")


def test_the_file_written_is_utf8_and_the_text_returned(tmp_path: Path):
    target = tmp_path / "trail.html"
    text = viz.view(small(), target, divisions={"410225000": "兰考县"})
    assert target.read_bytes().decode("utf-8") == text
    assert "兰考县 410225000" in text


def test_pyvis_is_imported_only_when_a_page_is_made():
    code = (
        "import sys, viz, viz.page, viz.tables; assert not {'pyvis', 'IPython', 'jinja2'} & set(sys.modules);"
        "from tests.unit.viz.trails import small; viz.view(small()); assert 'pyvis' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_the_style_sheet_closes_every_block():
    depth = 0
    for sign in re.findall(r"[{}]", asset("page.css")):
        depth += 1 if sign == "{" else -1
        assert 0 <= depth <= 2
    assert depth == 0
    assert asset("page.css").count("@media print{") == 1


def test_what_an_answer_leaves_open_is_drawn_all_the_same():
    trail = small()
    trail["edges"][0]["evidence"] = "of a later kind"
    trail["edges"][1]["date"] = None
    trail["nodes"][1] |= {"division_code": None, "title": None}
    trail["sources"][0] |= {"division_code": None, "tier": None}
    page = Page(viz.view(trail))
    assert [row[4].strip() for row in page.tables["table-edges"][1:]] == ["of a later kind", "文号匹配", "单据记载"]
