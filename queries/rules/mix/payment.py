"""
rule: mix/payment
title: 混用资金支付 | Payment of mixed money
subject: payment
severity: orange
class: direction
type: P3
office: payment-centre
zh: {division}的支付 {id}（{paid} 元）混有扶贫资金 {poverty} 元与其他资金 {other} 元；无论按何种次序，其他资金至少
    {other_least} 元、至多 {other_most} 元
en: payment {id} of {division} ({paid} yuan) holds {poverty} yuan of poverty money and {other} yuan of other money;
    whatever the order of draws, between {other_least} and {other_most} yuan are other money
parameter: most_proved = 500 in 0..100000 | 计算上下限的指标最多多少条 | indicators for which the bounds are proved

What: A payment whose class fen hold both poverty and other money.

说明：支付的资金中既有扶贫资金又有非扶贫资金。

Why: Poverty money may have served another purpose, or other money is counted as poverty expenditure.

理由：扶贫资金可能被挪作他用，或者其他资金算成了扶贫支出。

Basis: 财农〔2017〕8号; ministry problem list P3.

依据：财农〔2017〕8号；财政部扶贫资金问题清单 P3。

Method: The payment's own fen by class under the pro-rata class pass; the amount is the lesser part. Beside it the
least and most that other money can be in it, whatever the order of draws: a max-flow through all that lies above
its indicator, for the `most_proved` indicators with the most mixed payments' fen; no bounds for others. `cause` is
the first pool on the way where both met: from the payment up by movements that carry both, of several the least name.

方法：支付金额按类别拆分（按比例的全账归属）；金额为较小的一部分。另列其他资金的上下限，不论按何种次序都成立：对
混用金额最大的 `most_proved` 条指标，以其上全部记录作最大流求得；其余不列。“原因”为两类资金最先相遇之处：从支
付沿两类并存的资金往上，若干处取编号最小者。

Example: Out of a pool three quarters poverty, one quarter other, 14,794.88 were paid: 3,698.72 of other money.

示例：四分之三为扶贫、四分之一为其他的资金池支付 14,794.88 元：其中其他资金 3,698.72 元。

Not flagged: Void, pending, undated payments and those taken back in full.

不列入：作废、待支付、无日期以及已全额收回的支付。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queries.question import Question, Row

ACCUSED = """
WITH RECURSIVE accused AS (
    SELECT record, division_code, amount_fen, amount_poverty_fen, amount_other_fen
    FROM nodes
    WHERE kind = 'payment' AND amount_poverty_fen > 0 AND amount_other_fen > 0
), parents AS (
    SELECT target AS record, min(source) AS parent
    FROM edges
    WHERE poverty_fen > 0 AND other_fen > 0
    GROUP BY target
), pools AS (
    SELECT DISTINCT p.parent AS record FROM accused a JOIN parents p ON p.record = a.record
), roots AS (
    SELECT record, record AS root, 0 AS hops FROM pools
    UNION ALL
    SELECT r.record, p.parent, r.hops + 1 FROM roots r JOIN parents p ON p.record = r.root
), first_met AS (
    SELECT record, arg_max(root, hops) AS cause FROM roots GROUP BY record
)
SELECT a.record AS subject, a.division_code, least(a.amount_poverty_fen, a.amount_other_fen) AS amount_fen,
       a.amount_fen AS paid_fen, a.amount_poverty_fen AS poverty_fen, a.amount_other_fen AS other_fen,
       coalesce(f.cause, a.record) AS cause, u.parent AS indicator
FROM accused a
LEFT JOIN parents u ON u.record = a.record
LEFT JOIN first_met f ON f.record = u.parent
"""


def find(question: Question) -> Iterator[dict[str, Any]]:
    """Each payment of mixed money, with what is proved of the indicator it was drawn on."""
    return completed(question, question.rows(ACCUSED))


def completed(question: Question, rows: list[Row]) -> Iterator[dict[str, Any]]:
    """The accused payments, wherever they were found, each with its bounds and evidence."""
    proved = proved_of(question, rows)
    for row in rows:
        indicator = row.pop("indicator")
        least, most = proved.get(indicator, (None, None))
        row["other_least_fen"] = None if least is None else max(0, row["paid_fen"] - least)
        row["other_most_fen"] = None if most is None else min(row["paid_fen"], most)
        yield {**row, "evidence": [row["cause"], indicator]}


def proved_of(question: Question, rows: list[Row]) -> dict[str, tuple[int, int]]:
    """By indicator the most poverty fen and the most other fen that can be in it; of those with the most at stake."""
    import numpy as np

    from lineage.proof import proved_poverty
    from lineage.subgraph import reach

    at_stake: dict[str, int] = {}
    for row in rows:
        if row["indicator"]:
            at_stake[row["indicator"]] = at_stake.get(row["indicator"], 0) + row["amount_fen"]
    graph = question.graph
    found = {}
    for indicator in sorted(at_stake, key=lambda name: (-at_stake[name], name))[: question.values["most_proved"]]:
        node = graph.find(indicator)
        pool = int(graph.pools.pool[node])
        poverty = proved_poverty(graph, node, reach(graph, np.array([node]), "up").nodes, pool)
        found[indicator] = (poverty.most, pool - poverty.least)
    return found
