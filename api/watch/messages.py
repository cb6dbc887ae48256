"""Messages: what a target is told, as JSON for programs and as text for people, in the target's language.

A message's id comes from its content, so the same news told twice (a crash between) is the same message, and whoever
receives it can tell. Invariant: no message holds identity or account numbers; a finding's sentence never has them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from api.watch.feeds import FeedNews
from api.watch.news import News
from lineage.ledger import durable
from lineage.money import in_unit, yuan
from lineage.words import Language, say
from lineage.words.errors import told_line
from queries.findings import Case

SHOWN_MOST = 100
"""Findings written out in one list of one division; the rest is counted and summed."""
_SEVERITY = {"red": 0, "orange": 1, "yellow": 2, "blue": 3}


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `kind` is findings, feeds or digest; `body` is JSON, `text` the same for people."""

    id: str
    kind: str
    subject: str
    text: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What messages to one target share: who tells, of which state of the ledger, names of divisions, the language."""

    ledger: str
    version: str
    as_of: str
    at: str
    today: date
    names: Mapping[str, str]
    language: Language = "zh"

    def say(self, key: str, **values: object) -> str:
        """A text of the watch in the target's language."""
        return say(f"watch.{key}", self.language, **values)

    def body(self, kind: str) -> dict[str, Any]:
        """The head of a message's JSON."""
        return {"kind": kind, "ledger": self.ledger, "version": self.version, "as_of": self.as_of, "at": self.at}


def findings_message(news: News, frame: Frame) -> Message:
    """New, returned and overdue findings, division by division."""
    codes = sorted({case.division_code for _, cases in news.lists() for case in cases})
    divisions, lines = [], []
    for code in codes:
        part: dict[str, Any] = {"division_code": code, "name": frame.names.get(code, "")}
        lines.append(f"\n{frame.names.get(code, '')} {code}")
        for name, cases in news.lists():
            own = _ordered(case for case in cases if case.division_code == code)
            part[name] = [case.to_json(frame.today, frame.language) for case in own[:SHOWN_MOST]]
            part[f"{name}_count"] = len(own)
            part[f"{name}_amount"] = yuan(sum(case.amount_fen for case in own))
            lines += _listed(name, own, frame)
        divisions.append(part)
    counts = {name: len(cases) for name, cases in news.lists()}
    subject = frame.say("subject_findings", **counts, ledger=frame.ledger)
    body = frame.body("findings") | {"divisions": divisions, **counts}
    return _message("findings", subject, lines, body, frame)


def feeds_message(news: Sequence[FeedNews], frame: Frame) -> Message:
    """What happened to the feeds: loads, rejects, failures, silence."""
    lines = [feed_line(one, frame.language) for one in news]
    body = frame.body("feeds") | {"feeds": [asdict(one) for one in news]}
    return _message("feeds", frame.say("subject_feeds", count=len(news), ledger=frame.ledger), lines, body, frame)


def digest_message(cases: Sequence[Case], stale: Sequence[str], waiting: int, frame: Frame) -> Message:
    """The day's state: findings by division and severity, what is overdue, feeds that are silent, messages waiting."""
    lines, divisions = [], []
    for code in sorted({case.division_code for case in cases}):
        own = [case for case in cases if case.division_code == code]
        total = sum(case.amount_fen for case in own)
        counts = {level: sum(case.severity == level for case in own) for level in _SEVERITY}
        counts |= {"findings": len(own), "overdue": sum(case.overdue(frame.today) for case in own)}
        said = {"division_code": code, "name": frame.names.get(code, ""), "amount": yuan(total), **counts}
        divisions.append(said)
        lines.append(frame.say("digest_line", **{**said, "amount": in_unit(total, "万元", 2, grouped=True)}))
    if not cases:
        lines.append(frame.say("digest_nothing"))
    lines += [frame.say("digest_stale", feed=feed) for feed in stale]
    lines += [frame.say("digest_waiting", waiting=waiting)] if waiting else []
    body = frame.body("digest") | {
        "date": frame.today.isoformat(),
        "divisions": divisions,
        "stale": list(stale),
        "waiting": waiting,
    }
    subject = frame.say("subject_digest", date=frame.today, ledger=frame.ledger, findings=len(cases))
    return _message("digest", subject, lines, body, frame)


def feed_line(news: FeedNews, language: Language) -> str:
    """What happened to one feed, in a line."""
    said = asdict(news)
    if news.what == "failed":
        said["told"] = told_line(news.told, language)
    return say(f"watch.feed_{news.what}", language, **said)


def _message(kind: str, subject: str, lines: Sequence[str], body: dict[str, Any], frame: Frame) -> Message:
    said = {key: value for key, value in body.items() if key != "at"}  # the same news at another minute is the same
    name = hashlib.sha256(durable.to_json(said)).hexdigest()[:24]
    foot = frame.say("foot", version=frame.version, as_of=frame.as_of or "-", at=frame.at)
    return Message(name, kind, subject, "\n".join([subject, *lines, "", foot]) + "\n", {"id": name, **body})


def _ordered(cases: Any) -> list[Case]:
    return sorted(cases, key=lambda case: (_SEVERITY[case.severity], -case.amount_fen, case.id))


def _listed(name: str, cases: Sequence[Case], frame: Frame) -> list[str]:
    if not cases:
        return []
    total = in_unit(sum(case.amount_fen for case in cases), "元", 2, grouped=True)
    lines = [frame.say(f"list_{name}", count=len(cases), amount=total)]
    for case in cases[:SHOWN_MOST]:
        severity = say(f"rules.{case.severity}", frame.language)
        told = case.finding.message(frame.language) if case.finding else f"{case.rule} {case.subject}"
        due = frame.say("due", due=case.due) if case.due else ""
        lines.append(f"  {severity} {case.id} {told}{due}")
    if len(cases) > SHOWN_MOST:
        lines.append("  " + frame.say("more", more=len(cases) - SHOWN_MOST))
    return lines
