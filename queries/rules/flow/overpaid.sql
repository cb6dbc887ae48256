/*
rule: flow/overpaid
title: 超指标支付 | More paid than the indicator holds
subject: indicator
severity: red
class: volume
type: P6
office: payment-centre
zh: {division}的指标 {id} 账上 {booked} 元，已分解结转 {passed_on} 元、支付 {paid} 元，超出 {amount} 元
en: {subject} of {division} is booked at {booked} yuan; {passed_on} yuan were passed on and {paid} yuan paid:
    {amount} yuan too many

What: An indicator whose transfers out and net payments together exceed its amount, when the transfers alone do not.

说明：分解结转与支付合计超过其金额的指标（仅分解结转即超出的除外）。

Why: Payments beyond the indicator are paid with other people's money.

理由：超出指标的支付，用的是别人的钱。

Basis: Budget Law (2014) art. 13 and 57; ministry problem list P6.

依据：《预算法》（2014）第十三条、第五十七条；财政部扶贫资金问题清单 P6。

Method: Outflow (transfers and carry-over edges out, valid dated payments net of reversals) − amount.

方法：流出（下达、分解与结转，有效有日期的支付扣除冲销）−本身金额。

Example: Of an indicator of 100, 40 are broken down and 65.60 paid: 5.60 too many.

示例：100 元的指标分解 40 元、支付 65.60 元：多 5.60 元。

Not flagged: Where the transfers alone exceed the amount (flow/over-allocated); void, pending and undated payments.

不列入：仅下达分解即超出的（见 flow/over-allocated）；作废、待支付、无日期的支付。
*/
WITH outgoing AS (
    SELECT source, sum(amount_fen) FILTER (NOT starts_with(target, 'payment:'))::BIGINT AS passed_on_fen,
           sum(amount_fen) FILTER (starts_with(target, 'payment:'))::BIGINT AS paid_fen,
           max_by(target, amount_fen, 20) FILTER (starts_with(target, 'payment:')) AS evidence
    FROM edges
    WHERE starts_with(source, 'indicator:')
    GROUP BY source
)
SELECT n.record AS subject, n.division_code, n.outflow_fen - n.amount_fen AS amount_fen, n.amount_fen AS booked_fen,
       coalesce(o.passed_on_fen, 0) AS passed_on_fen, o.paid_fen, o.evidence
FROM nodes n
JOIN outgoing o ON o.source = n.record
WHERE n.outflow_fen > n.amount_fen AND coalesce(o.passed_on_fen, 0) <= n.amount_fen
