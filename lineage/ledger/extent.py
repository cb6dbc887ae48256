"""How much of a ledger a verification reads: all of it, or what came since an anchor and a sample of the rest.

10^5 batches take minutes to read whole, and an office that verifies every night has read most of them the night
before. Invariant: nothing is passed over in silence; what was not read is counted in the answer.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lineage.errors import Misuse
from lineage.ledger.anchor import Anchor

SAMPLE = 64
_AT_ONCE = 1024
"""Batches whose files are looked at together: a query a file costs many times as much over small batches."""


@dataclass(frozen=True, slots=True)
class Since:
    """Everything from the anchored batch on, and `sample` earlier batches drawn by `seed`.

    The seed should be one that who might change the ledger cannot foresee. With n earlier batches of which d were
    changed, a run finds one with probability 1 - (1 - d / n) ** sample or a little more.
    """

    anchor: Anchor
    seed: int
    sample: int = SAMPLE

    def __post_init__(self) -> None:
        if self.sample < 0:
            raise Misuse(f"a sample of {self.sample} batches", "give 0 or more")

    def batches(self, last: int, anchors: Sequence[Anchor]) -> list[int]:
        """Numbers of the batches to read, in order; those that `anchors` name among them."""
        first = max(1, min(self.anchor.batch, last))
        earlier = range(1, first)
        drawn = random.Random(self.seed).sample(earlier, min(self.sample, len(earlier)))
        named = (one.batch for one in anchors if 0 < one.batch < first)
        return sorted({*drawn, *named, *range(first, last + 1)})


def runs(numbers: Sequence[int], ends: Sequence[int] = ()) -> Iterator[Sequence[int]]:
    """The numbers in order, as many at a time as are looked at together; no run goes beyond one of `ends`."""
    start = 0
    for end in (*(bisect_right(numbers, end) for end in ends), len(numbers)):
        for begin in range(start, end, _AT_ONCE):
            yield numbers[begin : min(begin + _AT_ONCE, end)]
        start = end
