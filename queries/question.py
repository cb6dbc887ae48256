"""What a rule is given: the ledger's tables, its parameters, the tables rules share, and other rules' findings.

A rule's SQL names plain tables. A shared table, or another rule's findings as `found_AREA_NAME`, is put before it as
a common table expression when its name occurs; `$name` becomes the literal of a parameter or of `as_of`. Invariant:
what is run is one SELECT that an auditor can copy out and run elsewhere (`statement`).
"""

from __future__ import annotations

import importlib.util
import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from lineage.errors import LineageError, Misuse
from queries.catalogue import BUILT_IN, Rule
from queries.parameters import RuleSettings

if TYPE_CHECKING:
    from lineage.graph import Graph
    from lineage.ledger import Ledger

Row = dict[str, Any]
_WORD = re.compile(r"[A-Za-z_]\w*")
_PLACE = re.compile(r"\$(\w+)")


@dataclass(slots=True)
class Run:
    """One run of the catalogue over one view of a ledger; mutable: it keeps each rule's rows, none is asked twice."""

    ledger: Ledger
    rules: Mapping[str, Rule]
    tables: Mapping[str, str]
    settings: RuleSettings
    done: dict[str, list[Row]] = field(default_factory=dict)

    @classmethod
    def with_own_rules(
        cls, ledger: Ledger, rules: Mapping[str, Rule], tables: Mapping[str, str], settings: RuleSettings
    ) -> Run:
        """A run of SQL that others wrote: no query reaches a file of the machine. Python rules are programs and can."""
        texts = (*tables.values(), *(rule.body for rule in rules.values()))
        names = {word for text in texts for word in _WORD.findall(text)}
        return cls(ledger.confined(names), rules, tables, settings)

    def rows(self, name: str) -> list[Row]:
        """What one rule finds: a row each, with `subject`, `division_code`, `amount_fen` and its own columns."""
        if name not in self.done:
            rule = self.rules[name]
            found = self._query(rule) if rule.is_sql else self._search(rule)
            self.done[name] = sorted(found, key=lambda row: str(row["subject"]))
        return self.done[name]

    def _query(self, rule: Rule) -> list[Row]:
        from lineage.engine import is_one_select

        try:
            statement = self.statement(rule.body, rule)
            if not rule.path.is_relative_to(BUILT_IN) and not is_one_select(statement):
                raise Misuse(f"{rule.path}: the query is not one SELECT", "a rule asks, it changes nothing")
            found = self.ledger.rows(statement)
        except LineageError:
            raise
        except Exception as error:
            raise Misuse(f"{rule.path}: the query cannot be run: {error}", "mend the rule's SQL") from error
        return _with_columns(rule, found)

    def _search(self, rule: Rule) -> list[Row]:
        try:
            return _with_columns(rule, list(function_of(rule)(Question(self, rule))))
        except LineageError:
            raise
        except Exception as error:
            if rule.path.is_relative_to(BUILT_IN):
                raise
            steps = traceback.extract_tb(error.__traceback__)
            lines = [step.lineno for step in steps if step.filename == str(rule.path)]
            place = f"{rule.path}:{lines[-1]}" if lines else str(rule.path)
            raise Misuse(f"{place}: the rule stopped: {type(error).__name__}: {error}", "mend its program") from error

    def statement(self, sql: str, rule: Rule) -> str:
        """A query whole: parameters as literals, the shared tables it names before it."""
        text = self._filled(sql, rule)
        expressions: dict[str, str] = {}
        self._collect(text, expressions, (rule.table,))
        if not expressions:
            return text
        before = ",\n".join(f"{name} AS (\n{query}\n)" for name, query in expressions.items())
        return f"WITH {before}\nSELECT * FROM (\n{text}\n)"

    def _collect(self, text: str, expressions: dict[str, str], open_names: tuple[str, ...]) -> None:
        """Add what a text names, each after what it names itself."""
        found = {rule.table: rule for rule in self.rules.values() if rule.is_sql}
        for word in dict.fromkeys(_WORD.findall(text)):
            if word in expressions or word in open_names:
                continue
            if word in self.tables:
                query = self.tables[word]
            elif word in found:
                query = self._filled(found[word].body, found[word])
            else:
                continue
            query = re.sub(r"\$as_of\b", _literal(self.ledger.as_of), query)
            self._collect(query, expressions, (*open_names, word))
            expressions[word] = query

    def _filled(self, sql: str, rule: Rule) -> str:
        values: dict[str, Any] = {**self.settings.values.get(rule.name, {}), "as_of": self.ledger.as_of}

        def literal(match: re.Match[str]) -> str:
            if match[1] not in values:
                raise Misuse(f"{rule.path}: ${match[1]} is no parameter of the rule", f"known: {', '.join(values)}")
            return _literal(values[match[1]])

        return _PLACE.sub(literal, sql)


