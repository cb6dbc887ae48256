"""
rule: entry/bundled-with-own
title: 上级资金与本级配套打捆录入 | Superior money typed in together with own
subject: indicator
severity: yellow
class: direction
type: P9
office: budget
default: off
zh: {division}的本级指标 {id}（{amount} 元，手工录入）引用了未接收下达的文号 {numbers}，其中上级资金 {superior} 元，
    其余 {own} 元应为本级配套
en: own indicator {id} of {division} ({amount} yuan, typed) quotes the numbers of unreceived transfers {numbers}:
    {superior} yuan are superior money, the other {own} yuan its own matching money

What: An own, manually entered indicator that quotes the numbers of unreceived transfers to its division whose sum
is less than its amount.

说明：手工录入的本级指标引用了未接收下达的文号，金额大于这些下达之和，超出部分为本级配套。

Why: Superior and own money stand in one line; the chain is cut for the superior part.

理由：上级资金与本级资金混在一条里；上级部分的链条断开。

Basis: 豫财预〔2013〕139号; ministry problem list P9.

依据：豫财预〔2013〕139号；财政部扶贫资金问题清单 P9。

Method: Numbers quoted in doc_no or superior_doc_no, compared in normal form; same fiscal year and flag. What
entry/re-entered or entry/bundled take is left out; a transfer serves the indicator of lesser id.

方法：文号栏或上级文号栏引用的文号，按规范形式比对；年度与扶贫标识相同。已被 entry/re-entered 或 entry/bundled
取用的不计；一笔下达归编号小的指标。

Example: An indicator of 150 quotes 豫财农〔2017〕5号 of 100 that nobody received: flagged with 150, of which 100
superior.

示例：一条 150 元的指标引用豫财农〔2017〕5号，该文下达 100 元无人接收：列入 150 元，其中上级 100 元。

Not flagged: Unless switched on. Indicators that quote no number.

不列入：默认不启用。没有引用文号的指标。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queries.question import Question, Row
from queries.quoted import quoted_numbers

INDICATORS = """
SELECT * FROM typed_own_indicators ORDER BY record
"""
TRANSFERS = """
SELECT record, division_code, fiscal_year, poverty, amount_fen, number FROM unreceived_transfers ORDER BY record
"""


def find(question: Question) -> Iterator[dict[str, Any]]:
    """Each indicator with the transfers it quotes."""
    re_entered, bundled = question.found("entry/re-entered"), question.found("entry/bundled")
    accused = {row["subject"] for row in (*re_entered, *bundled)}
    taken = {row["transfer"] for row in re_entered} | {name for row in bundled for name in row["transfers"]}
    groups: dict[tuple[str, int, bool], list[Row]] = {}
    for row in question.rows(TRANSFERS):
        groups.setdefault((row["division_code"], row["fiscal_year"], row["poverty"]), []).append(row)
    for indicator in question.rows(INDICATORS):
        numbers = quoted_numbers(indicator["superior_doc_no"], indicator["doc_no"])
        group = groups.get((indicator["division_code"], indicator["fiscal_year"], indicator["poverty"]), [])
        quoted = [row for row in group if row["number"] in numbers and row["record"] not in taken]
        superior_fen = sum(row["amount_fen"] for row in quoted)
        if indicator["record"] in accused or not 0 < superior_fen < indicator["amount_fen"]:
            continue
        taken.update(row["record"] for row in quoted)
        yield {
            "subject": indicator["record"],
            "division_code": indicator["division_code"],
            "amount_fen": indicator["amount_fen"],
            "superior_fen": superior_fen,
            "own_fen": indicator["amount_fen"] - superior_fen,
            "numbers": [row["number"] for row in quoted],
            "evidence": [row["record"] for row in quoted],
        }
