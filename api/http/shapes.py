"""The answers' shapes, for the contract: every field that a client may rely on. Further fields may be added.

Nothing is built from these; that what is answered has these shapes is held by the tests of the contract.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Yuan = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", description="yuan", examples=["1234.50"])]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2017-09-30"])]
Name = Annotated[str, Field(description="kind:id, or hidden:N outside your divisions", examples=["payment:P-1"])]
Division = Annotated[str, Field(examples=["410103000"])]
Tier = Literal["province", "city", "county", "relocation"]
Direction = Literal["up", "down"]


class Shape(BaseModel):
    """An object that may hold further fields."""

    model_config = ConfigDict(extra="allow")


class Answer(Shape):
    """What every answer bears."""

    version: str = Field(examples=["12.3"], description="last batch and number of decisions")
    engine: str = Field(description="release of the engine")
    settings: str = Field(description="hash of rule parameters and weights")


class Page(Answer):
    """One page of a list."""

    next: str | None = Field(description="give it back as `cursor`; null on the last page")


class Record(Answer):
    """A record as it stands in its table: further fields are the table's columns."""

    record: Name
    kind: str
    state: Literal["complete", "partial", "broken", "none"] | None
    batch: int
    file: str | None
    sheet: str | None
    row: int | None


class Source(Shape):
    """Where money came from."""

    record: Name
    division_code: Division | None
    tier: Tier
    poverty: bool | None
    amount: Yuan | None
    least: Yuan | None = None
    most: Yuan | None = None


class Reached(Shape):
    """Where money is now."""

    record: Name
    amount: Yuan | None


class Node(Shape):
    """A record of a trail; a hidden one says its tier, division and amount."""

    record: Name
    kind: str
    depth: int
    amount: Yuan
    division_code: Division | None
    title: str
    date: Day | None
    state: str | None


class Edge(Shape):
    """A movement of money."""

    from_: Name = Field(alias="from")
    to: Name
    amount: Yuan
    date: Day | None
    evidence: Literal["recorded", "document", "asserted", "proposed"]


class Break(Shape):
    """Where unsourced money enters or money leaves sight, with the payments below it."""

    record: Name
    reason: str
    amount: Yuan
    payments: int
    payments_amount: Yuan


class Trail(Shape):
    """A trail: `sources`, `unsourced` upstream, `reached` downstream. Σ sources + unsourced = pool."""

    record: Name
    direction: Direction
    policy: str
    amount: Yuan
    pool: Yuan
    state: Literal["complete", "partial", "broken", "none"]
    sources: list[Source] | None = None
    unsourced: Yuan | None = None
    reached: list[Reached] | None = None
    nodes: list[Node]
    edges: list[Edge]
    breaks: list[Break]
    truncated: bool
    more: int


class TrailAnswer(Trail, Answer):
    """One trail."""


class Trails(Answer):
    """Many trails, in the order asked."""

    trails: list[Trail]


class Links(Answer):
    """Movements between two sides, the greatest first."""

    total: int
    more: int
    movements: list[Edge]
