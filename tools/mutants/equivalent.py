"""Mutants that give the same answers as the code itself, each with the reason. They are not tried and not counted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Change = tuple[str, str, str, str]
_SIGN = ("lineage/money.py", 'sign = "-" if fen < 0 and rounded else ""')
EQUIVALENT: Mapping[Change, str] = MappingProxyType(
    {
        (*_SIGN, "fen < 0", "fen <= 0"): "of 0 fen nothing is left to round, so there is no sign either way",
        (*_SIGN, "0", "1"): "the same",
    }
)
"""By path, line as it stands, before and after."""
