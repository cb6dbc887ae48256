"""Questions that cannot be answered are told by place, what was found, what was expected, in the asker's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Running, running

PEOPLE = {"wang": (("reader", "investigator", "loader"), ("*",))}
BAD = ("", "-1", "perhaps", "86400", "x" * 5000)
KNOWN = {"record": "payment:P-00000376", "area": "flow", "name": "overpaid", "batch": "1", "case": "C-1",
         "finding": "F-0", "q": "village", "division": "410103000", "part": "chain",
         "from": "payment:P-00000376", "to": "payment:P-00000376", "figure": "expenditure"}
TOLD = {
    "en": re.compile(r'[\w.-]+: (found (".*"|nothing), expected .+|no such (field|parameter).*)', re.S),
    "zh": re.compile(r"[\w.-]+：(见“.*”，应为.+|未给出，应为.+|没有这个(字段|参数).*)", re.S),
}
ENGLISH = re.compile(r"(?i)\b(input|should|valid|string|character|field|expected|found|integer|boolean|least)\b")


@pytest.fixture(scope="module")
def server(example_ledger: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    import shutil

    folder = tmp_path_factory.mktemp("told") / "copy"
    shutil.copytree(example_ledger("faults").parent, folder)
    with running(folder / "ledger", PEOPLE) as found:
        yield found


def told(answer: Any, language: str) -> str:
    """The detail of a 422, held to its form."""
    detail = str(answer.json()["detail"])
    assert TOLD[language].fullmatch(detail), detail
    if language == "zh":
        asked_for = re.sub(r"“.*”", "", detail.partition("：")[2], flags=re.S)
        assert not ENGLISH.search(asked_for), detail
    return detail


def test_every_parameter_of_the_contract_told_what_it_is_not(server: Running) -> None:
    asked = 0
    for path, methods in server.app.openapi()["paths"].items():
        operation = methods.get("get", {})
        if not path.startswith("/api/v1") or not operation:
            continue
        address = path.removeprefix("/api/v1").format(**KNOWN)
        names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        needed = {name: KNOWN[name] for name in names if name in KNOWN}
        for name in names:
            for bad in BAD:
                for language in ("en", "zh"):
                    answer = server.get(address, "wang", params={**needed, name: bad},
                                        headers={"Accept-Language": f"{language};q=0.9, fr;q=0.3"})
                    assert answer.status_code < 500, (address, name, bad)
                    if answer.status_code == 422 and answer.json()["hint"] in ("see /docs", "接口说明见 /docs"):
                        assert told(answer, language).startswith(f"query.{name}")
                        asked += 1
    assert asked > 120


@pytest.mark.parametrize(("path", "body", "place"), [
    ("/lineage", {"records": [1]}, "body.records.0"), ("/lineage", {"records": []}, "body.records"),
    ("/lineage", {"records": ["a"] * 1001}, "body.records"), ("/lineage", {}, "body.records"),
    ("/lineage", {"records": ["a"], "depth": "2"}, "body.depth"), ("/lineage", {"records": "a"}, "body.records"),
    ("/lineage", {"records": ["a"], "by": "boss"}, "body.by"), ("/lineage", [], "body"), ("/lineage", None, "body"),
    ("/lineage", {"records": ["a"], "policy": "fiffo"}, "body.policy"),
    ("/lineage", {"records": ["a"], "bounds": 1}, "body.bounds"),
    ("/findings/F-0/events", {"event": "due", "due": 86400}, "body.due"),
    ("/findings/F-0/events", {"event": "due", "due": "86400"}, "body.due"),
    ("/findings/F-0/events", {"event": "due", "due": "20171231"}, "body.due"),
    ("/findings/F-0/events", {"event": "due", "due": "2017-02-30"}, "body.due"),
    ("/findings/F-0/events", {"event": "dance"}, "body.event"), ("/repairs/L-0/accept", {"why": " "}, "body.why"),
    ("/repairs/L-0/accept", {"why": ""}, "body.why"), ("/repairs/L-0/accept", {"why": "x" * 2001}, "body.why"),
    ("/cases", {"title": 7}, "body.title"), ("/session", {"key": None}, "body.key"),
])
def test_every_body_told_what_it_is_not(server: Running, path: str, body: object, place: str) -> None:
    for language in ("en", "zh"):
        answer = server.ask("POST", path, "wang", json=body, headers={"Accept-Language": language})
        assert answer.status_code == 422, answer.text
        assert re.split("[:：]", told(answer, language))[0] == place
    broken = server.ask("POST", path, "wang", content=b"{", headers={"Content-Type": "application/json"})
    assert "sound JSON" in told(broken, "en")


def test_the_language_is_the_one_asked_for(server: Running) -> None:
    def said(query: str, accepted: str) -> tuple[str, str]:
        answer = server.get(f"/findings?limit=0{query}", "wang", headers={"Accept-Language": accepted}).json()
        return answer["title"], answer["detail"]

    zh = ("无法回答的问题", "query.limit：见“0”，应为不小于 1 的数")
    en = ("not a question that can be answered", 'query.limit: found "0", expected a number of at least 1')
    assert said("", "zh-CN,zh;q=0.9,en;q=0.8") == said("&lang=zh", "en") == said("", "fr, en;q=0.1, zh;q=0.2") == zh
    assert said("", "*") == said("&lang=en", "zh") == said("", "en-GB") == said("", "") == en
    assert "没有这个参数" in server.get("/rules?x=1", "wang", headers={"Accept-Language": "zh"}).json()["detail"]
    assert server.get("/rules", headers={"Accept-Language": "zh"}).json()["detail"] == "请用密钥、令牌或登录页登录"


@pytest.mark.parametrize("path", ["/records/payment:P-0", "/overview?by=colour", "/links?from=a", "/search?q="])
def test_every_question_takes_the_language_of_its_errors(server: Running, path: str) -> None:
    mark = "&" if "?" in path else "?"
    zh, en = (server.get(f"{path}{mark}lang={one}", "wang").json() for one in ("zh", "en"))
    assert "lang" not in zh["detail"] + en["detail"]
    assert (zh["title"], en["title"]) in {
        ("没有", "not there"), ("无法回答的问题", "not a question that can be answered")}


@pytest.mark.parametrize(("path", "zh", "en"), [
    ("/records/payment:NOPE", ("没有记录 payment:NOPE", "可用 lineage search 查找"),
     ("there is no record payment:NOPE", "find it with lineage search")),
    ("/links?from=division:999999999&to=payment:P-00000376", ("没有区划 999999999", "可用 lineage search 查找"),
     ("there is no division 999999999", "find it with lineage search")),
    ("/ranking/999/chain", ("没有区划 999", ""), ("there is no division 999", "")),
    ("/findings/F-0", ("没有疑点 F-0", "请列出疑点"), ("there is no finding F-0", "list the findings")),
    ("/batches/77", ("没有批次 77", ""), ("there is no batch 77", "")),
])
def test_what_the_layers_below_say_is_told_too(
    server: Running, path: str, zh: tuple[str, str], en: tuple[str, str]
) -> None:
    for language, (detail, hint) in (("zh-CN", zh), ("en", en)):
        told = server.get(path, "wang", headers={"Accept-Language": language}).json()
        assert told["detail"].startswith(detail), told
        assert told["hint"].startswith(hint), told


@pytest.mark.parametrize(("path", "zh", "en"), [
    ("//trace?record=payment:NOPE", "payment:NOPE", "payment:NOPE"),
    ("//cases/C-99", "没有案卷 C-99", "There is no case C-99"),
    ("//files/nothing.svg", "没有这个地址", "no such address"),
])
def test_a_page_of_what_is_not_there_is_in_its_language(server: Running, path: str, zh: str, en: str) -> None:
    for language, said in (("zh", zh), ("en", en)):
        mark = "&" if "?" in path else "?"
        page = server.get(f"{path}{mark}lang={language}", "wang", headers={"Accept": "text/html"})
        assert page.status_code == 404
        words = re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main")[0])
        assert said in words
        assert bool(re.search(r"[\u4e00-\u9fff]", words)) == (language == "zh")


def test_a_language_that_is_not_spoken_is_told(server: Running) -> None:
    assert told(server.get("/overview?lang=fr", "wang"), "en") == 'query.lang: found "fr", expected zh or en'


def test_addresses_and_methods_are_told_in_the_asker_s_language(server: Running) -> None:
    assert server.get("/nowhere", "wang", headers={"Accept-Language": "zh"}).json()["detail"] == "没有这个地址"
    assert server.ask("DELETE", "/overview", "wang").json()["detail"] == "/api/v1/overview takes no DELETE"


def test_a_form_in_place_of_json_is_shown_as_it_was_sent(server: Running) -> None:
    answer = server.ask("POST", "/lineage", "wang", content=b"records=1", headers={"Content-Type": "text/plain"})
    assert told(answer, "en") == 'body: found "records=1", expected a JSON object, sent as application/json'


def test_choices_are_named_without_the_empty_one(server: Running) -> None:
    said = told(server.get("/findings?severity=pink", "wang"), "en")
    assert said.endswith("expected one of red, orange, yellow, blue")
