"""Findings with their life cycle: what the rules find now, joined with what people did about it (the journal).

Whether a finding still holds is derived on reading, at default parameters and the latest version; one that people
worked on and that no longer holds shows as mended, one that was closed as mended and holds again as returned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse, NotFound
from lineage.ledger import journal, manifest
from lineage.money import yuan
from queries.catalogue import OFFICES, SEVERITIES, catalogue, named
from queries.check import Finding, check
from queries.life_cycle import CLOSED, EVENT_KIND, OPEN, STATES, Actor, Event, allow, lived
from queries.territory import subtree

if TYPE_CHECKING:
    from lineage.ledger import Ledger

GROUPS = ("cause", "rule", "division", "severity", "office", "state")


@dataclass(frozen=True, slots=True)
class Case:
    """A finding and its history. `finding` is None where it no longer holds; the facts are then those last noted."""

    id: str
    rule: str
    subject: str
    division_code: str
    severity: str
    amount_fen: int
    state: str
    due: date | None
    returned: bool
    events: tuple[Event, ...]
    finding: Finding | None

    @property
    def mended(self) -> bool:
        """Whether it no longer holds."""
        return self.finding is None

    @property
    def office(self) -> str:
        """The office it is for; "" for a mended one of a rule that is gone."""
        return self.finding.rule.office if self.finding else ""

    def overdue(self, today: date) -> bool:
        """Whether it is past its due date, not closed and not mended."""
        return self.due is not None and self.due < today and self.state != CLOSED and not self.mended

    def to_json(self, today: date, language: str = "en") -> dict[str, Any]:
        """The finding of `check` with state, due date and events."""
        facts: dict[str, Any] = {
            "id": self.id, "rule": self.rule, "subject": self.subject, "division_code": self.division_code,
            "severity": self.severity, "amount": yuan(self.amount_fen),
        }
        if self.finding:
            facts = self.finding.to_json(language)
        return facts | {
            "state": self.state, "mended": self.mended, "returned": self.returned,
            "due": self.due.isoformat() if self.due else None, "overdue": self.overdue(today),
            "events": [event.to_json() for event in self.events],
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings: empty means all. `division` takes those below it too."""

    ids: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    division: str | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """The answer of `findings`."""

    as_of: date | None
    version: str
    today: date
    cases: tuple[Case, ...]

    def groups(self, by: str) -> list[dict[str, Any]]:
        """Number and sum by `cause`, rule, division, severity, office or state; greatest sum first."""
        if by not in GROUPS:
            raise Misuse(f'group: found "{by}", expected one of {", ".join(GROUPS)}')
        sums: dict[str, tuple[int, int]] = {}
        for case in self.cases:
            key = _group_key(case, by)
            number, fen = sums.get(key, (0, 0))
            sums[key] = number + 1, fen + case.amount_fen
        ordered = sorted(sums.items(), key=lambda item: (-item[1][1], item[0]))
        return [{"key": key, "findings": number, "amount": yuan(fen)} for key, (number, fen) in ordered]

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """As of, version and the list."""
        return {"as_of": self.as_of.isoformat() if self.as_of else None, "version": self.version,
                "findings": [case.to_json(self.today, language) for case in self.cases]}


def findings(ledger: Ledger, today: date, wanted: Wanted | None = None, rules_dir: Path | None = None) -> Findings:
    """What holds now and what people worked on, by rule and subject. Raises NotFound (division, id), Misuse.

    Of a view without accepted links, what would hold without them.
    """
    wanted = wanted or Wanted()
    inside = None if wanted.division is None else subtree(ledger, wanted.division)
    known_cases = _cases(ledger, rules_dir)
    _check(wanted, known_cases, rules_dir)
    cases = [case for case in known_cases.values() if _is_wanted(case, wanted, inside, today)]
    cases.sort(key=lambda case: (case.rule, case.subject))
    return Findings(ledger.as_of, ledger.version, today, tuple(cases))


