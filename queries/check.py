"""`check`: the rules over one view of a ledger, as findings in one fixed order.

Invariant: the same ledger version, date, rules and parameters give the same findings with the same ids, whatever
the order of rows or loads. Amounts are fen inside and yuan in the JSON (5-interfaces.md, Answers).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lineage.errors import Misuse
from lineage.money import in_unit, yuan
from lineage.schema import BY_KIND
from queries.catalogue import Rule, catalogue, named, shared_tables
from queries.parameters import settings
from queries.question import Row, Run
from queries.territory import division_names, subtree

if TYPE_CHECKING:
    from lineage.ledger import Ledger

MOST_PERCENT = 50
"""A rule that accuses more than this share of what it looks at says something of the ledger, or of itself."""
FEW = 20
"""Below so many records a share means nothing."""
_SHOWN_MOST = 8
_OWN_COLUMNS = frozenset({"subject", "division_code", "severity", "evidence"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One hit of a rule. `values` are the numbers its sentence is made of; `cause` groups findings of one origin."""

    id: str
    rule: Rule
    subject: str
    division_code: str
    severity: str
    amount_fen: int
    evidence: tuple[str, ...]
    cause: str
    values: Mapping[str, str] = field(repr=False)

    def message(self, language: str = "en") -> str:
        """One sentence with the numbers."""
        return self.rule.messages[language].format_map(self.values)

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """The finding as in 5-interfaces.md, with its office and cause beside."""
        return {
            "id": self.id, "rule": self.rule.name, "subject": self.subject, "division_code": self.division_code,
            "severity": self.severity, "class": self.rule.rule_class, "type": self.rule.problem_type,
            "office": self.rule.office, "amount": yuan(self.amount_fen), "evidence": list(self.evidence),
            "cause": self.cause, "message": self.message(language),
        }


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """One rule's findings in number and fen; `looked_at` records of its kind, of which `hits` in the whole ledger."""

    rule: Rule
    findings: int
    amount_fen: int
    hits: int
    looked_at: int

    @property
    def too_many(self) -> bool:
        """Whether the rule fires on most records."""
        return self.looked_at >= FEW and self.hits * 100 > self.looked_at * MOST_PERCENT

    def to_json(self) -> dict[str, Any]:
        """Name, findings, amount; the hit rate as hits of so many records."""
        return {"rule": self.rule.name, "findings": self.findings, "amount": yuan(self.amount_fen),
                "hits": self.hits, "looked_at": self.looked_at}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer of `check`."""

    as_of: date | None
    as_known: int | None
    version: str
    rules: tuple[RuleTotal, ...]
    findings: tuple[Finding, ...]

    def warnings(self, language: str = "en") -> list[str]:
        """Rules that fire on most records."""
        from lineage.words import Language, say

        spoken: Language = "zh" if language == "zh" else "en"
        return [
            say("rules.too_many", spoken, rule=total.rule.name, hits=total.hits, looked_at=total.looked_at)
            for total in self.rules if total.too_many
        ]

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """The check JSON of 5-interfaces.md."""
        return {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "as_known": self.as_known,
            "version": self.version,
            "rules": [total.to_json() for total in self.rules],
            "findings": [finding.to_json(language) for finding in self.findings],
            "warnings": self.warnings(language),
        }


def check(
    ledger: Ledger,
    rules: Iterable[str] | None = None,
    division: str | None = None,
    rules_dir: Path | None = None,
    parameters: Mapping[str, Any] | Path | None = None,
) -> CheckResult:
    """Run rules over a ledger: all that are switched on, or those named; of one division and those below it, or all.

    `parameters` is a TOML file or a mapping {rule: {parameter: value}}. Raises Misuse (unknown rule or parameter,
    value out of range, broken rule file), NotFound (division).
    """
    return checked(run_of(ledger, rules_dir, parameters), rules, division)


def run_of(ledger: Ledger, rules_dir: Path | None = None, parameters: Mapping[str, Any] | Path | None = None) -> Run:
    """A run of the catalogue that has asked nothing yet. Raises Misuse."""
    every = catalogue(rules_dir)
    make = Run if rules_dir is None else Run.with_own_rules
    return make(ledger, {rule.name: rule for rule in every}, shared_tables(rules_dir), settings(every, parameters))


def checked(run: Run, rules: Iterable[str] | None, division: str | None) -> CheckResult:
    """The answer of a run: of all rules that are switched on, or those named. Raises Misuse, NotFound."""
    ledger = run.ledger
    chosen = _chosen(tuple(run.rules.values()), rules, run.settings.on)
    if not chosen:
        return CheckResult(ledger.as_of, ledger.as_known, ledger.version, (), ())
    names = division_names(ledger)
    inside = None if division is None else subtree(ledger, division)
    totals: list[RuleTotal] = []
    findings: list[Finding] = []
    looked_at: dict[str, int] = {}
    for rule in chosen:
        rows = run.rows(rule.name)
        _can_say(rule, rows)
        kept = [row for row in rows if inside is None or row["division_code"] in inside]
        totals.append(RuleTotal(rule, len(kept), sum(int(row["amount_fen"]) for row in kept), len(rows),
                                _looked_at(ledger, rule, looked_at)))
        findings.extend(_finding(rule, row, names) for row in kept)
    return CheckResult(ledger.as_of, ledger.as_known, ledger.version, tuple(totals), tuple(findings))


def finding_id(rule: str, subject: str) -> str:
    """The stable id of a finding: `F-` and 16 hex digits of SHA-256 of `rule|subject`."""
    return "F-" + hashlib.sha256(f"{rule}|{subject}".encode()).hexdigest()[:16]


def _chosen(every: tuple[Rule, ...], rules: Iterable[str] | None, on: frozenset[str]) -> list[Rule]:
    if rules is None:
        return [rule for rule in every if rule.name in on]
    return [named(every, name) for name in sorted(set(rules))]


def _looked_at(ledger: Ledger, rule: Rule, counted: dict[str, int]) -> int:
    total = 0
    for kind in rule.subjects:
        if kind not in counted:
            table = BY_KIND[kind]
            where = " WHERE NOT is_reversal" if "reverses" in table.names else ""
            counted[kind] = ledger.rows(f"SELECT count(*) AS found FROM {table.name}{where}")[0]["found"]
        total += counted[kind]
    return total


def _can_say(rule: Rule, rows: Iterable[Row]) -> None:
    """Raises Misuse where a message names a value that a row does not have."""
    known = {"subject", "id", "division"}
    for row in rows:
        names = {key.removesuffix("_fen") for key in row.keys() - _OWN_COLUMNS} | known
        if missing := sorted(rule.values_named - names):
            raise Misuse(f"{rule.path}: the message names {{{missing[0]}}}, which its rows do not have",
                         f"they have {', '.join(sorted(names))}")
        if rule.is_sql:
            break  # all rows of a query have the same columns


def _finding(rule: Rule, row: Row, names: Mapping[str, str]) -> Finding:
    subject, division = str(row["subject"]), str(row["division_code"] or "")
    severity = str(row["severity"]) if len(rule.severities) > 1 else rule.severities[0]
    evidence = tuple(sorted({subject, *(part for part in row.get("evidence") or () if part)}))
    values = {key.removesuffix("_fen"): _shown(key, value) for key, value in row.items() if key not in _OWN_COLUMNS}
    values |= {"subject": subject, "id": subject.partition(":")[2], "division": names.get(division, division or "?")}
    return Finding(
        id=finding_id(rule.name, subject),
        rule=rule,
        subject=subject,
        division_code=division,
        severity=severity,
        amount_fen=int(row["amount_fen"]),
        evidence=evidence,
        cause=str(row.get("cause") or subject),
        values=MappingProxyType(values),
    )


def _shown(key: str, value: Any) -> str:
    if value is None:
        return "—"
    if key.endswith("_fen"):
        return in_unit(int(value), grouped=True)
    if isinstance(value, (list, tuple)):
        more = f" … ({len(value)})" if len(value) > _SHOWN_MOST else ""
        return ", ".join(str(part) for part in value[:_SHOWN_MOST]) + more
    return str(value)