@dataclass(frozen=True, slots=True)
class Question:
    """What a Python rule's `find` gets."""

    run: Run
    rule: Rule

    @property
    def as_of(self) -> date | None:
        """The business date asked."""
        return self.run.ledger.as_of

    @property
    def graph(self) -> Graph:
        """The fund-flow graph, for what tables cannot say."""
        return self.run.ledger.graph

    @property
    def values(self) -> Mapping[str, Any]:
        """The rule's parameters."""
        return self.run.settings.values[self.rule.name]

    def rows(self, sql: str) -> list[Row]:
        """The answer to SQL over the ledger's, the graph's and the shared tables; `$name` is a parameter."""
        return self.run.ledger.rows(self.run.statement(sql, self.rule))

    def found(self, name: str) -> list[Row]:
        """What another rule finds, whether or not it is switched on."""
        return self.run.rows(name)


def function_of(rule: Rule, name: str = "find") -> Callable[..., Iterable[Row]]:
    """A function of a Python rule's file: `find(question)`, or a part of it. Raises Misuse where there is none."""
    stem = "queries_rule_" + rule.name.replace("/", "_").replace("-", "_")
    spec = importlib.util.spec_from_file_location(stem, rule.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., Iterable[Row]] | None = getattr(module, name, None)
    if found is None:
        raise Misuse(f"{rule.path}: no function {name}(question)",
                     "a Python rule is a function from a question to rows")
    return found


def _with_columns(rule: Rule, rows: list[Any]) -> list[Row]:
    needed = {"subject", "division_code", "amount_fen"} | (set() if len(rule.severities) == 1 else {"severity"})
    own = not rule.path.is_relative_to(BUILT_IN)
    for row in rows if own else rows[:1]:
        if not isinstance(row, dict) or (missing := sorted(needed - row.keys())):
            lacking = ", ".join(missing) if isinstance(row, dict) else "columns"
            raise Misuse(f"{rule.path}: its rows lack {lacking}", "every rule gives these columns")
        if own:
            _judge(rule, row)
    return rows


def _judge(rule: Rule, row: Row) -> None:
    """Raises Misuse for a row of somebody's own rule that is no finding."""
    kinds = tuple(f"{kind}:" for kind in rule.subjects)
    evidence = row.get("evidence")
    for column, fits, expected in (
        ("subject", isinstance(row["subject"], str) and row["subject"].startswith(kinds), f"{' or '.join(kinds)}ID"),
        ("amount_fen", isinstance(row["amount_fen"], int), "whole fen"),
        ("division_code", isinstance(row["division_code"], str | None), "a division's code"),
        ("severity", len(rule.severities) == 1 or row["severity"] in rule.severities, ", ".join(rule.severities)),
        ("evidence", isinstance(evidence, list | tuple | None)
         and all(isinstance(part, str | None) for part in evidence or ()), "a list of records"),
    ):  # fmt: skip
        if not fits:
            raise Misuse(f"{rule.path}: {column}: found {row.get(column)!r:.80}, expected {expected}", "mend the rule")


def _literal(value: Any) -> str:
    if value is None:
        return "NULL::DATE"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, tuple):
        return "[" + ", ".join(_literal(part) for part in value) + "]"
    if isinstance(value, int):
        return f"{value}::BIGINT"  # a plain literal is INT32, and a product with it overflows
    return "'" + str(value).replace("'", "''") + "'"
