"""
rule: entry/split-re-entry
title: 一笔上级资金拆分录入 | One transfer typed in as several
subject: indicator
severity: orange, yellow
class: direction
type: P9
office: budget
default: off
zh: {division} {pieces} 条手工录入的本级指标 {indicators} 之和恰为未接收的下达 {transfer}（{number}，{amount} 元）；
    这样的组合有 {solutions_zh} 种
en: {pieces} own, typed indicators of {division}, {indicators}, sum to the unreceived transfer {transfer} ({number},
    {amount} yuan); combinations that fit: {solutions_en}

What: 2 to 8 own, manually entered indicators that sum to one unreceived transfer to their division, of their year
and flag. The subject is the least of them, the amount their sum.

说明：一笔未接收的上级下达，恰为下级若干条手工录入的本级指标之和。

Why: As entry/re-entered, but typed in by agency or purpose, so that no single indicator has the amount.

理由：与 entry/re-entered 相同，只是按单位或用途分开录入，没有一条指标等于下达金额。

Basis: 豫财预〔2013〕139号; ministry problem list P9.

依据：豫财预〔2013〕139号；财政部扶贫资金问题清单 P9。

Method: Bounded subset sum as in entry/bundled, the other way round. Transfers and indicators that entry/re-entered
or entry/bundled take are left out; each indicator serves one transfer, that of lesser id. Orange where one
combination exists, else yellow.

方法：与 entry/bundled 相同的子集和，方向相反。已被 entry/re-entered 或 entry/bundled 取用的下达与指标不计；每条
指标只用于一笔下达，归编号小的。只有一种组合为橙色，否则为黄色。

Example: 300 passed down and not received; the county typed 100 and 200 as own.

示例：下达 300 元未接收，县里录入本级 100 元与 200 元。

Not flagged: Unless switched on: many small indicators add up to something by chance.

不列入：默认不启用：许多小指标总会偶然凑成某个数。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lineage.links.subset import subsets_making
from queries.question import Question, Row
from queries.solutions import told

INDICATORS = "SELECT record, division_code, fiscal_year, poverty, amount_fen FROM typed_own_indicators ORDER BY record"
TRANSFERS = """
SELECT record, division_code, fiscal_year, poverty, amount_fen, number FROM unreceived_transfers ORDER BY record
"""


def find(question: Question) -> Iterator[dict[str, Any]]:
    """Each combination of indicators that makes up a transfer."""
    re_entered, bundled = question.found("entry/re-entered"), question.found("entry/bundled")
    taken = {row["subject"] for row in (*re_entered, *bundled)}
    served = {row["transfer"] for row in re_entered} | {name for row in bundled for name in row["transfers"]}
    groups: dict[tuple[str, int, bool], list[Row]] = {}
    for row in question.rows(INDICATORS):
        groups.setdefault((row["division_code"], row["fiscal_year"], row["poverty"]), []).append(row)
    for transfer in question.rows(TRANSFERS):
        if transfer["record"] in served:
            continue
        group = groups.get((transfer["division_code"], transfer["fiscal_year"], transfer["poverty"]), [])
        free = [row for row in group if row["record"] not in taken]
        ways = subsets_making(transfer["amount_fen"], [row["amount_fen"] for row in free])
        if not ways.count:
            continue
        chosen = [free[place]["record"] for place in ways.first]
        taken.update(chosen)
        yield {
            "subject": chosen[0],
            "division_code": transfer["division_code"],
            "amount_fen": transfer["amount_fen"],
            "severity": "orange" if ways.count == 1 else "yellow",
            "transfer": transfer["record"],
            "number": transfer["number"],
            "pieces": len(chosen),
            "indicators": chosen,
            **told(ways.count),
            "evidence": [*chosen, transfer["record"]],
        }
