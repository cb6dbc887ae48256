"""The servers that other tests rely on are real and answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests import servers
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


@pytest.mark.neo4j
def test_neo4j_answers_a_cypher_query(neo4j_server: str) -> None:
    from neo4j import GraphDatabase

    with GraphDatabase.driver(neo4j_server) as driver:
        records, _, _ = driver.execute_query("UNWIND [2, 3] AS n RETURN sum(n) AS total")
    assert records[0]["total"] == 5


@pytest.mark.postgres
def test_postgresql_answers_a_query(postgres_server: str) -> None:
    import psycopg

    with psycopg.connect(postgres_server) as connection:
        assert connection.execute("SELECT '金额' || 1").fetchone() == ("金额1",)


@pytest.mark.browser
def test_chromium_runs_a_page_and_the_network_is_shut(browser: Chrome) -> None:
    script = "document.title = 1 + 1; fetch('http://example.org/').catch(() => document.title += '!')"
    browser.get("data:text/html," + quote(f"<title>x</title><script>{script}</script>"))
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, PATIENCE).until(lambda page: page.title == "2!")


def test_a_missing_server_is_a_loud_skip_on_a_laptop_and_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="SUITE NOT RUN: Neo4j"):
        servers.missing("Neo4j", "no Java")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="needed in CI"):
        servers.missing("Neo4j", "no Java")


def test_something_costly_is_built_once_and_a_failed_build_is_tried_again(tmp_path: Path) -> None:
    from tests.sharing import built_once

    calls: list[Path] = []

    def build(folder: Path) -> Path:
        calls.append(folder)
        if len(calls) == 1:
            raise OSError("disk full")
        return folder / "result"

    with pytest.raises(OSError, match="disk full"):
        built_once(tmp_path / "thing", build)
    assert (
        built_once(tmp_path / "thing", build) == built_once(tmp_path / "thing", build) == tmp_path / "thing" / "result"
    )
    assert len(calls) == 2
