/*
rule: mix/payment
title: 混用资金支付 | Payment of mixed money
subject: payment
severity: orange
class: direction
type: P3
office: payment-centre
zh: {division}的支付 {id}（{paid} 元）混有扶贫资金 {poverty} 元与其他资金 {other} 元；按所用指标，其他资金至少
    {other_least} 元、至多 {other_most} 元
en: payment {id} of {division} ({paid} yuan) holds {poverty} yuan of poverty money and {other} yuan of other money;
    out of its indicator between {other_least} and {other_most} yuan are other money

What: A payment whose class fen hold both poverty and other money.

说明：支付的资金中既有扶贫资金又有非扶贫资金。

Why: Poverty money may have served another purpose, or other money is counted as poverty expenditure.

Basis: 财农〔2017〕8号; ministry problem list P3.

Method: The payment's own fen by class under the pro-rata class pass; the amount is the lesser part. Beside it the
least and most that other money can be in it, whatever the order of draws, given what its indicator holds. `cause`
is the first pool on the way where both met.

Example: Out of a pool three quarters poverty, one quarter other, 14,794.88 were paid: 3,698.72 of other money.

Not flagged: Void, pending, undated payments and those taken back in full.
*/
WITH RECURSIVE mixed AS (
    SELECT record FROM nodes WHERE poverty_fen > 0 AND other_fen > 0
), accused AS (
    SELECT n.record, n.division_code, n.amount_fen, n.amount_poverty_fen, n.amount_other_fen
    FROM nodes n
    WHERE n.kind = 'payment' AND n.amount_poverty_fen > 0 AND n.amount_other_fen > 0
), parents AS (
    SELECT e.target AS record, min(e.source) AS parent
    FROM edges e
    JOIN mixed upper ON upper.record = e.source
    JOIN mixed lower ON lower.record = e.target
    GROUP BY e.target
), pools AS (
    SELECT DISTINCT p.parent AS record FROM accused a JOIN parents p ON p.record = a.record
), roots AS (
    SELECT record, record AS root, 0 AS hops FROM pools
    UNION ALL
    SELECT r.record, p.parent, r.hops + 1 FROM roots r JOIN parents p ON p.record = r.root WHERE r.hops < 100
), first_met AS (
    SELECT record, arg_max(root, hops) AS cause FROM roots GROUP BY record
), causes AS (
    SELECT a.record, coalesce(f.cause, a.record) AS cause
    FROM accused a
    LEFT JOIN parents p ON p.record = a.record
    LEFT JOIN first_met f ON f.record = p.parent
)
SELECT a.record AS subject, a.division_code, least(a.amount_poverty_fen, a.amount_other_fen) AS amount_fen,
       a.amount_fen AS paid_fen, a.amount_poverty_fen AS poverty_fen, a.amount_other_fen AS other_fen, c.cause,
       greatest(0, a.amount_fen - coalesce(i.poverty_fen, a.amount_poverty_fen)) AS other_least_fen,
       least(a.amount_fen, coalesce(i.other_fen, a.amount_other_fen)) AS other_most_fen,
       [c.cause, i.record] AS evidence
FROM accused a
JOIN causes c ON c.record = a.record
LEFT JOIN payments p ON p.record = a.record
LEFT JOIN nodes i ON i.record = 'indicator:' || p.indicator_id
