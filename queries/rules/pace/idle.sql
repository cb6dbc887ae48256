/*
rule: pace/idle
title: 滞留闲置 | Idle money
subject: indicator
severity: orange, red
class: speed
type: P2
office: budget
zh: {division}的单位指标 {id}（{date}，{booked} 元）超过 {months_over} 个月仍有 {amount} 元未支出
en: {amount} yuan of agency indicator {id} of {division} ({date}, {booked} yuan) are unspent after more than
    {months_over} months
parameter: months = 12 in 1..120 | 超过多少个月为滞留 | calendar months after which it is idle
parameter: months_red = 24 in 1..240 | 超过多少个月为红色 | calendar months after which it is red

What: An agency's in-scope indicator with an unspent balance more than `months` calendar months after its date.

说明：下达到单位超过规定月数仍有余额的扶贫指标。

Why: After two years unspent money is taken back; until then it helps nobody.

Basis: Budget Law (2014) art. 42 (money carried over for two years is reclaimed); ministry problem list P2.

Method: Date + `months` calendar months before the as-of date, balance = amount less net transfers, carry-over edges
and payments out, over all time. Red after `months_red`.

Example: An indicator of June 2016 with 1,511,046.06 left on 30 September 2017: orange. Of June 2015: red.

Not flagged: Indicators without agency (pace/late-issue) or out of scope; balances that were carried over.
*/
SELECT i.record AS subject, i.division_code, n.amount_fen - n.outflow_fen AS amount_fen, i.amount_fen AS booked_fen,
       i.date, CASE WHEN i.date + to_months($months_red::INTEGER) < $as_of THEN 'red' ELSE 'orange' END AS severity,
       CASE WHEN i.date + to_months($months_red::INTEGER) < $as_of THEN $months_red ELSE $months END AS months_over
FROM indicators i
JOIN nodes n ON n.record = i.record
WHERE i.in_scope AND i.agency_code IS NOT NULL AND n.amount_fen > n.outflow_fen
  AND i.date + to_months($months::INTEGER) < $as_of
