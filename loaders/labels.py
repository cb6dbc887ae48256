"""The code lists' labels, read once from `labels.toml` beside this module.

Invariant: every label of a column with choices leads to one of its choices (held by a test).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType


@cache
def labels(table_name: str, column_name: str) -> Mapping[str, str]:
    """Label → code of one column; nothing where the column has no list."""
    return MappingProxyType(_all().get(table_name, {}).get(column_name, {}))


@cache
def _all() -> dict[str, dict[str, dict[str, str]]]:
    with (Path(__file__).parent / "labels.toml").open("rb") as file:
        return tomllib.load(file)
