"""Which lines make up which figure: parts with their sign, for the whole and for one division, by calibre.

Invariant: `Σ scale of divisions + in_transit + unplaced = scale of the whole`, because `unplaced` is what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from lineage.errors import Misuse

Calibre = Literal["2017", "next"]
CALIBRES: tuple[Calibre, ...] = get_args(Calibre)
Parts = Mapping[str, int]

_SPENT: Mapping[Calibre, tuple[str, ...]] = MappingProxyType(
    {"2017": ("spent", "spent_lump_sum"), "next": ("spent", "spent_from_account")}
)
_SCALE_OF_DIVISION: Parts = MappingProxyType({"received": 1, "own": 1, "passed_down": -1})
_FIGURES: Mapping[str, Parts] = MappingProxyType(
    {
        "received": {"received": 1},
        "own": {"own": 1},
        "booked": {"received": 1, "own": 1},
        "passed_down": {"passed_down": 1},
        "assigned": {"assigned": 1},
        "in_transit": {"in_transit": 1},
        "unplaced": {"arranged": 1, "received": -1, "own": -1, "passed_down": 1, "in_transit": -1},
        "carried_over": {"carried_over": 1},
        "carried_over_expenditure": {"spent_carried_over": 1},
        "special_account_difference": {"spent_lump_sum": 1, "spent_from_account": -1},
    }
)
FIGURES = ("scale", "expenditure", "spent_of_received", "spent_of_own", "relocation_expenditure", *_FIGURES)
"""Every figure that has records; a tier may be added to it, as in `received.province`."""


def parts_of(figure: str, calibre: Calibre, *, of_division: bool) -> Parts:
    """The parts of a figure and their signs. Raises Misuse for a figure there is not."""
    if figure == "scale":
        return _SCALE_OF_DIVISION if of_division else {"arranged": 1}
    if figure == "expenditure":
        return dict.fromkeys(_SPENT[calibre], 1)
    if figure in ("spent_of_received", "spent_of_own"):
        return {part + figure.removeprefix("spent"): 1 for part in _SPENT[calibre]}
    if figure == "relocation_expenditure":
        return {part + money: 1 for part in _SPENT[calibre] for money in ("_of_received", "_of_own")}
    if figure not in _FIGURES:
        raise Misuse(f'found figure "{figure}"', f"expected one of {', '.join(FIGURES)}")
    return _FIGURES[figure]


def parts_of_divisions(calibre: Calibre) -> frozenset[str]:
    """The parts of what a division's row shows: scale and expenditure, not what is on its way or of another calibre."""
    return frozenset((*_SCALE_OF_DIVISION, *_SPENT[calibre]))


def checked_calibre(text: str) -> Calibre:
    """A calibre by its name. Raises Misuse."""
    for calibre in CALIBRES:
        if calibre == text:
            return calibre
    raise Misuse(f'found calibre "{text}"', f"expected one of {', '.join(CALIBRES)}")


def tier_of(figure: str, tier: str | None) -> str | None:
    """The tier that restricts a figure's lines; money of relocation financing is that tier's alone."""
    return "relocation" if figure == "relocation_expenditure" else tier


def ratio(part: int, whole: int) -> str | None:
    """part / whole with four decimals, rounded half away from zero; None where the whole is 0."""
    if whole == 0:
        return None
    units, rest = divmod(abs(part) * 10_000, abs(whole))
    units += 2 * rest >= abs(whole)
    sign = "-" if units and (part < 0) != (whole < 0) else ""
    return f"{sign}{units // 10_000}.{units % 10_000:04d}"
