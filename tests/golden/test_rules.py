"""Every rule on a tiny ledger that an auditor can read: one hit, one near miss, one exclusion (see rules/README.md)."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.money import to_fen, yuan
from lineage.schema import BY_NAME, Column, ColumnType, Table
from queries import check
from queries.catalogue import catalogue
from queries.check import Finding
from tests.staging import load_rows

CASES = Path(__file__).parent / "rules"
LEFT_OUT: dict[str, dict[str, str]] = {
    "allocations": {"fiscal_year": "2017", "division_code": "410000000", "source": "province", "date": "2017-01-10",
                    "function_code": "2130505", "poverty": "true"},
    "transfers": {"kind": "issue", "to_division_code": "411621000", "issue_date": "2017-03-01"},
    "indicators": {"fiscal_year": "2017", "division_code": "411621000", "date": "2017-03-05", "origin": "superior",
                   "function_code": "2130505", "poverty": "true"},
    "payments": {"division_code": "411621000", "pay_date": "2017-06-01", "status": "valid", "method": "direct",
                 "payee_kind": "village", "payee_name": "村委会"},
    "special_accounts": {"division_code": "411621000", "accounting_enabled": "true"},
    "account_entries": {"date": "2017-06-10", "direction": "expenditure"},
    "one_card_batches": {"division_code": "411621000", "pay_date": "2017-06-01", "person_count": "1",
                         "programme": "产业补贴"},
    "one_card_payments": {"person_id": "H-1", "month": "2017-06", "status": "paid"},
}
DIVISIONS = [
    {"division_code": "410000000", "name": "河南省", "level": "province"},
    {"division_code": "411600000", "name": "周口市", "level": "city", "fiscal_parent": "410000000"},
    {"division_code": "411621000", "name": "扶沟县", "level": "county", "fiscal_parent": "411600000"},
    {"division_code": "411622000", "name": "西华县", "level": "county", "fiscal_parent": "411600000"},
]
HIT = re.compile(r"hit (red|orange|yellow|blue) (\d+\.\d\d)")
CALENDAR = re.compile(r"as of (\d{4}-\d\d-\d\d)(?: with (\w+) = (\d+))?")


@dataclass(frozen=True, slots=True)
class Case:
    """One golden file: rows of each table, and who is to be accused, with severity and yuan. A rule may have several:
    the title says after a comma what another one is about.
    """

    title: str
    as_of: datetime.date
    parameters: dict[str, int]
    rows: dict[str, list[dict[str, Any]]]
    hits: set[tuple[str, str, str]]
    notes: list[str]

    @property
    def rule(self) -> str:
        return self.title.split(",")[0]


def read_case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    dated = CALENDAR.search(text)
    rows: dict[str, list[dict[str, Any]]] = {"divisions": list(DIVISIONS)}
    hits, notes = set(), []
    for block in text.split("\n\n"):
        lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.strip().splitlines()
                 if line.startswith("|")]
        if not lines:
            continue
        table = BY_NAME[lines[0][0]]
        rows[table.name] = []
        for cells in lines[2:]:
            given = dict(zip((table.key[0], *lines[0][1:]), cells, strict=True))
            note = given.pop("note", "")
            rows[table.name].append(stored(table, given))
            notes.append(note)
            if hit := HIT.fullmatch(note):
                hits.add((f"{table.kind}:{cells[0]}", hit[1], hit[2]))
    return Case(
        text.splitlines()[0].removeprefix("# "),
        datetime.date.fromisoformat(dated[1] if dated else "2017-09-30"),
        {dated[2]: int(dated[3])} if dated and dated[2] else {},
        rows, hits, notes,
    )


def stored(table: Table, given: dict[str, str]) -> dict[str, Any]:
    """A row as the store takes it; "" is empty, a column the file does not have takes what is left out."""
    whole = LEFT_OUT.get(table.name, {}) | given
    return {column.stored: typed(column, whole[column.name]) for column in table.columns if whole.get(column.name)}


def typed(column: Column, text: str) -> Any:
    if column.type is ColumnType.MONEY:
        return to_fen(text)
    if column.type is ColumnType.DATE:
        return datetime.date.fromisoformat(text)
    if column.type is ColumnType.FLAG:
        return text == "true"
    return int(text) if column.type in (ColumnType.YEAR, ColumnType.COUNT) else text


def findings(path: Path, folder: Path) -> tuple[Finding, ...]:
    """What a case's rule finds in its ledger."""
    case = read_case(path)
    load_rows(folder / "ledger", case.rows)
    ledger = lineage.open(folder / "ledger", as_of=case.as_of)
    return check(ledger, rules=[case.rule], parameters={case.rule: case.parameters}).findings


def sentences(found: tuple[Finding, ...]) -> list[str]:
    """What is said of each record accused, in both languages, and the evidence."""
    return [
        f"{one.subject}\n  {one.message('zh')}\n  {one.message('en')}\n  {', '.join(one.evidence)}"
        for one in sorted(found, key=lambda one: one.subject)
    ]


@pytest.mark.parametrize("path", sorted(CASES.glob("*-*.md")), ids=lambda path: path.stem)
def test_accuses_the_hits_and_nobody_else_and_says_why(path: Path, tmp_path: Path) -> None:
    case, found = read_case(path), findings(path, tmp_path)
    assert {(finding.subject, finding.severity, yuan(finding.amount_fen)) for finding in found} == case.hits
    assert all(finding.subject in finding.evidence for finding in found)
    kept = (CASES / "sentences.txt").read_text(encoding="utf-8")
    told = dict(block.split("\n", 1) for block in kept.strip().split("\n\n"))
    assert "\n".join(sentences(found)) == told[case.title]


def test_every_rule_has_its_case_with_hit_near_miss_and_exclusion() -> None:
    cases = [read_case(path) for path in sorted(CASES.glob("*-*.md"))]
    assert sorted({case.rule for case in cases}) == [rule.name for rule in catalogue()]
    for case in cases:
        assert case.hits, case.rule
        for mark in ("near miss: ", "exclusion: "):
            assert any(note.startswith(mark) for note in case.notes), (case.rule, mark)
