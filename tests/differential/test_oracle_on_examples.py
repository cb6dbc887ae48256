"""The oracle, which other tests are held to, gives every published answer of the worked examples to the fen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import answers
from tests.oracle.attribution import attribute
from tests.oracle.network import read

EXAMPLES = Path(__file__).parents[1] / "examples"


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """What is compared: not titles, nor the order of lists."""
    lists = {
        "nodes": ("record", "kind", "depth", "amount", "division_code"),
        "edges": ("from", "to", "amount", "date", "evidence"),
        "breaks": ("record", "reason", "amount", "payments", "payments_amount"),
        "sources": ("record", "division_code", "tier", "poverty", "amount", "least", "most"),
        "reached": ("record", "amount"),
    }
    rows = {name: sorted(str([row.get(field) for field in fields]) for row in answer.get(name, []))
            for name, fields in lists.items()}
    plain = ("record", "direction", "amount", "pool", "state", "unsourced", "truncated", "more")
    return rows | {name: answer.get(name) for name in plain}


@pytest.mark.parametrize("bundle", ["tangled", "sound", "faults"])
def test_every_published_trace(bundle: str) -> None:
    network = read(EXAMPLES / bundle / "bundle")
    expected = json.loads((EXAMPLES / bundle / "expected" / "traces.json").read_text(encoding="utf-8"))
    attributed = {policy: attribute(network, policy) for policy in {answer["policy"] for answer in expected}}
    assert len(attributed) == 6
    for answer in expected:
        policy = answer["policy"]
        found = answers.upstream(network, attributed[policy], answer["record"], bounds=policy == "pro-rata")
        assert comparable(found) == comparable(answer), (answer["record"], policy)


@pytest.mark.parametrize("bundle", ["tangled", "sound", "faults"])
def test_every_published_downstream_answer(bundle: str) -> None:
    network = read(EXAMPLES / bundle / "bundle")
    for answer in json.loads((EXAMPLES / bundle / "expected" / "down.json").read_text(encoding="utf-8")):
        found = answers.downstream(network, answer["record"], answer["policy"])
        assert comparable(found) == comparable(answer), answer["record"]
