"""The life of a finding (预警 → 核实 → 整改 → 销号): what may follow what, and who may do it. Pure; nothing is read.

open → under review → explained | rectifying → closed; a superior sends back (退回) to under review. Invariant: the
state is what the journal's events, taken in order, make of "open"; an event that was not allowed where it stands (two
people wrote at once) changes nothing but stays in the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from lineage.errors import Misuse

OPEN, UNDER_REVIEW, EXPLAINED, RECTIFYING, CLOSED = "open", "under-review", "explained", "rectifying", "closed"
STATES = (OPEN, UNDER_REVIEW, EXPLAINED, RECTIFYING, CLOSED)
SENT_BACK = "sent-back"
EVENT_KIND = "finding-event"
"""The kind of the journal's entries."""
DUE_DAYS = MappingProxyType({"red": 15, "orange": 30, "yellow": 60, "blue": 90})
"""Days from the beginning of the review to the due date where a superior sets none."""

_OWN, _SUPERIOR = "own", "superior"


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of event: from which states, to which ("" keeps it), by whom, and what it must bring."""

    before: tuple[str, ...]
    after: str
    by: tuple[str, ...]
    needs: str


STEPS: Mapping[str, Step] = MappingProxyType({
    "review": Step((OPEN, CLOSED), UNDER_REVIEW, (_OWN, _SUPERIOR), ""),
    "explain": Step((UNDER_REVIEW, RECTIFYING), EXPLAINED, (_OWN,), "comment"),
    "rectify": Step((UNDER_REVIEW, EXPLAINED), RECTIFYING, (_OWN,), "comment"),
    "close": Step((EXPLAINED, RECTIFYING), CLOSED, (_SUPERIOR,), "comment"),
    "send-back": Step((EXPLAINED, RECTIFYING, CLOSED), UNDER_REVIEW, (_SUPERIOR,), "comment"),
    "attach": Step((UNDER_REVIEW, EXPLAINED, RECTIFYING), "", (_OWN, _SUPERIOR), "attachment"),
    "comment": Step(STATES, "", (_OWN, _SUPERIOR), "comment"),
    "due": Step((OPEN, UNDER_REVIEW, EXPLAINED, RECTIFYING), "", (_SUPERIOR,), "due"),
})
EVENT_OF_STATE = MappingProxyType({
    UNDER_REVIEW: "review", EXPLAINED: "explain", RECTIFYING: "rectify", CLOSED: "close", SENT_BACK: "send-back",
})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, for a division; without one for the whole ledger, as superior of every division."""

    name: str
    division_code: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event as the journal has it. `holds`: whether the finding was still there when it happened."""

    event: str
    by: str
    at: str
    comment: str = ""
    attachment: str = ""
    due: date | None = None
    holds: bool = True
    acting_for: str = ""

    def to_json(self) -> dict[str, Any]:
        """The event as in answers."""
        return {"event": self.event, "by": self.by, "at": self.at, "comment": self.comment,
                "attachment": self.attachment, "due": self.due.isoformat() if self.due else None,
                "acting_for": self.acting_for}


@dataclass(frozen=True, slots=True)
class Life:
    """What events made of a finding."""

    state: str
    due: date | None
    closed_mended: bool
    """Closed when the finding no longer held: if it holds again, it has returned."""


def lived(events: tuple[Event, ...], severity: str) -> Life:
    """The state after the events; the due date is the last one set, else counted from the first review."""
    state, due, reviewed, mended = OPEN, None, None, False
    for event in events:
        step = STEPS[event.event]
        if state not in step.before:
            continue
        state = step.after or state
        due = event.due or due
        if event.event == "review" and reviewed is None:
            reviewed = date.fromisoformat(event.at[:10])
        if event.event == "close":
            mended = not event.holds
    if due is None and reviewed is not None:
        due = reviewed + timedelta(days=DUE_DAYS[severity])
    return Life(state, due, mended)


def allow(event: Event, actor: Actor, state: str, division_code: str, above: frozenset[str]) -> None:
    """Raises Misuse when the event may not happen: wrong state, wrong person, something it needs is missing.

    `above` are the divisions above the finding's own in the fiscal tree.
    """
    if event.event not in STEPS:
        raise Misuse(f'event: found "{event.event}", expected one of {", ".join(STEPS)}')
    step = STEPS[event.event]
    if state not in step.before:
        raise Misuse(f"{event.event} is not possible: the finding is {state}, expected {' or '.join(step.before)}")
    if step.needs and not getattr(event, step.needs):
        raise Misuse(f"{event.event} needs a {step.needs}", {"comment": "--why"}.get(step.needs, f"--{step.needs}"))
    if _standing(actor, division_code, above) not in step.by:
        whom = "the division itself" if step.by == (_OWN,) else "a superior of the division"
        whom = whom if len(step.by) == 1 else "the division or a superior"
        raise Misuse(f"{actor.name} (acting for {actor.division_code or 'the whole ledger'}) may not {event.event} a "
                     f"finding of {division_code or 'no division'}", f"that is for {whom}")


def _standing(actor: Actor, division_code: str, above: frozenset[str]) -> str:
    if actor.division_code is None or actor.division_code in above:
        return _SUPERIOR
    return _OWN if actor.division_code == division_code else ""
