"""Cases: a named set of records with notes, views and papers, journalled; asked again later, it says what has moved.

Every record and view is added with the facts of that day (amount, state, sources, findings at a version), so `moved`
can lay today's beside them. Papers are named by SHA-256 and stay where they are. Invariant: a case is what the journal
has of it, in order; nothing is ever taken out of its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lineage.attribution import POLICIES
from lineage.errors import Misuse, NotFound
from lineage.ledger import journal
from queries.check import Finding
from queries.findings import what_holds

if TYPE_CHECKING:
    from lineage.ledger import Ledger

KIND = "case-event"
"""The kind of the journal's entries."""
OPENED, ADDED, DROPPED, NOTED, VIEW, PAPER, SHARED, UNSHARED, CLOSED, REOPENED = (
    "opened", "added", "dropped", "noted", "view", "paper", "shared", "unshared", "closed", "reopened",
)
NEEDS: Mapping[str, tuple[str, ...]] = {
    OPENED: ("title",), ADDED: ("record",), DROPPED: ("record",), NOTED: ("text",), VIEW: ("record", "policy"),
    PAPER: ("name", "sha256"), SHARED: ("with",), UNSHARED: ("with",), CLOSED: ("text",), REOPENED: ("text",),
}
"""What each event must say."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a case as the journal has it; `said` are its own words."""

    event: str
    by: str
    at: str
    said: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The event with what it says."""
        return {"event": self.event, "by": self.by, "at": self.at, **self.said}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as its events made it: records and views with the facts when they were added."""

    id: str
    title: str
    owner: str
    state: str
    records: Mapping[str, Mapping[str, Any]]
    views: tuple[Mapping[str, Any], ...]
    papers: tuple[Mapping[str, Any], ...]
    shared: frozenset[str]
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """The case with its whole history."""
        return {
            "id": self.id, "title": self.title, "owner": self.owner, "state": self.state,
            "records": [{"record": record, **facts} for record, facts in self.records.items()],
            "views": [dict(view) for view in self.views], "papers": [dict(paper) for paper in self.papers],
            "shared": sorted(self.shared), "events": [step.to_json() for step in self.steps],
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """One fact of a case that is not what it was: `was` and `now` as in JSON, None where it was or is not there."""

    record: str
    policy: str
    fact: str
    was: Any
    now: Any

    def to_json(self) -> dict[str, Any]:
        """The fact then and now."""
        return {"record": self.record, "policy": self.policy, "fact": self.fact, "was": self.was, "now": self.now}


def cases(ledger: Ledger) -> tuple[CaseFile, ...]:
    """All cases, in the order in which they were opened."""
    steps: dict[str, list[Step]] = {}
    for entry in ledger.decisions:
        if entry.kind == KIND:
            said = {key: value for key, value in entry.body.items() if key not in ("case", "event")}
            steps.setdefault(entry.body["case"], []).append(Step(entry.body["event"], entry.by, entry.at, said))
    return tuple(_case(name, tuple(own)) for name, own in steps.items())


def case(ledger: Ledger, name: str) -> CaseFile:
    """One case by its id. Raises NotFound."""
    known = {one.id: one for one in cases(ledger)}
    if name not in known:
        raise NotFound(f"there is no case {name}", f"there are {', '.join(known) or 'none yet'}", tuple(known))
    return known[name]


def open_case(ledger: Ledger, title: str, by: str, at: datetime) -> CaseFile:
    """Begin a case. Raises Misuse (no title)."""
    if not title.strip():
        raise Misuse("a case without a title", "say in a few words what it is about")
    name = f"K-{len(cases(ledger)) + 1:04d}"
    return _written(ledger, name, [Step(OPENED, by, at.isoformat(timespec="seconds"), {"title": title.strip()})])


def add_to_case(ledger: Ledger, name: str, event: str, said: Mapping[str, Any], who: tuple[str, datetime]) -> CaseFile:
    """Write one event of a case, by `who` at that time; a record or view gets the facts of now.

    Raises NotFound (no such case or record), Misuse (an event that is none, lacks words, or comes after the end).
    """
    known = case(ledger, name)
    if event not in NEEDS or event == OPENED:
        raise Misuse(f'event: found "{event}", expected one of {", ".join(one for one in NEEDS if one != OPENED)}')
    missing = [word for word in NEEDS[event] if not str(said.get(word, "")).strip()]
    if missing:
        raise Misuse(f"{event}: {', '.join(missing)} is missing")
    if (known.state == CLOSED) != (event == REOPENED):
        raise Misuse(f"{name} is {'closed' if known.state == CLOSED else 'open'}", "reopen it first, with a reason")
    words = dict(said)
    if event in (ADDED, DROPPED, VIEW):
        words["record"] = ledger.resolve(str(said["record"]))
    if event == DROPPED and words["record"] not in known.records:
        raise Misuse(f"{words['record']} is not in {name}")
    if event in (ADDED, VIEW):
        policy = str(said.get("policy", "pro-rata"))
        words |= facts_of(ledger, words["record"], policy, what_holds(ledger))
    return _written(ledger, name, [*known.steps, Step(event, who[0], who[1].isoformat(timespec="seconds"), words)])


def moved(ledger: Ledger, name: str) -> tuple[Moved, ...]:
    """What today's answers to a case's records and views differ in from those noted; empty: nothing moved."""
    known = case(ledger, name)
    asked = {(record, str(facts["policy"])): facts for record, facts in known.records.items()}
    asked |= {(view["record"], str(view["policy"])): view for view in known.views}
    holding, found = what_holds(ledger), []
    for (record, policy), was in asked.items():
        try:
            now = facts_of(ledger, ledger.resolve(record), policy, holding)
        except NotFound:
            found.append(Moved(record, policy, "record", "there", None))
            continue
        found += [
            Moved(record, policy, fact, was.get(fact), now[fact])
            for fact in now
            if fact not in ("version", "as_of") and was.get(fact) != now[fact]
        ]
    return tuple(found)


def facts_of(ledger: Ledger, record: str, policy: str, holding: Iterable[Finding]) -> dict[str, Any]:
    """What is noted of a record: its trail's amount, state, sources, unsourced money and breaks; its findings among
    those that hold. Raises Misuse (no such policy).
    """
    if policy not in POLICIES:
        raise Misuse(f'policy: found "{policy}", expected one of {", ".join(POLICIES)}')
    facts: dict[str, Any] = {
        "policy": policy, "version": ledger.version, "as_of": ledger.as_of.isoformat() if ledger.as_of else None,
        "findings": sorted(one.id for one in holding if record == one.subject or record in one.evidence),
    }
    if ledger.graph.find(record) < 0:
        return facts
    trail = ledger.trace(record, policy=policy).to_json()
    return facts | {
        "amount": trail["amount"], "state": trail["state"], "unsourced": trail["unsourced"],
        "sources": [{"record": one["record"], "amount": one["amount"]} for one in trail["sources"]],
        "breaks": [{word: one[word] for word in ("record", "reason", "amount")} for one in trail["breaks"]],
    }


def _written(ledger: Ledger, name: str, steps: list[Step]) -> CaseFile:
    last = steps[-1]
    body = {"case": name, "event": last.event, **last.said}
    journal.append(ledger.path, KIND, body, last.by, datetime.fromisoformat(last.at))
    return _case(name, tuple(steps))


def _case(name: str, steps: tuple[Step, ...]) -> CaseFile:
    """What the events, in order, make of a case."""
    records: dict[str, Mapping[str, Any]] = {}
    shared: set[str] = set()
    state = "open"
    for step in steps:
        said = dict(step.said)
        if step.event == ADDED:
            records[said.pop("record")] = said | {"by": step.by, "at": step.at}
        elif step.event == DROPPED:
            records.pop(said["record"], None)
        elif step.event == SHARED:
            shared.add(str(said["with"]))
        elif step.event == UNSHARED:
            shared.discard(str(said["with"]))
        elif step.event in (CLOSED, REOPENED):
            state = CLOSED if step.event == CLOSED else "open"
    views = tuple(step.said for step in steps if step.event == VIEW)
    papers = tuple(step.said for step in steps if step.event == PAPER)
    return CaseFile(
        name, str(steps[0].said["title"]), steps[0].by, state, records, views, papers, frozenset(shared), steps
    )
