"""Rule parameters: declared with default and range on the rule's page, set in one TOML file.

A site copies `parameters.toml`, changes values, and gives the file with `--parameters`. Invariant: no value outside
its range reaches a query; each error names file, rule, parameter, what was found and the range.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse

if TYPE_CHECKING:
    from queries.catalogue import Rule

SHIPPED = Path(__file__).parent / "parameters.toml"
WORDS_MAX = 200
Value = int | tuple[str, ...]

_NUMBER = re.compile(r"(\w+) = (-?\d+) in (-?\d+)\.\.(-?\d+)")
_WORDS = re.compile(r"(\w+) = \[(.*)\]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: a whole number with its range, or a list of words (at most `most` of them)."""

    name: str
    default: Value
    least: int
    most: int
    zh: str
    en: str

    @property
    def range_text(self) -> str:
        """What values are taken, in words."""
        return f"{self.least}..{self.most}" if isinstance(self.default, int) else f"{self.least} to {self.most} words"

    def check(self, value: Any, place: str) -> Value:
        """The value as it is used. Raises Misuse when it is of another type or out of range."""
        if isinstance(self.default, int):
            if isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most:
                return value
            raise Misuse(f"{place}: found {value!r}, expected a whole number in {self.range_text}", self.en)
        words = tuple(value) if isinstance(value, (list, tuple)) else ()
        if self.least <= len(words) <= self.most and all(isinstance(word, str) and word for word in words):
            return words
        raise Misuse(f"{place}: found {value!r}, expected a list of {self.range_text}", self.en)


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """What one run uses: which rules are switched on, and each rule's values."""

    on: frozenset[str]
    values: Mapping[str, Mapping[str, Value]]


def parse_parameter(text: str, place: str) -> Parameter:
    """A parameter from its line on a page: `days = 7 in 1..365 | 中文 | English`, or `words = [甲, 乙] | … | …`."""
    parts = [part.strip() for part in text.split("|")]
    number, words = _NUMBER.fullmatch(parts[0]), _WORDS.fullmatch(parts[0])
    if len(parts) != 3 or not (number or words):
        raise Misuse(f'{place}: parameter: found "{text}", expected "name = 7 in 1..365 | 中文 | English"',
                     "or a list of words in brackets")
    if words:
        listed = tuple(word.strip() for word in words[2].split(",") if word.strip())
        return Parameter(words[1], listed, 1, WORDS_MAX, parts[1], parts[2])
    assert number is not None
    made = Parameter(number[1], int(number[2]), int(number[3]), int(number[4]), parts[1], parts[2])
    made.check(made.default, place)
    return made


def settings(rules: tuple[Rule, ...], given: Mapping[str, Any] | Path | None = None) -> RuleSettings:
    """Defaults with what a TOML file or a mapping {rule: {parameter: value, "on": bool}} changes. Raises Misuse."""
    known = {rule.name: rule for rule in rules}
    on = {rule.name for rule in rules if rule.on}
    values: dict[str, dict[str, Value]] = {
        rule.name: {parameter.name: parameter.default for parameter in rule.parameters} for rule in rules
    }
    place, chosen = ("parameters", given or {}) if not isinstance(given, Path) else (str(given), _read(given))
    for name, table in chosen.items():
        if name not in known:
            raise Misuse(f"{place}: there is no rule {name}", _near(name, list(known)))
        if not isinstance(table, Mapping):
            raise Misuse(f"{place}: {name}: found {table!r}, expected a table of parameters")
        for key, value in table.items():
            if key == "on":
                _switch(on, name, value, place)
            else:
                parameter = _named(known[name], key, place)
                values[name][key] = parameter.check(value, f"{place}: {name}: {key}")
    frozen = {name: MappingProxyType(table) for name, table in values.items()}
    return RuleSettings(frozenset(on), MappingProxyType(frozen))


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}", "name a TOML file of rule parameters") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Misuse(f"{path}: {error}", "see the shipped parameters.toml") from error


def _switch(on: set[str], name: str, value: Any, place: str) -> None:
    if not isinstance(value, bool):
        raise Misuse(f"{place}: {name}: on: found {value!r}, expected true or false")
    (on.add if value else on.discard)(name)


def _named(rule: Rule, key: str, place: str) -> Parameter:
    for parameter in rule.parameters:
        if parameter.name == key:
            return parameter
    raise Misuse(f"{place}: {rule.name} has no parameter {key}", _near(key, [p.name for p in rule.parameters] + ["on"]))


def _near(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 3, 0.4)
    return f"nearest: {', '.join(near)}" if near else f"known: {', '.join(sorted(known))}"
