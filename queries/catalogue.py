"""The rule catalogue: one file a rule, its page in the file itself, read here into values.

A rule file is SQL (`.sql`, the page in its first `/* */` comment) or Python (`.py`, the page in its docstring, with
a function `find(question)`). The page is a head of `key: value` lines, a blank line, then sections, each begun by its
heading: What, Why, Basis, Method, Example, Not flagged, each with its Chinese form beside it. Invariant: a rule that
is in a folder is in the catalogue, whole, or the catalogue says file and line of what is wrong with it. A folder's
Python rules are run: trust the folder.
"""

from __future__ import annotations

import ast
import difflib
import re
import string
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from lineage.errors import Misuse
from lineage.schema import BY_KIND
from lineage.words import Language
from queries.parameters import Parameter, parse_parameter

BUILT_IN = Path(__file__).parent / "rules"
TABLES = "tables"
"""The folder, inside a rules folder, of tables that rules share; not rules."""
SEVERITIES = ("red", "orange", "yellow", "blue")
CLASSES = ("direction", "speed", "volume", "data")
OFFICES = ("budget", "payment-centre", "account", "one-card")
TYPES = tuple(f"P{number}" for number in range(1, 11))
SECTIONS: Mapping[Language, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("What", "Why", "Basis", "Method", "Example", "Not flagged"),
        "zh": ("说明", "理由", "依据", "方法", "示例", "不列入"),
    }
)
"""The headings of a page in each language, in their order; an own rule may have one language only."""
HEADINGS = (*SECTIONS["en"], *SECTIONS["zh"])
REQUIRED = ("rule", "title", "subject", "severity", "class", "type", "office", "zh", "en")

_HEAD_LINE = re.compile(r"([a-z]+): +(\S.*)")
_SECTION = re.compile(rf"({'|'.join(HEADINGS)})[:：] *(.*)", re.DOTALL)
_PARSING = threading.Lock()
"""CPython 3.11 counts the depth of all threads' syntax trees in one place: two at once fail with SystemError."""
_LATIN = "\u2e7f"
"""Characters beyond are Chinese: between two of them a line break stands for nothing."""
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as its file tells it; `body` is the SQL without its page, or the Python source."""

    name: str
    titles: Mapping[str, str]
    messages: Mapping[str, str]
    subjects: tuple[str, ...]
    severities: tuple[str, ...]
    rule_class: str
    problem_type: str
    office: str
    on: bool
    parameters: tuple[Parameter, ...]
    sections: tuple[tuple[str, str], ...]
    path: Path
    body: str

    @property
    def is_sql(self) -> bool:
        """Whether the rule is a query; else it is a Python function."""
        return self.path.suffix == ".sql"

    @property
    def table(self) -> str:
        """The name by which another rule's SQL reads this one's findings."""
        return "found_" + self.name.replace("/", "_").replace("-", "_")

    @property
    def values_named(self) -> frozenset[str]:
        """Names of the values that the messages are made of."""
        parts = (part for text in self.messages.values() for part in string.Formatter().parse(text))
        return frozenset(name for _, name, _, _ in parts if name is not None)

    def section(self, heading: str) -> str:
        """The text under a heading, "" where the page has none."""
        return dict(self.sections).get(heading, "")

    def told(self, lang: Language) -> tuple[tuple[str, str], ...]:
        """The sections in a language, heading and text; where one is missing, the other language's."""
        other: Language = "en" if lang == "zh" else "zh"
        pairs = zip(SECTIONS[lang], SECTIONS[other], strict=True)
        found = ((mine, self.section(mine)) if self.section(mine) else (its, self.section(its)) for mine, its in pairs)
        return tuple((heading, text) for heading, text in found if text)


def catalogue(rules_dir: Path | None = None) -> tuple[Rule, ...]:
    """All rules by name: the built-in ones and those of an auditor's own folder. Raises Misuse on a broken file."""
    found: dict[str, Rule] = {}
    for folder in (BUILT_IN, *((rules_dir,) if rules_dir else ())):
        if not folder.is_dir():
            raise Misuse(f"{folder} is no folder of rules", "name a folder that holds .sql or .py rule files")
        for path in rule_files(folder):
            rule = read_rule(path)
            if rule.name in found:
                raise Misuse(f"{path}: rule {rule.name} is in {found[rule.name].path} already", "give it another name")
            found[rule.name] = rule
    return tuple(found[name] for name in sorted(found))


def named(rules: tuple[Rule, ...], name: str) -> Rule:
    """The rule of that name. Raises Misuse with the nearest ones."""
    for rule in rules:
        if rule.name == name:
            return rule
    near = difflib.get_close_matches(name, [rule.name for rule in rules], 3, 0.4)
    raise Misuse(f"there is no rule {name}", f"nearest: {', '.join(near)}" if near else "see `lineage rules`")


