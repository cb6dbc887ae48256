"""Which part of a long list is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from lineage.errors import Misuse

EVERYTHING = 2**62
"""A limit that no list reaches."""


@dataclass(frozen=True, slots=True)
class Page:
    """So many rows from so far on. Raises Misuse for a limit below 1 or an offset below 0."""

    limit: int = EVERYTHING
    offset: int = 0

    def __post_init__(self) -> None:
        if self.limit < 1 or self.offset < 0:
            raise Misuse(f"found limit {self.limit} and offset {self.offset}", "expected at least 1 and 0")


WHOLE = Page()
