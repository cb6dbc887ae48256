"""A day in fast motion, with real parts: three feeds of which one falls silent, a wrong load withdrawn, a renewed key,
a restored ledger; told to a real web server, a real mail server and a folder, fed by a real PostgreSQL."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.ledger import backup, derive, tokens, verify, write
from lineage.ledger.rekey import rekey
from tests.sinks import MailSink, WebSink, mail_sink, web_sink
from tests.unit.api.watch.watched import DIVISIONS, PAYMENTS, Watched, orphan

TABLE = """CREATE TABLE payments (payment_id text primary key, indicator_id text, division_code text,
  amount numeric(18,2), pay_date date, status text, method text, payee_kind text, payee_name text, payee_account text,
  changed timestamp)"""
ROW = """INSERT INTO payments VALUES ('{}', NULL, '410222000', {}, '2026-02-20', 'valid', 'direct', 'village', '竖岗镇',
  '6217001234567890123', '{}')"""
PROFILE = """[database.queries.payments]
select = "SELECT * FROM payments"
watermark = "changed"
key = "payment_id"
[table.payments.headers]
changed = ""
"""
FEEDS = """
[[feeds]]
name = "core"
from = "{postgres}"
profile = "{folder}/core.toml"
[[feeds]]
name = "cards"
from = "cards"
expected_hours = 6
[[notify]]
name = "province"
channel = "webhook"
to = "{hook}"
[[notify]]
name = "kaifeng"
channel = "smtp"
to = "kf@example.org"
divisions = ["410200000"]
tell = ["findings", "digest"]
[[notify]]
name = "counties"
channel = "folder"
to = "drop"
tell = ["findings"]
[mail]
host = "127.0.0.1"
port = {port}
"""


@pytest.fixture
def core(postgres_server: str) -> Iterator[Any]:
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS payments")
        connection.execute(TABLE)
        yield connection
        connection.execute("DROP TABLE IF EXISTS payments")


def kinds(sink: WebSink) -> list[str]:
    """What the province was told, in order: the news of feeds by name, else the kind of message."""
    told = []
    for body in sink.bodies():
        feeds = [f"{one['feed']} {one['what']}" for one in body.get("feeds", ())]
        told += feeds if body["kind"] == "feeds" else [body["kind"]]
    return told


@pytest.mark.postgres
def test_a_day_in_fast_motion(core: Any, postgres_server: str, tmp_path: Path) -> None:
    with web_sink() as web, mail_sink() as mail:
        _day(core, postgres_server, Watched(tmp_path), web, mail)


def _day(core: Any, postgres: str, watched: Watched, web: WebSink, mail: MailSink) -> None:
    folder, ledger = watched.folder, watched.ledger
    (folder / "core.toml").write_text(PROFILE, encoding="utf-8")
    watched.plan(FEEDS.format(postgres=postgres, folder=folder, hook=web.address, port=mail.port), 'backup = "copy"')

    # 07:00: the county's files and the city's database arrive
    watched.put("divisions.csv", DIVISIONS)
    watched.put("payments.csv", PAYMENTS + orphan("P-1"))
    core.execute(ROW.format("C-1", "20.00", "2026-03-01 10:00:00"))
    first = watched.round()
    assert (first.new, first.errors, {one.what for one in first.feeds}) == (2, (), {"loaded"})
    assert [letter["Subject"] for letter in mail.letters] == ["[ledger] 预警：新增 1 条，复现 0 条，逾期 0 条"]
    assert sorted(one.name for one in (folder / "drop").iterdir()) == ["410122000", "410222000"]

    # 09:00: the digest and the nightly backup; 15:00: the cards feed has been silent for more than six hours
    watched.round(2)
    assert mail.letters[-1]["Subject"] == "[ledger] 2026-03-02 日报：未销号 1 条"  # its own only
    assert [one.what for one in watched.round(6).feeds] == ["stale"]

    # 16:00: a wrong file; its load is taken back, and what it brought is mended in the next round
    watched.put("wrong.csv", PAYMENTS + orphan("WRONG", amount="999999.00"))
    assert watched.round(1).new == 1
    with write(ledger, who="engineer", at=watched.now) as writer:
        writer.withdraw(lineage.open(ledger).batch, "another county's file")
    (folder / "incoming" / "wrong.csv").unlink()
    derive(ledger)
    assert watched.round(1).mended == 1
    assert lineage.open(ledger).rows("SELECT count(*) AS n FROM payments WHERE payment_id = 'WRONG'") == [{"n": 0}]

    # 18:00: the key is renewed; the database's next row still joins its payee with the earlier ones
    rekey(ledger, who="engineer", at=watched.now, why="a laptop was stolen")
    derive(ledger)
    core.execute(ROW.format("C-2", "21.00", "2026-03-02 10:00:00"))
    assert watched.round(1).new == 1
    accounts = lineage.open(ledger).rows("SELECT DISTINCT payee_account FROM payments WHERE payee_account IS NOT NULL")
    assert len(accounts) == 1

    # 19:00: the disk is lost; backup and key bring the ledger back, and nothing is told twice
    backup.keep_key(ledger, folder / "safe.key", folder / "copy2")
    backup.back_up(ledger, folder / "copy2", who="engineer", at=watched.now)
    before = lineage.open(ledger).rows("SELECT * FROM nodes ORDER BY record")
    shutil.rmtree(ledger)
    tokens.key_file(ledger).unlink()
    backup.restore(folder / "copy2", ledger, folder / "safe.key")
    after = watched.round(1)
    assert (after.new, after.returned, after.queued, after.errors) == (0, 0, 0, ())
    assert lineage.open(ledger).rows("SELECT * FROM nodes ORDER BY record") == before
    assert verify(ledger).problem is None

    assert kinds(web) == [
        "findings", "county loaded", "core loaded", "digest", "cards stale", "findings", "county loaded", "findings",
        "core loaded",
    ]
    assert "6217001234567890123" not in json.dumps(web.bodies())
