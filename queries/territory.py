"""Divisions as people name them; and a division with those below it in the fiscal tree, which money follows."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.errors import Misuse, NotFound

if TYPE_CHECKING:
    from lineage.ledger import Ledger

NEAR_MOST = 4
_KINDS = frozenset("省市县区旗镇乡")
"""The last character of a division's name, which people leave out: 浉河 for 浉河区."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The division that a text names; else the codes of several that bear that name, or the nearest, code and name."""

    code: str = ""
    several: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def division_names(ledger: Ledger) -> dict[str, str]:
    """Names by division code."""
    return {row["division_code"]: row["name"] for row in ledger.rows("SELECT division_code, name FROM divisions")}


def meant(text: str, names: Mapping[str, str]) -> Meant:
    """The division named by its code, with six digits too, or by its name, whole or without what it is."""
    wanted = unicodedata.normalize("NFKC", text).strip().removeprefix("division:")
    for code in (wanted, f"{wanted}000" if len(wanted) == 6 else wanted):
        if code in names:
            return Meant(code)
    same = [code for code, name in names.items() if name == wanted]
    same = same or [code for code, name in names.items() if name[:-1] == wanted and name[-1:] in _KINDS]
    same = same or [code for code, name in names.items() if len(wanted) > 1 and name.startswith(wanted)]
    if len(same) == 1:
        return Meant(same[0])
    return Meant(several=tuple(sorted(same))) if same else Meant(near=_nearest(wanted, names))


def division_code(ledger: Ledger, text: str) -> str:
    """The code of the division that a text names. Raises NotFound with near misses, Misuse (several of that name)."""
    names = division_names(ledger)
    found = meant(text, names)
    if found.several:
        raise Misuse(f'"{text}" is the name of {len(found.several)} divisions: {", ".join(found.several)}',
                     "give the code")
    if not found.code:
        hint = f"nearest: {', '.join(found.near)}" if found.near else ""
        raise NotFound(f"there is no division {text}", hint, found.near)
    return found.code


def subtree(ledger: Ledger, division: str) -> frozenset[str]:
    """The codes of a division, named by code or name, and of all below it. Raises NotFound, Misuse."""
    wanted = division_code(ledger, division)
    parents = {
        row["division_code"]: row["fiscal_parent"]
        for row in ledger.rows("SELECT division_code, fiscal_parent FROM divisions")
    }
    inside, waiting = {wanted}, [wanted]
    while waiting:
        above = waiting.pop()
        below = [code for code, parent in parents.items() if parent == above and code not in inside]
        inside.update(below)
        waiting.extend(below)
    return frozenset(inside)


def _nearest(wanted: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Those whose code begins with what was typed, or whose name has it in it; else those spelt nearly so."""
    if not wanted:
        return ()
    found = sorted(code for code, name in names.items() if code.startswith(wanted) or wanted in name)
    if not found:
        by_name = {name: code for code, name in names.items()}
        close = difflib.get_close_matches(wanted, sorted({*names, *by_name}), NEAR_MOST)
        found = list(dict.fromkeys(by_name.get(one, one) for one in close))
    return tuple(f"{code} {names[code]}".strip() for code in found[:NEAR_MOST])
