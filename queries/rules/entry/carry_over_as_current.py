"""
rule: entry/carry-over-as-current
title: 上年结转录入为当年 | Last year's balance entered as this year's money
subject: indicator
severity: orange
class: volume
type: P9
office: budget
zh: {division}的本级指标 {id}（{amount} 元，手工录入）等于 {year_before} 年指标 {previous} 的未支出余额，而该余额无
    结转记录
en: own indicator {id} of {division} ({amount} yuan, typed) equals the unspent balance of {previous} of
    {year_before}, which nothing carries over

What: An own, manually entered indicator that equals the unspent balance of an indicator of exactly the year before,
of the same division, agency and function code, that no carry-over transfer or previous_id takes on.

说明：手工录入的本级指标金额等于上年同单位、同科目指标的未支出余额，且上年余额没有办理结转。

Why: Last year's money is counted again as this year's arrangement: the scale grows by nothing.

理由：去年的钱又算成今年的安排：规模凭空增加。

Basis: Budget Law (2014) art. 42 (carried-over money goes on as such); ministry problem list P9.

依据：《预算法》（2014）第四十二条（结转资金按结转管理）；财政部扶贫资金问题清单 P9。

Method: Unspent balance = amount less net transfers out, carry-over edges out and net payments, over all time, if
greater than 0. An accepted link takes a balance on as the record would. An indicator accused by entry/re-entered or
entry/bundled is left to them.

方法：未支出余额＝金额减去净下达与分解、结转、净支付（不限时间），且大于零。已接受的链接与记录同样视为办理了结转。
entry/re-entered 或 entry/bundled 已列入的指标归那两条。

Example: An indicator of 2016 over 1,113,238.72 had 287.04 paid; in 2017 the agency typed 1,112,951.68 as own:
flagged. With a carry-over transfer from the old indicator it is not.

示例：2016 年指标 1,113,238.72 元，支付 287.04 元；2017 年该单位录入本级 1,112,951.68 元：列入。若旧指标办理了结
转，则不列入。

Not flagged: Another agency or function code; balances of two years before; balances that a carry-over takes on; an
indicator whose inflow covers its amount.

不列入：单位或功能科目不同的；前年的余额；已有结转承接的余额；流入已覆盖其金额的指标。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queries.question import Question

MATCHES = """
SELECT i.record AS subject, i.division_code, i.amount_fen, min(b.record) AS previous, b.fiscal_year AS year_before
FROM typed_own_indicators i
JOIN indicators b ON b.fiscal_year = i.fiscal_year - 1 AND b.division_code = i.division_code
    AND b.agency_code IS NOT DISTINCT FROM i.agency_code AND b.function_code IS NOT DISTINCT FROM i.function_code
JOIN nodes n ON n.record = b.record AND n.amount_fen - n.outflow_fen = i.amount_fen
WHERE b.record NOT IN (SELECT source_id FROM linked_transfers
                       WHERE kind = 'carry_over' AND net_fen > 0 AND source_id IS NOT NULL)
  AND b.indicator_id NOT IN (SELECT previous_id FROM linked_indicators WHERE previous_id IS NOT NULL)
GROUP BY ALL
"""


def find(question: Question) -> Iterator[dict[str, Any]]:
    """Each match that no rule before this one accuses."""
    accused = {row["subject"] for rule in ("entry/re-entered", "entry/bundled") for row in question.found(rule)}
    for row in question.rows(MATCHES):
        if row["subject"] not in accused:
            yield {**row, "evidence": [row["previous"]]}