def cases_of_view(ledger: Ledger) -> tuple[Case, ...]:
    """What holds in this very view (its day, its batches, its links), and what people worked on that no longer does.

    What does not hold in the view yet, and does now, is of later days or loads and left out.
    """
    noted = _noted(ledger)
    holding = {one.id: one for one in what_holds(ledger)}
    gone = [name for name in noted if name not in holding]
    later = {one.id for one in what_holds(_latest(ledger))} if gone and not _is_latest(ledger) else set()
    cases = [_case(name, one, noted.get(name, [])) for name, one in holding.items()]
    cases += [_case(name, None, noted[name]) for name in gone if name not in later]
    return tuple(sorted(cases, key=lambda case: (case.rule, case.subject)))


def _check(wanted: Wanted, cases: Mapping[str, Case], rules_dir: Path | None) -> None:
    """Raises Misuse or NotFound where something wanted does not exist, so that a slip is not an empty list."""
    for name in wanted.ids:
        if name not in cases:
            raise NotFound(f"there is no finding {name}", "see `lineage findings` for those that are there")
    rules = catalogue(rules_dir)
    for name in set(wanted.rules) - {case.rule for case in cases.values()}:
        named(rules, name)
    choices = (
        ("state", wanted.states, STATES),
        ("severity", wanted.severities, SEVERITIES),
        ("office", wanted.offices, OFFICES),
    )
    for what, values, known in choices:
        if unknown := [value for value in values if value not in known]:
            raise Misuse(f'{what}: found "{unknown[0]}", expected one of {", ".join(known)}')


def record_event(ledger: Ledger, finding: str, event: Event, actor: Actor, at: datetime) -> Case:
    """Write one event of a finding to the journal. `by`, `at`, `holds` and `acting_for` of the event are filled here.

    Raises NotFound (no such finding), Misuse (not allowed). The state is read anew from the journal before.
    """
    return record_events(ledger, [finding], event, actor, at)[0]


def record_events(ledger: Ledger, ids: Iterable[str], event: Event, actor: Actor, at: datetime) -> list[Case]:
    """The same event for several findings: all are allowed and written, or none."""
    names = tuple(dict.fromkeys(ids))
    known = _cases(ledger, None, names)
    parents = {row["division_code"]: row["fiscal_parent"]
               for row in ledger.rows("SELECT division_code, fiscal_parent FROM divisions")}
    filled = replace(event, by=actor.name, at=at.isoformat(timespec="seconds"), acting_for=actor.division_code or "")
    cases, decisions = [], []
    for name in names:
        case = known.get(name)
        if case is None:
            raise NotFound(f"there is no finding {name}", "see `lineage findings` for those that are there")
        if case.state == OPEN and case.returned and event.event == "send-back":
            raise Misuse(f"{name} has returned and is open again", "begin with a review")
        allow(filled, actor, case.state, case.division_code, _above(case.division_code, parents))
        now = replace(filled, holds=not case.mended)
        decisions.append((EVENT_KIND, _body(case, now)))
        life = lived((*case.events, now), case.severity)
        cases.append(replace(case, events=(*case.events, now), state=life.state, due=life.due, returned=False))
    journal.append_all(ledger.path, decisions, actor.name, at)
    return cases


def _cases(ledger: Ledger, rules_dir: Path | None, asked: tuple[str, ...] = ()) -> dict[str, Case]:
    """Every finding that holds at defaults and the latest version, and every one that has events.

    Where all that are `asked` have events already, only their rules are run.
    """
    noted = _noted(ledger)
    rules = None
    if asked and all(name in noted for name in asked):
        on = {rule.name for rule in catalogue(rules_dir) if rule.on}
        rules = on & {noted[name][-1].body["rule"] for name in asked}
    latest = _latest(ledger)
    if rules is None and rules_dir is None and latest.batch:
        found = what_holds(latest)
    else:
        found = check(latest, rules, rules_dir=rules_dir).findings
    holding = {one.id: one for one in found}
    return {name: _case(name, holding.get(name), noted.get(name, [])) for name in (*holding, *noted)}


