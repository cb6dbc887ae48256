"""The plan of a watch: one TOML file that says what to load, when, and whom to tell.

Secrets stand in it as `${NAME}` and are taken from the environment. Invariant: a plan that was read is whole: an
unknown word, a missing one or a channel that cannot be meant is refused with its place, before anything is done.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from lineage.errors import Misuse, NotFound
from lineage.words import Language

CHANNELS = ("webhook", "smtp", "folder")
SEVERITIES = ("red", "orange", "yellow", "blue")
TOLD = ("findings", "feeds", "digest")
_MOST = 10**7
"""More minutes, hours or days than any plan has; dates cannot be reckoned beyond."""
_VARIABLE = re.compile(r"\$\{(\w+)\}")
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Feed:
    """Where records come from: a folder, a file or a database address; `expected_hours` after which it is stale."""

    name: str
    source: str
    profile: str = ""
    expected_hours: float = 0.0
    settle_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to tell, by which channel, of what. `divisions` are roots in the fiscal tree, none means all.

    `to` is an address of the channel: a URL, one or more mail addresses, a folder. `secret` signs a webhook's body.
    """

    name: str
    channel: str
    to: str
    divisions: tuple[str, ...] = ()
    severities: tuple[str, ...] = SEVERITIES
    tell: tuple[str, ...] = TOLD
    language: Language = "zh"
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The SMTP server of the site."""

    host: str = "localhost"
    port: int = 25
    sender: str = "fund-lineage@localhost"
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan. Rounds begin at the times `at`, or every so many minutes; times are the machine's own."""

    feeds: tuple[Feed, ...]
    targets: tuple[Target, ...]
    mail: MailServer = MailServer()
    every_minutes: float = 60.0
    at: tuple[time, ...] = ()
    digest_at: time = time(8, 0)
    publish: str = ""
    backup: str = ""
    retry_minutes: float = 5.0
    give_up_hours: float = 72.0
    keep_days: int = 184

    def next_round(self, after: datetime) -> datetime:
        """When the next round begins: the next of the day's times, or so many minutes after the one before."""
        if not self.at:
            return after + timedelta(minutes=self.every_minutes)
        days = (after.date() + timedelta(days=day) for day in (0, 1))
        moments = (datetime.combine(day, one, after.tzinfo) for day in days for one in self.at)
        return min(moment for moment in moments if moment > after)


