"""How many combinations fit, as people are told: the number up to 100, then "over 100"."""

from __future__ import annotations

from lineage.links.subset import COUNTED


def told(count: int) -> dict[str, str]:
    """The number in both languages, as values of a finding's sentence."""
    if count <= COUNTED:
        return {"solutions_zh": str(count), "solutions_en": str(count)}
    return {"solutions_zh": f"超过 {COUNTED}", "solutions_en": f"over {COUNTED}"}
