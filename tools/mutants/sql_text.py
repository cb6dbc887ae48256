"""Mutants of SQL: comparisons, AND and OR, NOT, constants, conditions left out, kinds of join, orders, defaults.

Works on the words of the text, so that what is read is what was written; each change leaves a query that still parses.
A comment at the head (a rule's page) and comments inside are left alone. Line ends are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.mutants.mutant import Mutant

_WORDS = re.compile(
    r"""(?P<comment>/\*.*?\*/|--[^\n]*)|(?P<text>'(?:[^']|'')*')|(?P<number>(?<![\w$])\d+(?![\w.]))"""
    r"""|(?P<word>[\w$]+|"[^"]*")|(?P<sign><=|>=|<>|!=|\|\||//|::|->|[^\s\w])""",
    re.DOTALL,
)
_SWAPS = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=", "AND": "OR", "OR": "AND", "+": "-", "//": "*",
    "DESC": "ASC", "TRUE": "false", "FALSE": "true", "NOT": "",
}  # fmt: skip
_FUNCTIONS = {
    "MIN": "max", "MAX": "min", "GREATEST": "least", "LEAST": "greatest", "ARG_MAX": "arg_min", "ARG_MIN": "arg_max",
    "BOOL_OR": "bool_and", "BOOL_AND": "bool_or",
}  # fmt: skip
_COMPARED = ("=", "<>", "<", "<=", ">", ">=")
_ENDS = frozenset(
    ("AND", "OR", "WHERE", "GROUP", "ORDER", "HAVING", "UNION", "JOIN", "LEFT", "SELECT", "FROM", "QUALIFY", "LIMIT",
     "THEN", "ELSE", "WHEN", "END", "WINDOW", ",", ";")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word, sign, number or text of a query: its kind, the text in capitals, where it lies, how deep in brackets."""

    kind: str
    name: str
    start: int
    stop: int
    depth: int


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a query: where it begins and the whole changed text."""

    start: int
    text: str


def mutants(path: str, text: str) -> Iterator[Mutant]:
    """Every mutant of an SQL file."""
    lines = text.splitlines()
    for change in changes(text):
        line = text.count("\n", 0, change.start)
        yield Mutant(path, line + 1, lines[line].strip(), lines[line].strip(),
                     change.text.splitlines()[line].strip(), change.text)


def changes(text: str) -> Iterator[Change]:
    """Every way to change a query, in the order of its words."""
    words = list(_words(text))
    for place, word in enumerate(words):
        for first, last, new in (*_of_word(words, place), *_of_condition(words, place), *_of_default(words, place)):
            start, stop = words[first].start, words[last].stop
            kept = "\n" * text.count("\n", start, stop)  # so that lines below keep their numbers
            yield Change(word.start, text[:start] + new + kept + text[stop:])


def _words(text: str) -> Iterator[Word]:
    depth = 0
    for found in _WORDS.finditer(text):
        kind, name = str(found.lastgroup), found.group()
        if kind == "comment":
            continue
        depth -= name in ")]"
        yield Word(kind, name if kind == "text" else name.upper(), found.start(), found.end(), depth)
        depth += name in "(["


def _of_word(words: Sequence[Word], place: int) -> Iterator[tuple[int, int, str]]:
    """Changes of one word: the places replaced (one and the same here), and what stands there instead."""
    word = words[place]
    before = words[place - 1].name if place else ""
    after = words[place + 1].name if place + 1 < len(words) else ""
    new = None
    match word.kind, word.name:
        case "number", digits if not _is_asked_for_a_row(words, place):
            new = str(int(digits) + 1)
        case "text", _ if before in _COMPARED or _is_listed(words, place):
            new = "'?'"
        case _, name if name in _SWAPS and not _is_between(words, place):
            new = _SWAPS[name]
        case "word", name if name in _FUNCTIONS and after == "(":
            new = _FUNCTIONS[name]
        case _, "-":
            new = "" if before in (",", "(", "SELECT", "THEN", "ELSE", "[") else "+"
        case _, "*" if before not in (",", "(", "SELECT", ".") and after not in (",", ")", "FROM"):
            new = "+"
        case _, "IS" if after != "NOT":
            new = "IS NOT"
        case _, "IN" if before != "NOT" and after == "(":
            new = "NOT IN"
        case _, "LEFT" if after == "JOIN":
            new = ""
        case _, "JOIN" if before not in ("LEFT", "CROSS"):
            new = "LEFT JOIN"
        case _:
            pass
    if new is not None:
        yield place, place, new


def _is_asked_for_a_row(words: Sequence[Word], place: int) -> bool:
    """The 1 of `EXISTS (SELECT 1 FROM …)`, which nobody reads."""
    return [word.name for word in words[max(0, place - 3) : place]] == ["EXISTS", "(", "SELECT"]


def _of_condition(words: Sequence[Word], place: int) -> Iterator[tuple[int, int, str]]:
    """The condition that begins after a word, left out."""
    name = words[place].name
    if name in ("WHERE", "ON", "HAVING", "AND", "WHEN") and not _is_between(words, place):
        end = _condition_end(words, place + 1)
        if end > place:
            yield place, end, f"{name} TRUE"


def _of_default(words: Sequence[Word], place: int) -> Iterator[tuple[int, int, str]]:
    """`coalesce(a, b)` as `coalesce(a)`: what stands for an empty value is then not said."""
    word, comma = words[place], -1
    for at in range(place + 2, len(words) if word.name == "COALESCE" else 0):
        if words[at].depth == word.depth + 1 and words[at].name == ",":
            comma = at
        if words[at].depth == word.depth and words[at].name == ")":
            if comma > 0:
                yield comma, at, ")"
            return


def _is_between(words: Sequence[Word], place: int) -> bool:
    """Whether an AND belongs to a BETWEEN."""
    if words[place].name != "AND":
        return False
    depth = words[place].depth
    for word in reversed(words[:place]):
        if word.depth < depth or (word.depth == depth and word.name in _ENDS):
            return False
        if word.depth == depth and word.name == "BETWEEN":
            return True
    return False


def _is_listed(words: Sequence[Word], place: int) -> bool:
    """Whether a text stands in a list after IN."""
    depth = words[place].depth
    for at in range(place - 1, 0, -1):
        if words[at].depth < depth:
            return words[at].name == "(" and words[at - 1].name == "IN"
    return False


def _condition_end(words: Sequence[Word], place: int) -> int:
    """The place of the last word of the condition that begins here; the place before it where none is plain."""
    end = place - 1
    for at in range(place, len(words)):
        word = words[at]
        if word.depth < words[place].depth:
            break
        if word.depth == words[place].depth:
            if word.name == "CASE":
                return place - 1
            if word.name in _ENDS and not _is_between(words, at) and words[at - 1].name != "DISTINCT":
                break
        end = at
    return end
