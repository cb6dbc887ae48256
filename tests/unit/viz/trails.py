"""Trails for tests: those of the examples, a small one, a hostile one, a wide one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "examples"


def answers(example: str, name: str) -> list[dict[str, Any]]:
    return json.loads((EXAMPLES / example / "expected" / f"{name}.json").read_text(encoding="utf-8"))


def answer(example: str, name: str, record: str) -> dict[str, Any]:
    return next(item for item in answers(example, name) if item["record"] == record and item["policy"] == "pro-rata")


def record(name: str, depth: int, amount: str, division: str = "410225000") -> dict[str, Any]:
    kind = name.partition(":")[0]
    return {"record": name, "kind": kind, "depth": depth, "amount": amount, "division_code": division}


def flow(source: str, target: str, amount: str, evidence: str = "recorded") -> dict[str, Any]:
    return {"from": source, "to": target, "amount": amount, "date": "2017-01-03", "evidence": evidence}


def source(name: str, amount: str, *, poverty: bool) -> dict[str, Any]:
    return {"record": name, "tier": "province", "poverty": poverty, "division_code": "410000000", "amount": amount}


def small(**changes: Any) -> dict[str, Any]:
    """An indicator fed by poverty and other money, and by money from nowhere; a payment out of it."""
    trail = {
        "record": "payment:P",
        "direction": "up",
        "policy": "pro-rata",
        "amount": "100.00",
        "pool": "100.00",
        "state": "partial",
        "nodes": [
            record("payment:P", 0, "100.00"),
            record("indicator:I", 1, "90.00"),
            record("allocation:A", 2, "50.00"),
            record("allocation:B", 2, "40.00"),
        ],
        "edges": [
            flow("allocation:A", "indicator:I", "50.00"),
            flow("allocation:B", "indicator:I", "40.00", evidence="document"),
            flow("indicator:I", "payment:P", "100.00"),
        ],
        "sources": [source("allocation:A", "50.00", poverty=True), source("allocation:B", "40.00", poverty=False)],
        "unsourced": "10.00",
        "breaks": [
            {
                "record": "indicator:I",
                "reason": "overdrawn",
                "amount": "10.00",
                "payments": 1,
                "payments_amount": "100.00",
            }
        ],
        "truncated": False,
        "more": 0,
    }
    return {**trail, **changes}


HOSTILE = [
    "<img src=x onerror=\"document.title='HACKED'\">",
    "</script><script>document.title='HACKED'</script>",
    "\" onmouseover=\"document.title='HACKED'",
    "<a href=\"javascript:document.title='HACKED'\">x</a>",
    "{{ 7*7 }}",
    "${alert(1)}",
    "\u2028</title><svg onload=alert(1)>",
]


def hostile_trail() -> dict:
    trail = small()
    for node, name in zip(trail["nodes"], HOSTILE, strict=False):
        node["title"] = name
    trail["nodes"][3]["title"] = HOSTILE[3] + HOSTILE[4] + HOSTILE[5] + HOSTILE[6]
    name = "allocation:" + HOSTILE[1]
    trail["nodes"][2]["record"] = name
    trail["edges"][0]["from"] = name
    trail["sources"][0]["record"] = name
    return trail


def wide(count: int) -> dict:
    """One indicator with `count` payments, a cent more each."""
    trail = small(breaks=[], record="indicator:I", direction="down")
    trail["nodes"] = [trail["nodes"][1]]
    trail["edges"] = []
    for number in range(count):
        name = f"payment:P-{number:05d}"
        amount = f"{number // 100}.{number % 100:02d}"
        trail["nodes"].append(record(name, 1, amount, f"41022{number % 5}000"))
        trail["edges"].append(flow("indicator:I", name, amount))
    return trail
