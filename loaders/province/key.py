"""The answer key of a made province: what was planted, what must follow from it, what must never be accused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProvinceKey:
    """Seed, size, and the rows of every table."""

    seed: int
    payments: int
    year: int
    rows: tuple[tuple[str, int], ...]