def rule_files(folder: Path) -> Iterator[Path]:
    """The rule files under a folder, in order of their paths."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix in (".sql", ".py") and inside.parts[0] != TABLES and not path.name.startswith("_"):
            yield path


def shared_tables(rules_dir: Path | None = None) -> Mapping[str, str]:
    """SQL of the tables that rules share, by name: the built-in ones and those under `tables/` of an own folder."""
    found: dict[str, str] = {}
    for folder in (BUILT_IN, *((rules_dir,) if rules_dir else ())):
        for path in sorted((folder / TABLES).glob("*.sql")):
            found[path.stem] = split_sql(path)[1]
    return MappingProxyType(found)


def read_rule(path: Path) -> Rule:
    """One rule from its file, read again only when the file has changed. Raises Misuse with file and line."""
    about = path.stat()
    return _read_rule(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=512)
def _read_rule(path: Path, changed_ns: int, size: int) -> Rule:
    page, body = split_python(path) if path.suffix == ".py" else split_sql(path)
    head_text, _, rest = page.strip("\n").partition("\n\n")
    before = len(page) - len(page.lstrip("\n"))
    head, parameters = _head(path, "\n" * before + head_text)
    missing = [key for key in REQUIRED if key not in head]
    if missing:
        raise Misuse(f"{path}:1: the page lacks {', '.join(missing)}", "see any page of `lineage rules RULE`")
    _check_choices(path, head)
    titles = [part.strip() for part in head["title"].split("|")]
    if len(titles) != 2:
        raise Misuse(f'{path}:1: title: found "{head["title"]}", expected "中文 | English"')
    return Rule(
        name=head["rule"],
        titles=MappingProxyType({"zh": titles[0], "en": titles[1]}),
        messages=MappingProxyType({key: _sentence(path, key, head[key]) for key in ("zh", "en")}),
        subjects=_listed(head["subject"]),
        severities=_listed(head["severity"]),
        rule_class=head["class"],
        problem_type=head["type"],
        office=head["office"],
        on=head.get("default", "on") == "on",
        parameters=tuple(parameters),
        sections=tuple(_sections(path, rest)),
        path=path,
        body=body,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Misuse(f"{path}: byte {error.start + 1} is no UTF-8", "save the file as UTF-8") from error


def split_sql(path: Path) -> tuple[str, str]:
    """The page and the query of an SQL file."""
    text = _text(path)
    if not text.startswith("/*") or "*/" not in text:
        raise Misuse(f"{path}:1: no page found, expected a comment /* … */ at the very beginning")
    page, _, body = text[2:].partition("*/")
    return page, body.strip().rstrip(";")


def split_python(path: Path) -> tuple[str, str]:
    """The docstring and the whole source of a Python file."""
    text = _text(path)
    try:
        with _PARSING:
            page = ast.get_docstring(ast.parse(text), clean=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # the last: nested beyond all reason
        place = error.lineno if isinstance(error, SyntaxError) else 1
        why = error.msg if isinstance(error, SyntaxError) else str(error) or "nested too deep"
        raise Misuse(f"{path}:{place}: {why}", "mend the file, or take it out of the folder") from error
    if not page:
        raise Misuse(f"{path}:1: no page found, expected the page as the docstring of the module")
    return page, text


def _head(path: Path, text: str) -> tuple[dict[str, str], list[Parameter]]:
    head: dict[str, str] = {}
    parameters = []
    for number, line in _head_lines(text):
        found = _HEAD_LINE.fullmatch(line)
        if not found:
            raise Misuse(f'{path}:{number}: found "{line}", expected "key: value"', "or a blank line before it")
        key, value = found[1], found[2].strip()
        if key == "parameter":
            parameters.append(parse_parameter(value, f"{path}:{number}"))
        else:
            head[key] = value
    return head, parameters


def _head_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines of the head with their numbers; an indented line goes on with the one before."""
    start, parts = 1, [""]
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1].isspace():
            parts.append(line)
            continue
        if parts[0]:
            yield start, unwrapped("\n".join(parts))
        start, parts = number, [line]
    if parts[0]:
        yield start, unwrapped("\n".join(parts))


def unwrapped(text: str) -> str:
    """A wrapped paragraph as one line: no blank between two Chinese characters, one elsewhere."""
    lines = [line.strip() for line in text.splitlines()]
    whole = lines[0]
    for line in lines[1:]:
        blank = "" if whole[-1:] > _LATIN and line[:1] > _LATIN else " "
        whole += blank + line
    return whole.strip()


def _check_choices(path: Path, head: dict[str, str]) -> None:
    if not _NAME.fullmatch(head["rule"]):
        raise Misuse(f'{path}:1: rule: found "{head["rule"]}", expected a name such as area/what-it-flags')
    choices = {"subject": tuple(BY_KIND), "severity": SEVERITIES, "class": CLASSES, "type": TYPES, "office": OFFICES,
               "default": ("on", "off")}
    for key, allowed in choices.items():
        wrong = [value for value in _listed(head.get(key, "")) if value not in allowed]
        if wrong:
            raise Misuse(f'{path}:1: {key}: found "{wrong[0]}", expected one of {", ".join(allowed)}')
    for key in ("subject", "severity"):
        if not _listed(head[key]):
            raise Misuse(f"{path}:1: {key}: found none, expected one or more of {', '.join(choices[key])}")


def _sentence(path: Path, key: str, text: str) -> str:
    """A message as it is. Raises Misuse for a brace that is not the name of a value."""
    try:
        fields = [field for _, *field in string.Formatter().parse(text) if field[0] is not None]
    except ValueError as error:
        raise Misuse(f"{path}:1: {key}: {error}", "values stand in braces: {amount}") from error
    for name, form, conversion in fields:
        if not (name and name.isidentifier()) or form or conversion:
            raise Misuse(f'{path}:1: {key}: found "{{{name}}}", expected the name of a value', "such as {amount}")
    return text


def _sections(path: Path, text: str) -> Iterator[tuple[str, str]]:
    heading, parts = "", [""]
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        found = _SECTION.fullmatch(paragraph.strip())
        if found:
            if heading:
                yield heading, "\n\n".join(parts)
            heading, parts = found[1], [unwrapped(found[2])]
        elif heading:
            parts.append(unwrapped(paragraph))
        elif paragraph.strip():
            raise Misuse(f'{path}: found "{paragraph.strip()[:40]}", expected a section: {", ".join(HEADINGS)}')
    if heading:
        yield heading, "\n\n".join(parts)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
