"""Weights and rules of the ranking, read from one TOML file and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lineage.errors import Misuse, NotFound

PARTS = (
    "linkage-amount",
    "linkage-count",
    "chain",
    "labels",
    "carry-over",
    "treasury",
    "accounts",
    "one-card",
    "progress",
    "report",
    "promptness",
    "rectified",
)
COUNTED = frozenset({"linkage-count", "rectified"})
"""Parts that count things; the others weigh fen."""
SHIPPED = Path(__file__).with_name("weights.toml")
_RULES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "grace_days": (0, 366),
        "booking_days": (0, 366),
        "stale_days": (1, 3660),
        "least_denominator_yuan": (0, 10**9),
        "least_count": (1, 1000),
        "parts_needed": (1, len(PARTS)),
    }
)


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of each part, and the rules for small numbers; whole numbers all."""

    weights: Mapping[str, int]
    rules: Mapping[str, int]

    def to_json(self) -> dict[str, int]:
        """The weights by part, as an answer names them."""
        return dict(self.weights)


def read_weights(source: Path | Mapping[str, Any] | None = None) -> Weights:
    """Weights of a file, of a mapping {"weights": …, "rules": …}, or as shipped; what is not given is as shipped.

    Raises NotFound (no such file), Misuse (not TOML, an unknown name, a number out of range, all weights 0).
    """
    shipped = _table(SHIPPED)
    given = shipped if source is None else _table(source) if isinstance(source, Path) else source
    if unknown := sorted(set(given) - {"weights", "rules"}):
        raise Misuse(f"weights: found [{unknown[0]}]", "expected [weights] and [rules]")
    for part, table in given.items():
        if not isinstance(table, Mapping):
            raise Misuse(f"weights: {part}: found {table!r}", f"expected a table [{part}]")
    weights = {**shipped["weights"], **given.get("weights", {})}
    rules = {**shipped["rules"], **given.get("rules", {})}
    for name, value in weights.items():
        _check("weights", name, value, (0, 1000) if name in PARTS else None)
    for name, value in rules.items():
        _check("rules", name, value, _RULES.get(name))
    if not any(weights.values()):
        raise Misuse("weights: every part has weight 0", "give at least one part a weight")
    return Weights(MappingProxyType({part: weights[part] for part in PARTS}), MappingProxyType(rules))


def _check(table: str, name: str, value: object, bounds: tuple[int, int] | None) -> None:
    if bounds is None:
        known = PARTS if table == "weights" else tuple(_RULES)
        raise Misuse(f"{table}: there is no {name}", f"expected one of {', '.join(known)}")
    if not isinstance(value, int) or isinstance(value, bool) or not bounds[0] <= value <= bounds[1]:
        raise Misuse(f"{table}: {name}: found {value!r}", f"expected a whole number {bounds[0]} to {bounds[1]}")


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}", "name a TOML file with [weights]") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Misuse(f"{path}: {error}", "expected TOML with [weights] and [rules]") from error
