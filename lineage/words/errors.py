"""Errors in the language of who asks: English where they are raised, told by the templates of `errors.toml` outside.

Invariant: a text that no template fits stays as it is, so nothing is ever lost by telling it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lineage.words import Language, area_words

if TYPE_CHECKING:
    from lineage.errors import LineageError, Problem

INNER = "inner"
"""Values whose name begins so are texts of ours, told in their turn."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Template:
    """One entry: the literal parts of its English text, the names of the values between them, and its Chinese."""

    key: str
    literals: tuple[str, ...]
    names: tuple[str, ...]
    zh: str

    def values(self, text: str) -> dict[str, str] | None:
        """The values that make the template this text; None where none do."""
        if not (text.startswith(self.literals[0]) and text.endswith(self.literals[-1])):
            return None
        if not all(literal in text for literal in self.literals):  # spares most texts their pattern
            return None
        found = _pattern(self.literals, self.names).fullmatch(text)
        return found.groupdict() if found else None


def told(text: str, language: Language) -> str:
    """An error's message, or its hint, in a language."""
    return text if language == "en" else _told(text)[1]


def _told(text: str) -> tuple[int, str]:
    """The Chinese of a text and how many of its letters templates account for: of several that fit, the most counts.

    Where two account for as many, the one that does so by itself.
    """
    best, weight_of_best = (0, text), (0, 0)
    for template in templates():
        values = template.values(text)
        if values is None:
            continue
        own = weight = sum(map(len, template.literals))
        for name in [name for name in values if name.startswith(INNER)]:
            more, values[name] = _told(values[name])
            weight += more
        if (weight, own) > weight_of_best:
            best, weight_of_best = (weight, _filled(template.zh, values)), (weight, own)
    if "; " in text and not best[0]:  # several, one after the other
        parts = [_told(part) for part in text.split("; ")]
        weight = sum(part[0] for part in parts)
        best = (weight, "；".join(part[1] for part in parts)) if weight else best
    return best


def _filled(zh: str, values: Mapping[str, str]) -> str:
    """A Chinese template with its values; one of ours that begins or ends in Latin letters is set off by a blank."""
    parts: list[str] = []
    apart = False
    for literal, name, _, _ in string.Formatter().parse(zh):
        parts.append(" " + literal if apart and _CHINESE.match(literal) else literal)
        value = values[name] if name is not None else ""
        inner = name is not None and name.startswith(INNER)
        apart = inner and value[-1:].isascii() and value[-1:].isalnum()
        parts.append(" " + value if inner and _CHINESE.match(literal[-1:]) and _LATIN.match(value) else value)
    return "".join(parts)


def told_error(error: LineageError, language: Language) -> str:
    """An error in one line, message and hint."""
    if language == "en" or not error.hint:
        return told(str(error), language)
    return f"{told(error.message, language)}；{told(error.hint, language)}"


def told_line(line: str, language: Language) -> str:
    """The same of an error that was kept as text: `message; hint`."""
    message, mark, hint = line.partition("; ")
    return f"{told(message, language)}；{told(hint, language)}" if mark and language != "en" else told(line, language)


def told_problem(problem: Problem, language: Language) -> str:
    """A defect of a stored file in one line."""
    if language == "en":
        return str(problem)
    said = area_words("errors")["problem_with_hint" if problem.hint else "problem"][language]
    inner = {name: told(getattr(problem, name), language) for name in ("found", "expected", "hint")}
    return _filled(said, {"place": problem.place, **{f"{INNER}_{name}": text for name, text in inner.items()}})


def told_reject(reject: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A rejected row: what the ledger found is told, what the loaders found they said in their language already."""
    return {**reject, **{name: told(reject[name] or "", language) for name in ("expected", "hint")}}


@cache
def templates() -> tuple[Template, ...]:
    """All entries."""
    found = []
    for key, texts in area_words("errors").items():
        parts = list(string.Formatter().parse(texts["en"]))
        literals, names = [""], []
        for literal, name, _, _ in parts:
            literals[-1] += literal
            if name is not None:
                names.append(name)
                literals.append("")
        found.append(Template(key, tuple(literals), tuple(names), texts["zh"]))
    return tuple(found)


@cache
def _pattern(literals: tuple[str, ...], names: tuple[str, ...]) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = [re.escape(literals[0])]
    for name, literal in zip(names, literals[1:], strict=True):
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
        parts.append(re.escape(literal))
        seen.add(name)
    return re.compile("".join(parts), re.DOTALL)