def _noted(ledger: Ledger) -> dict[str, list[journal.Entry]]:
    """The journal's events by finding."""
    noted: dict[str, list[journal.Entry]] = {}
    for entry in journal.read(ledger.path):
        if entry.kind == EVENT_KIND:
            noted.setdefault(entry.body["finding"], []).append(entry)
    return noted


def _is_latest(ledger: Ledger) -> bool:
    return ledger.as_known is None and ledger.as_of == ledger.latest_business_date


def _latest(ledger: Ledger) -> Ledger:
    """The latest view, with or without accepted links as in the one given.

    A server hands in the latest version that is ready; opening a newer one here would build its tables in memory.
    """
    import lineage

    return ledger if _is_latest(ledger) else lineage.open(ledger.path, asserted=ledger.asserted)


_held: dict[tuple[Path, str, date | None, tuple[int, ...]], tuple[Finding, ...]] = {}


def what_holds(ledger: Ledger) -> tuple[Finding, ...]:
    """What holds in a view of a ledger, kept in memory for the last two states: an event of a finding changes no table,
    so a server that lists after each event checks once a batch. Last manifest, day and links are what it depends on.
    """
    if not ledger.batch:
        return check(ledger).findings
    last = manifest.file_of(ledger.path, ledger.batch).read_bytes()
    links = tuple(link.number for link in ledger.links_in_force)
    state = (ledger.path.resolve(), hashlib.sha256(last).hexdigest(), ledger.as_of, links)
    found = _held.get(state)
    if found is None:
        found = check(ledger).findings
        for older in list(_held)[:-1]:
            _held.pop(older, None)
        _held[state] = found
    return found


def _case(name: str, found: Finding | None, entries: list[journal.Entry]) -> Case:
    events = tuple(_event(entry) for entry in entries)
    facts = entries[-1].body if entries else {}
    severity = found.severity if found else facts["severity"]
    life = lived(events, severity)
    returned = life.state == CLOSED and life.closed_mended and found is not None
    return Case(
        id=name,
        rule=found.rule.name if found else facts["rule"],
        subject=found.subject if found else facts["subject"],
        division_code=found.division_code if found else facts["division_code"],
        severity=severity,
        amount_fen=found.amount_fen if found else facts["amount_fen"],
        state=OPEN if returned else life.state,
        due=None if returned else life.due,
        returned=returned,
        events=events,
        finding=found,
    )


def _event(entry: journal.Entry) -> Event:
    body = entry.body
    return Event(
        event=body["event"], by=entry.by, at=entry.at, comment=body["comment"], attachment=body["attachment"],
        due=date.fromisoformat(body["due"]) if body["due"] else None, holds=body["holds"],
        acting_for=body["acting_for"],
    )


def _body(case: Case, event: Event) -> dict[str, Any]:
    return {
        "finding": case.id, "rule": case.rule, "subject": case.subject, "division_code": case.division_code,
        "severity": case.severity, "amount_fen": case.amount_fen, "event": event.event, "comment": event.comment,
        "attachment": event.attachment, "due": event.due.isoformat() if event.due else "", "holds": event.holds,
        "acting_for": event.acting_for,
    }


def _above(division: str, parents: dict[str, str | None]) -> frozenset[str]:
    above: set[str] = set()
    parent = parents.get(division)
    while parent and parent not in above:
        above.add(parent)
        parent = parents.get(parent)
    return frozenset(above)


def _is_wanted(case: Case, wanted: Wanted, inside: frozenset[str] | None, today: date) -> bool:
    chosen = (
        (wanted.ids, case.id), (wanted.rules, case.rule), (wanted.states, case.state),
        (wanted.severities, case.severity), (wanted.offices, case.office),
    )
    if any(values and value not in values for values, value in chosen):
        return False
    return (inside is None or case.division_code in inside) and (not wanted.overdue or case.overdue(today))


def _group_key(case: Case, by: str) -> str:
    if by == "cause":
        return case.finding.cause if case.finding else case.subject
    return str({"rule": case.rule, "division": case.division_code, "severity": case.severity, "office": case.office,
                "state": case.state}[by])
