/*
rule: flow/over-allocated
title: 超额分配 | More passed on than there is
subject: allocation, indicator
severity: red
class: volume
type: P6
office: budget
zh: {division}的 {subject} 账上 {booked} 元，却已下达、分解、结转 {passed_on} 元，超出 {amount} 元
en: {subject} of {division} is booked at {booked} yuan, but {passed_on} yuan were passed on: {amount} yuan too many

What: An allocation or indicator whose transfers and carry-over edges out exceed its amount.

说明：下达、分解、结转合计大于其金额的资金安排或指标。

Why: Money is passed on that does not exist; below it, somebody's spending has no cover.

理由：下达了并不存在的钱；下面总有支出没有着落。

Basis: Budget Law (2014) art. 13; ministry problem list P6 (spending on paper only).

依据：《预算法》（2014）第十三条；财政部扶贫资金问题清单 P6（虚列支出）。

Method: Σ transfers out (net of reversals, received or not) + carry-over edges out − amount. Payments are not
counted here (flow/overpaid).

方法：下达与分解合计（扣除冲销，不论是否接收）＋结转−本身金额。支付不计在此（见 flow/overpaid）。

Example: Two transfers of 60 each leave an indicator of 100: 20 too many.

示例：100 元的指标下达两笔各 60 元：多 20 元。

Not flagged: Transfers that a reversal has cut back far enough.

不列入：冲销后不再超出的。
*/
WITH passed_on AS (
    SELECT source, sum(amount_fen)::BIGINT AS passed_on_fen, list(target) AS evidence
    FROM edges
    WHERE starts_with(target, 'transfer:') OR starts_with(target, 'indicator:')
    GROUP BY source
)
SELECT n.record AS subject, n.division_code, p.passed_on_fen - n.amount_fen AS amount_fen, n.amount_fen AS booked_fen,
       p.passed_on_fen, p.evidence
FROM nodes n
JOIN passed_on p ON p.source = n.record
WHERE n.kind IN ('allocation', 'indicator') AND p.passed_on_fen > n.amount_fen
