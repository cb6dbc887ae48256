"""The worked examples: traces up and down equal the contract's own numbers, to the fen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import lineage
from lineage.attribution import POLICIES
from lineage.ledger import Ledger

EXAMPLES = Path(__file__).parent.parent / "examples"
FACTS = {
    "nodes": ("record", "kind", "depth", "amount", "division_code"),
    "edges": ("from", "to", "amount", "date", "evidence"),
    "breaks": ("record", "reason", "amount", "payments", "payments_amount"),
    "sources": ("record", "division_code", "tier", "poverty", "amount", "least", "most"),
    "reached": ("record", "amount"),
}


def cases(file: str) -> list[Any]:
    found = []
    for name in ("sound", "faults", "tangled"):
        for answer in json.loads((EXAMPLES / name / "expected" / file).read_text(encoding="utf-8")):
            if answer["policy"] in POLICIES:
                found.append(pytest.param(name, answer, id=f"{name}-{answer['record']}-{answer['policy']}"))
    return found


def compared(answer: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The fields that are compared, lists as sorted rows of the columns that the expected answer gives."""
    plain = {key: answer.get(key) for key in ("record", "direction", "policy", "amount", "pool", "state", "unsourced",
                                              "truncated", "more")}
    for part, columns in FACTS.items():
        known = [column for column in columns if any(column in row for row in expected.get(part, ()))]
        plain[part] = sorted([str(row.get(column)) for column in known] for row in answer.get(part, ()))
    return plain


@pytest.mark.parametrize(("bundle", "expected"), cases("traces.json"))
def test_a_trace_up_equals_the_worked_answer(bundle: str, expected: dict[str, Any], example_ledger: Any) -> None:
    ledger: Ledger = lineage.open(example_ledger(bundle))
    bounds = any("least" in source for source in expected["sources"])
    answer = ledger.trace(expected["record"], policy=expected["policy"], bounds=bounds).to_json()
    assert compared(answer, expected) == compared(expected, expected)


@pytest.mark.parametrize(("bundle", "expected"), cases("down.json"))
def test_a_trace_down_equals_the_worked_answer(bundle: str, expected: dict[str, Any], example_ledger: Any) -> None:
    ledger: Ledger = lineage.open(example_ledger(bundle))
    answer = ledger.trace(expected["record"], direction="down", policy=expected["policy"]).to_json()
    assert compared(answer, expected) == compared(expected, expected)
