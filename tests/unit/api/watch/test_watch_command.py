"""`lineage watch` at the command line, its page and its gauges over real HTTP, and its end by a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from api import cli
from tests.sinks import web_sink
from tests.unit.api.watch.watched import DIVISIONS, PAYMENTS, Watched, orphan
from tests.waiting import PATIENCE, until

CHIEF = '[[notify]]\nname = "chief"\nchannel = "folder"\nto = "drop"\ntell = ["findings"]\n'


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    one = Watched(tmp_path)
    one.put("divisions.csv", DIVISIONS)
    one.put("payments.csv", PAYMENTS + orphan("P-1"))
    return one


def ask(watched: Watched, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    plan = str(watched.folder / "watch.toml")
    code = cli.run(["watch", plan, "--ledger", str(watched.ledger), "--lang", "en", *arguments])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def test_one_round_says_what_it_did_and_the_status_who_delivered(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.plan(CHIEF)
    code, told = ask(watched, capsys, "--once")
    assert code == 0
    assert "county: batch 1 loaded, 6 rows" in told
    assert "1 new, 0 returned, 0 overdue, 0 mended; messages queued 1, taken 1, not taken 0" in told
    said = json.loads(ask(watched, capsys, "--status", "--json")[1])
    assert [(one["division_code"], one["batch"], one["latest"]) for one in said["divisions"]] == [
        ("410122000", 1, "2026-02-10")
    ]
    assert said["feeds"]["county"]["stale"] is False
    assert "delivering" in ask(watched, capsys, "--status")[1]


def test_a_trial_shows_each_channel_and_a_round_that_could_not_tell_exits_with_one(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    with web_sink() as sink:
        sink.status = 500
        watched.plan(CHIEF + f'[[notify]]\nname = "hook"\nchannel = "webhook"\nto = "{sink.address}"\n')
        code, told = ask(watched, capsys, "--test")
        assert code == 1
        assert "chief: ok" in told
        assert "hook: the webhook answered 500" in told
        assert ask(watched, capsys, "--once")[0] == 1


def test_a_plan_that_cannot_be_meant_exits_with_two(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    watched.plan("", "every_minuts = 5")
    code, told = ask(watched, capsys, "--once")
    assert code == 2
    assert "every_minuts" in told


def test_a_running_watch_does_its_rounds_refuses_a_second_and_ends_well_at_a_signal(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.plan(CHIEF, "every_minutes = 0.01")
    command = [sys.executable, "-m", "lineage", "watch", str(watched.folder / "watch.toml")]
    environment = {**os.environ, "LINEAGE_LEDGER": str(watched.ledger), "LINEAGE_LANG": "en"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as running:
        try:
            assert running.stderr is not None
            lines = [running.stderr.readline() for _ in range(4)]
            assert "watching 1 feeds for 1 targets" in lines[0]
            assert "0 new" in lines[3]
            code, told = ask(watched, capsys, "--once")
            assert code == 3
            assert "lineage watch (process" in told
            running.send_signal(signal.SIGTERM)
            assert running.wait(PATIENCE) == 0
        finally:
            running.kill()


def test_the_page_and_the_gauges_show_the_last_deliveries(watched: Watched) -> None:
    import uvicorn

    from api.http.app import create_app
    from api.http.service import Options
    from tools.neo4j.server import free_port

    watched.plan("")
    watched.round()
    watched.round(30)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(Options(watched.ledger)), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        page = httpx.get(f"http://127.0.0.1:{port}/feeds?lang=en", timeout=PATIENCE).text
        assert "中牟县" in page
        assert "2026-03-02 07:00" in page
        assert "silent" in page
        gauges = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).text
        assert 'lineage_division_last_delivery_timestamp_seconds{division="410122000"} 1772406000' in gauges
        assert 'lineage_feed_stale{feed="county"} 1' in gauges
        assert "lineage_messages_waiting 0" in gauges
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