def read_plan(file: Path) -> Plan:
    """Read a plan; paths in it are relative to its folder. Raises NotFound, Misuse."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotFound(f"could not read the plan {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Misuse(f"{file}: {error}", "a plan is TOML in UTF-8; docs/watching.md has a whole one") from error
    try:
        return _plan(_filled(said, file), file)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Misuse(f"{file}: a part is of another kind than expected: {error}", "see docs/watching.md") from error


def _plan(said: dict[str, Any], file: Path) -> Plan:
    feeds = tuple(_feed(one, file) for one in _tables(said.pop("feeds", []), "feeds", file))
    targets = tuple(_target(one, file) for one in _tables(said.pop("notify", []), "notify", file))
    _unlike([one.name for one in feeds], "feeds", file)
    _unlike([one.name for one in targets], "notify", file)
    mail = _part(MailServer, said.pop("mail", {}), "mail", file)
    for name in ("at", "digest_at"):
        if name in said:
            said[name] = _times(said[name], name, file)
    said["digest_at"] = said.get("digest_at", (time(8, 0),))[0]
    if "backup" in said:
        said["backup"] = str(_beside(file, str(said["backup"])))
    plan = _part(Plan, {**said, "feeds": feeds, "targets": targets, "mail": mail}, "the plan", file)
    if plan.every_minutes <= 0 or plan.retry_minutes <= 0 or plan.give_up_hours < 0:
        raise Misuse(f"{file}: every_minutes and retry_minutes are more than 0, give_up_hours not less")
    if plan.keep_days < 184:
        raise Misuse(
            f"{file}: keep_days: found {plan.keep_days}, expected at least 184", "six months are the law's least"
        )
    return plan


def _feed(said: Mapping[str, Any], file: Path) -> Feed:
    plain = {("source" if key == "from" else key): value for key, value in said.items()}
    feed = _part(Feed, plain, f"feeds.{said.get('name', '?')}", file)
    if "://" in feed.source:
        return feed
    return Feed(feed.name, str(_beside(file, feed.source)), feed.profile, feed.expected_hours, feed.settle_seconds)


def _target(said: Mapping[str, Any], file: Path) -> Target:
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    place = f"notify.{said.get('name', '?')}"
    target = _part(Target, plain, place, file)
    for name, found, known in (
        ("channel", (target.channel,), CHANNELS),
        ("severities", target.severities, SEVERITIES),
        ("tell", target.tell, TOLD),
        ("language", (target.language,), ("zh", "en")),
    ):
        wrong = [one for one in found if one not in known]
        if wrong:
            raise Misuse(f'{file}: {place}.{name}: found "{wrong[0]}", expected {", ".join(known)}')
    if target.channel == "webhook" and not re.match(r"https?://[^/\s]+", target.to):
        raise Misuse(f'{file}: {place}.to: found "{target.to}", expected an http or https address')
    if target.channel == "smtp" and "@" not in target.to:
        raise Misuse(f'{file}: {place}.to: found "{target.to}", expected a mail address')
    if target.channel == "folder":
        plain["to"] = str(_beside(file, target.to))
        return _part(Target, plain, place, file)
    return target


def _part(kind: type[Part], said: Mapping[str, Any], place: str, file: Path) -> Part:
    """A part of the plan out of its words. Raises Misuse: an unknown word, a missing one, a value of another type."""
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    for name in said:
        if name not in known:
            raise Misuse(f'{file}: {place}: found the word "{name}"', f"expected {', '.join(known)}")
    for name, value in said.items():
        wanted = {"str": str, "float": (int, float), "int": int, "bool": bool}.get(str(known[name].type))
        if wanted is not None and (not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool)):  # type: ignore[arg-type]
            raise Misuse(f"{file}: {place}.{name}: found {value!r}, expected {known[name].type}")
        if isinstance(value, int | float) and not -_MOST <= value <= _MOST:  # nor inf, nor nan
            raise Misuse(f"{file}: {place}.{name}: found {value!r}, expected at most {_MOST}")
        texts = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
        if str(known[name].type) == "tuple[str, ...]" and not texts:
            raise Misuse(f"{file}: {place}.{name}: found {value!r}, expected a list of texts")
    try:
        return kind(**said)
    except TypeError as error:
        missing = ", ".join(re.findall(r"'(\w+)'", str(error))).replace("source", "from")
        raise Misuse(f"{file}: {place}: {missing} is missing") from error


def _tables(said: Any, name: str, file: Path) -> list[Mapping[str, Any]]:
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise Misuse(f"{file}: {name}: expected tables [[{name}]]")
    return said


def _times(said: Any, name: str, file: Path) -> tuple[time, ...]:
    given = said if isinstance(said, list) and said else [said]
    try:
        return tuple(sorted(one if isinstance(one, time) else time.fromisoformat(str(one)) for one in given))
    except ValueError:
        raise Misuse(f"{file}: {name}: found {said!r}, expected times of the day such as 07:30") from None


def _unlike(names: list[str], place: str, file: Path) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Misuse(f'{file}: {place}: two are named "{twice[0]}"', "give each a name of its own")


def _beside(file: Path, place: str) -> Path:
    return (file.absolute().parent / place).resolve()


def _filled(said: Any, file: Path) -> Any:
    """Every `${NAME}` from the environment. Raises Misuse where it is not set."""
    if isinstance(said, dict):
        return {key: _filled(value, file) for key, value in said.items()}
    if isinstance(said, list):
        return [_filled(value, file) for value in said]
    if not isinstance(said, str):
        return said
    for name in _VARIABLE.findall(said):
        if name not in os.environ:
            raise Misuse(f"{file}: ${{{name}}} is not set", f"set the environment variable {name}")
    return _VARIABLE.sub(lambda found: os.environ[found[1]], said)
