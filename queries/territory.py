"""A division and those below it in the fiscal tree, which is the one that money and access follow."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from lineage.errors import NotFound

if TYPE_CHECKING:
    from lineage.ledger import Ledger


def division_names(ledger: Ledger) -> dict[str, str]:
    """Names by division code."""
    return {row["division_code"]: row["name"] for row in ledger.rows("SELECT division_code, name FROM divisions")}


def subtree(ledger: Ledger, division: str) -> frozenset[str]:
    """The codes of a division (six digits are understood) and of all below it. Raises NotFound with near misses."""
    parents = {
        row["division_code"]: row["fiscal_parent"]
        for row in ledger.rows("SELECT division_code, fiscal_parent FROM divisions")
    }
    wanted = division if division in parents or len(division) != 6 else division + "000"
    if wanted not in parents:
        near = tuple(difflib.get_close_matches(wanted, sorted(parents), 3))
        raise NotFound(f"there is no division {division}", f"nearest: {', '.join(near)}" if near else "", near)
    inside, waiting = {wanted}, [wanted]
    while waiting:
        above = waiting.pop()
        below = [code for code, parent in parents.items() if parent == above and code not in inside]
        inside.update(below)
        waiting.extend(below)
    return frozenset(inside)
