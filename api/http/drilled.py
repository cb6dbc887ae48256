"""The answers that open a figure, draw a sample, explain an amount, list links, or take a batch back: shapes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.http.shapes import Answer, Day, Division, Name, Page, Shape, Yuan


class Contribution(Shape):
    """What one record contributes to a figure."""

    record: Name
    division_code: Division | None
    tier: str | None
    date: Day | None
    amount: Yuan


class FigureOpened(Page):
    """A figure opened to the records whose sum it is, the greatest first."""

    figure: str
    division_code: Division | None
    amount: Yuan
    total: int
    records: list[Contribution]


class PartRecord(Shape):
    """What one record contributes to a part of a score: counts, or yuan."""

    record: str
    numerator: Yuan | int
    denominator: Yuan | int


class PartOpened(Page):
    """A part of a division's score opened to its records."""

    division_code: Division
    part: str
    policy: str
    total: int
    records: list[PartRecord]


class DrawnRecord(Shape):
    """A record of a sample; `hits`: how often money drew it."""

    record: Name
    amount: Yuan
    hits: int
    division_code: Division | None
    date: Day | None
    title: str


class SampleDrawn(Answer):
    """A sample with all that is needed to draw it again."""

    kind: str
    method: Literal["random", "money"]
    seed: int
    size: int
    population: int
    population_amount: Yuan
    interval: Yuan | None
    records: list[DrawnRecord]


class SourcePart(Shape):
    """One source's part of the money explained."""

    record: str
    amount: Yuan


class AmountExplained(Answer):
    """How an amount came about, movement by movement; `hidden_steps` lie outside the asker's divisions."""

    record: Name
    policy: str
    pool: Yuan
    sources: list[SourcePart]
    order_mattered: bool
    steps: list[dict[str, Any]]
    hidden_steps: int


class AcceptedLink(Shape):
    """A link in force that somebody accepted."""

    entry: int
    from_: Name = Field(alias="from")
    to: Name
    amount: Yuan
    who: str
    why: str
    at: str


class AcceptedLinks(Page):
    """Accepted links in force, in the order of the journal."""

    accepted: list[AcceptedLink]


class Withdrawn(Answer):
    """A batch that takes another back; `becomes` is the version without it."""

    batch: int
    withdraws: list[int]
    why: str
    becomes: str
