"""The answers of the questions, decisions and loads, for the contract (`api/http/shapes.py` says how they are held)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.http.shapes import Answer, Day, Division, Name, Page, Shape, Yuan


class OverviewDivision(Shape):
    """One division's figures."""

    division_code: Division
    name: str
    received: dict[str, Yuan]
    own: Yuan
    passed_down: Yuan
    scale: Yuan
    expenditure: Yuan
    progress: str | None


class Overview(Answer):
    """Scale, expenditure and progress."""

    calibre: Literal["2017", "next"]
    as_of: Day | None
    year: str
    scale: dict[str, Yuan]
    expenditure: dict[str, Yuan]
    special_account_difference: Yuan
    progress: str | None
    in_transit: Yuan
    unplaced: Yuan | None
    carried_over: dict[str, Yuan]
    divisions: list[OverviewDivision]


class Finding(Shape):
    """One hit of a rule."""

    id: str
    rule: str
    subject: str
    division_code: str
    severity: Literal["red", "orange", "yellow", "blue"]
    class_: str = Field(alias="class")
    type: str
    amount: Yuan
    evidence: list[str]
    message: str


class RuleTotal(Shape):
    """A rule's findings and their sum."""

    rule: str
    findings: int
    amount: Yuan


class Findings(Page):
    """What the rules find."""

    as_of: Day | None
    as_known: int | None
    total: int
    rules: list[RuleTotal]
    findings: list[Finding]


class FindingEvent(Shape):
    """What somebody did about a finding."""

    event: str
    by: str
    at: str
    comment: str
    attachment: str
    due: Day | None


class Case(Answer):
    """A finding with its life; one that no longer holds keeps its last facts."""

    id: str
    rule: str
    subject: str
    division_code: str
    severity: Literal["red", "orange", "yellow", "blue"]
    amount: Yuan
    state: Literal["open", "under-review", "explained", "rectifying", "closed"]
    mended: bool
    due: Day | None
    events: list[FindingEvent]


class RuleRow(Shape):
    """A rule's name and title."""

    rule: str
    title: str


class Rules(Page):
    """The catalogue."""

    rules: list[RuleRow]


class RulePage(Answer):
    """One rule's page."""

    rule: str
    titles: dict[str, str]
    page: str


class CauseOfDifference(Shape):
    """One cause, with the records that make its amount."""

    cause: str
    amount: Yuan
    records: list[Name]


class Difference(Shape):
    """The system against one line of one report."""

    division_code: Division
    measure: Literal["scale", "expenditure"]
    tier: str
    system: Yuan
    report: Yuan
    difference: Yuan
    causes: list[CauseOfDifference]
    unexplained: Yuan
    outside_treasury_at_most: Yuan


class Reconciliation(Page):
    """All differences as of a day."""

    date: Day
    divisions: list[Difference]


class Part(Shape):
    """One part of a score."""

    part: str
    score: str | None
    numerator: Yuan | int
    denominator: Yuan | int


class Ranked(Shape):
    """One division's place."""

    rank: int
    division_code: Division
    name: str
    score: str
    parts: list[Part]


class Ranking(Page):
    """Counties and cities by score."""

    policy: str
    weights: dict[str, int]
    divisions: list[Ranked]


class Hit(Shape):
    """One record found."""

    record: Name
    title: str
    snippet: str
    amount: Yuan | None
    division_code: str | None


class Hits(Page):
    """What a text names."""

    query: str
    total: int
    hits: list[Hit]


class Repair(Shape):
    """A link that is probably missing."""

    id: str
    from_: Name = Field(alias="from")
    to: Name
    kind: str
    amount: Yuan
    score: float
    rivals: int
    sure: bool
    group: str
    parts: list[dict[str, Any]]


class Repairs(Page):
    """Proposed links."""

    total: int
    repairs: list[Repair]


class Accepted(Answer):
    """Journal entries of the accepted links; `becomes` is the version that has them."""

    accepted: list[dict[str, Any]]
    becomes: str


class Explained(Answer):
    """What was noted, with its journal entry; `becomes` is the version that has it."""

    explanation: dict[str, Any]
    becomes: str


class Revoked(Answer):
    """The journal's entry."""

    revoked: dict[str, Any]
    becomes: str


class Taken(Answer):
    """An upload on its way."""

    batch: str
    state: Literal["waiting", "loading", "done", "failed"]
    follow: str


class Batch(Answer):
    """How an upload stands (`result` is the load's answer), or what a batch brought (`tables`)."""

    batch: str | int
    state: Literal["waiting", "loading", "done", "failed"]
    served: bool = Field(description="whether questions are answered with it yet")


class Rejects(Page):
    """Rejected rows."""

    batch: str | int
    rejects: list[dict[str, Any]]


class CaseFile(Shape):
    """A case as far as one may see it."""

    id: str
    title: str
    owner: str
    events: list[dict[str, Any]]


class CaseFileAnswer(CaseFile, Answer):
    """One case."""


class CaseFiles(Answer):
    """The cases one may see."""

    cases: list[CaseFile]


class Moved(Answer):
    """What today's answers differ in from those noted."""

    case: str
    moved: list[dict[str, Any]]


class Session(Shape):
    """Who is signed in; `csrf` is "" outside a session."""

    name: str
    roles: list[str]
    divisions: list[str]
    csrf: str


class Ready(Shape):
    """The version that answers, and the graph's."""

    ready: Literal[True]
    version: str
    graph: str
