/*
rule: flow/paid-before-funded
title: 先支付后到账 | Paid before the money came
subject: indicator
severity: yellow
class: speed
type: P6
office: payment-centre
zh: {division}的指标 {id} 在 {day} 已支付 {paid} 元而流入只有 {came} 元，最大缺口 {amount} 元
en: by {day}, {paid} yuan were paid from {subject} of {division} while {came} yuan had come in: a shortfall of
    {amount} yuan at its largest

What: An indicator whose inflow covers its payments in the end, but on some day more had been paid than had come in.

说明：流入最终足以覆盖支付，但某日累计支付大于累计流入的指标。

Why: Until the money came, somebody else's was spent.

理由：钱到之前，花的是别人的钱。

Basis: Budget Law (2014) art. 57; ministry problem list P6.

依据：《预算法》（2014）第五十七条；财政部扶贫资金问题清单 P6。

Method: Day by day, payments so far (net, at the original's date) against inflow so far (transfers at their receive
date, else issue date; carry-over at the indicator's date). Money that comes on the same day counts first. The
amount is the largest shortfall.

方法：逐日比较累计支付（净额，按原支付日期）与累计流入（下达按接收日期，无则按下达日期；结转按指标日期）。同日到
账的先算。金额为最大缺口。

Example: 600 paid on 3 March, 1,000 received on 10 March: shortfall 600.

示例：3 月 3 日支付 600 元，3 月 10 日到账 1,000 元：缺口 600 元。

Not flagged: Indicators without inflow, and those whose inflow never covers the payments (other rules).

不列入：没有流入的指标，以及流入始终不足以覆盖支付的指标（见其他规则）。
*/
WITH moves AS (
    SELECT target AS record, date, amount_fen AS in_fen, 0 AS out_fen
    FROM edges
    WHERE starts_with(target, 'indicator:')
    UNION ALL
    SELECT source, date, 0, amount_fen
    FROM edges
    WHERE starts_with(target, 'payment:')
), days AS (
    SELECT record, date, sum(in_fen)::BIGINT AS in_fen, sum(out_fen)::BIGINT AS out_fen
    FROM moves
    GROUP BY record, date
), so_far AS (
    SELECT record, date, sum(in_fen) OVER run AS came_fen, sum(out_fen) OVER run AS paid_fen
    FROM days
    WINDOW run AS (PARTITION BY record ORDER BY date NULLS FIRST)
), worst AS (
    SELECT record, max(paid_fen - came_fen)::BIGINT AS amount_fen, max(came_fen)::BIGINT AS inflow_fen,
           max(paid_fen)::BIGINT AS payments_fen, arg_max(date, (paid_fen - came_fen, -epoch(date))) AS day,
           arg_max(paid_fen, (paid_fen - came_fen, -epoch(date)))::BIGINT AS paid_fen,
           arg_max(came_fen, (paid_fen - came_fen, -epoch(date)))::BIGINT AS came_fen
    FROM so_far
    GROUP BY record
)
SELECT w.record AS subject, n.division_code, w.amount_fen, w.day, w.paid_fen, w.came_fen
FROM worst w
JOIN nodes n ON n.record = w.record
WHERE w.amount_fen > 0 AND w.inflow_fen >= w.payments_fen
