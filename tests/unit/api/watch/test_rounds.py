"""Rounds: what is new is told once, to whom it concerns; what fails is told and tried again; silence is noticed."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

import lineage
import queries
from api.watch.plan import read_plan
from api.watch.rounds import run_round
from api.watch.state import home_of
from lineage.ledger import journal
from tests.sinks import mail_sink, web_sink
from tests.unit.api.watch.watched import DIVISIONS, PAYMENTS, Watched, orphan

HOOK = '[[notify]]\nname = "hook"\nchannel = "webhook"\nto = "{}"\n'


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    one = Watched(tmp_path)
    one.put("divisions.csv", DIVISIONS)
    one.put("payments.csv", PAYMENTS + orphan("P-1") + orphan("P-2", "410222000", "7.00"))
    return one


def logged(watched: Watched) -> list[str]:
    month = home_of(watched.ledger) / "log" / watched.now.strftime("%Y-%m")
    return [entry.kind for entry in journal.read(month)]


def test_new_findings_are_told_once_and_returned_ones_as_such(watched: Watched) -> None:
    with web_sink() as sink:
        watched.plan(HOOK.format(sink.address) + 'tell = ["findings"]\nsecret = "shared"\n')
        assert (watched.round().new, watched.round(1).new) == (2, 0)
        assert len(sink.requests) == 1
        headers, body = sink.requests[0]
        signed = "sha256=" + hmac.new(b"shared", body, hashlib.sha256).hexdigest()
        assert headers["X-Lineage-Signature"] == signed
        assert headers["Idempotency-Key"] == json.loads(body)["id"]
        assert [part["division_code"] for part in sink.bodies()[0]["divisions"]] == ["410122000", "410222000"]
        assert sink.bodies()[0]["divisions"][1]["new_amount"] == "7.00"

        other = orphan("P-2", "410222000", "7.00")
        watched.put("payments.csv", PAYMENTS + orphan("P-1").replace("valid", "void") + other)
        mended = watched.round(1)
        assert (mended.mended, mended.queued) == (1, 0)
        watched.put("payments.csv", PAYMENTS + orphan("P-1") + other)
        back = watched.round(1)
        assert (back.new, back.returned) == (0, 1)
        assert [one["subject"] for one in sink.bodies()[1]["divisions"][0]["returned"]] == ["payment:P-1"]
        assert logged(watched) == ["queued", "sent", "queued", "sent"]


def test_each_target_is_told_of_its_own_divisions_in_its_own_way(watched: Watched, tmp_path: Path) -> None:
    with mail_sink() as mail:
        watched.plan(
            f'[[notify]]\nname = "zhengzhou"\nchannel = "smtp"\nto = "zz@example.org, deputy@example.org"\n'
            f'divisions = ["410100000"]\nlanguage = "en"\n'
            f'[[notify]]\nname = "all"\nchannel = "folder"\nto = "drop"\ntell = ["findings"]\n'
            f'[[notify]]\nname = "nobody"\nchannel = "folder"\nto = "none"\nseverities = ["blue"]\n'
            f'tell = ["findings"]\n'
            f'[mail]\nport = {mail.port}\nhost = "127.0.0.1"\n'
        )
        watched.round()
    assert len(mail.letters) == 1
    letter = mail.letters[0]
    assert letter["Subject"] == "[ledger] findings: 1 new, 0 returned, 0 overdue"
    text = letter.get_body().get_content()  # type: ignore[union-attr]
    assert "payment:P-1" in text
    assert "P-2" not in text
    attached = json.loads(next(letter.iter_attachments()).get_content())
    assert attached["divisions"][0]["new"][0]["rule"] == "chain/payment-without-indicator"
    assert sorted(one.name for one in (tmp_path / "drop").iterdir()) == ["410122000", "410222000"]
    table = next((tmp_path / "drop" / "410222000").glob("*.csv")).read_text(encoding="utf-8-sig")
    assert table.startswith("list,id,rule,severity,subject,amount,due,message")
    assert "payment:P-2" in table
    assert not (tmp_path / "none").exists()


def test_what_was_not_taken_is_tried_again_with_growing_pauses_and_given_up_in_the_end(watched: Watched) -> None:
    with web_sink() as sink:
        watched.plan(HOOK.format(sink.address) + 'tell = ["findings"]\n')
        sink.status = 503
        assert (watched.round().failed, len(sink.requests)) == (1, 1)
        assert watched.round(1 / 60).failed == 0  # not due yet
        assert watched.round(5 / 60).failed == 1
        sink.status = 302  # a redirection is not followed
        assert watched.round(1).failed == 1
        sink.status = 200
        assert watched.round(1).taken == 1
        assert len({body["id"] for body in sink.bodies()}) == 1
        assert logged(watched) == ["queued", "failed", "failed", "failed", "sent"]

        sink.status = 500
        watched.put("more.csv", PAYMENTS + orphan("P-3"))
        for _ in range(20):
            watched.round(4)
        assert logged(watched)[-1] == "given-up"
        assert watched.round(5).failed == 0


def test_silence_of_a_feed_and_its_end_are_told(watched: Watched) -> None:
    with web_sink() as sink:
        watched.plan(HOOK.format(sink.address) + 'tell = ["feeds"]\n')
        watched.round()
        assert watched.round(25).feeds == ()
        assert [one.what for one in watched.round(2).feeds] == ["stale"]
        assert watched.round(24).feeds == ()  # told once
        watched.put("more.csv", PAYMENTS + orphan("P-3"))
        assert [one.what for one in watched.round(1).feeds] == ["loaded", "delivering"]
        assert [[one["what"] for one in body["feeds"]] for body in sink.bodies()] == [
            ["loaded"], ["stale"], ["loaded", "delivering"],
        ]


def test_a_feed_that_cannot_be_read_stops_no_other_and_is_told_once(watched: Watched) -> None:
    watched.plan('[[feeds]]\nname = "gone"\nfrom = "postgresql://nobody@127.0.0.1:1/none"\n')
    first = watched.round()
    assert {one.feed: one.what for one in first.feeds} == {"county": "loaded", "gone": "failed"}
    assert first.new == 2
    assert watched.round(1).feeds == ()


def test_rejected_rows_are_told_with_the_batch_to_look_at(watched: Watched) -> None:
    watched.plan("")
    watched.put("payments.csv", PAYMENTS + orphan("P-1") + orphan("P-2", amount="1,2O0"))
    (news,) = watched.round().feeds
    assert (news.what, news.rejected, news.batch) == ("rejected", 1, 1)


def test_a_file_that_is_still_being_written_waits_for_the_next_round(watched: Watched) -> None:
    watched.plan("")
    (watched.folder / "incoming" / "payments.csv").touch()
    os.utime(watched.folder / "incoming" / "payments.csv", (watched.now.timestamp() - 1,) * 2)
    assert watched.round().feeds == ()
    assert [one.what for one in watched.round(0.1).feeds] == ["loaded"]


def test_the_digest_comes_once_a_day_after_its_hour(watched: Watched, tmp_path: Path) -> None:
    watched.plan('[[notify]]\nname = "chief"\nchannel = "folder"\nto = "drop"\ntell = ["digest"]\n')
    drop = tmp_path / "drop"
    watched.round()
    assert not drop.exists()  # seven o'clock
    watched.round(1.5)
    watched.round(1)
    (digest,) = drop.glob("*.json")
    said = json.loads(digest.read_text(encoding="utf-8"))
    assert [(one["division_code"], one["findings"], one["amount"]) for one in said["divisions"]] == [
        ("410122000", 1, "100.00"), ("410222000", 1, "7.00"),
    ]
    assert "未销号 2 条" in next(drop.glob("*.txt")).read_text(encoding="utf-8")
    watched.round(24)
    assert len(list(drop.glob("*.json"))) == 2


def test_a_crash_after_queueing_tells_nothing_twice(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.watch import rounds

    with web_sink() as sink:
        watched.plan(HOOK.format(sink.address) + 'tell = ["findings"]\n')
        with monkeypatch.context() as patched:
            patched.setattr(rounds, "write_state", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                watched.round()
        assert watched.round(1).taken == 1
        assert watched.round(1).taken == 0
        assert len(sink.requests) == 1


def test_the_nightly_backup_is_taken_and_its_failure_told(watched: Watched, tmp_path: Path) -> None:
    watched.plan("", 'backup = "copy"')
    watched.round(2)
    assert (tmp_path / "copy" / "backup.json").is_file()
    watched.plan("", 'backup = "ledger/inside"')
    assert "inside the ledger" in watched.round(24).errors[0]


def test_overdue_findings_are_told_once(watched: Watched) -> None:
    watched.plan("")
    watched.round()
    ledger = lineage.open(watched.ledger)
    name = queries.findings(ledger, watched.now.date()).cases[0].id
    queries.record_event(ledger, name, queries.Event("review", "", ""), queries.Actor("city"), watched.now)
    assert watched.round(24).overdue == 0
    assert watched.round(24 * 30).overdue == 1
    assert watched.round(1).overdue == 0


def test_sent_messages_are_kept_half_a_year(watched: Watched) -> None:
    with web_sink() as sink:
        watched.plan(HOOK.format(sink.address) + 'tell = ["findings"]\n')
        watched.round()
        sent = home_of(watched.ledger) / "sent"
        assert len(list(sent.iterdir())) == 1
        run_round(watched.ledger, read_plan(watched.folder / "watch.toml"), watched.now + timedelta(days=400 * 10))
        assert list(sent.iterdir()) == []
