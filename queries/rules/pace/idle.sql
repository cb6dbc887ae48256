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

理由：满两年未用的资金要收回；在那之前，它没有帮到任何人。

Basis: Budget Law (2014) art. 42 (money carried over for two years is reclaimed); ministry problem list P2.

依据：《预算法》（2014）第四十二条（结转满两年的收回）；财政部扶贫资金问题清单 P2。

Method: Date + `months` calendar months before the as-of date, balance = amount less net transfers, carry-over edges
and payments out, over all time. Red after `months_red`.

方法：指标日期加 `months` 个自然月早于截至日期；余额＝金额减去净下达分解、结转与支付（不限时间）。超过
`months_red` 个月为红色。

Example: An indicator of June 2016 with 1,511,046.06 left on 30 September 2017: orange. Of June 2015: red.

示例：2016 年 6 月的指标，2017 年 9 月 30 日尚余 1,511,046.06 元：橙色；2015 年 6 月的：红色。

Not flagged: Indicators without agency (pace/late-issue) or out of scope; balances that were carried over.

不列入：没有单位的指标（见 pace/late-issue）或范围外的指标；已结转的余额。
*/
SELECT i.record AS subject, i.division_code, n.amount_fen - n.outflow_fen AS amount_fen, i.amount_fen AS booked_fen,
       i.date, CASE WHEN i.date + to_months($months_red::INTEGER) < $as_of THEN 'red' ELSE 'orange' END AS severity,
       CASE WHEN i.date + to_months($months_red::INTEGER) < $as_of THEN $months_red ELSE $months END AS months_over
FROM indicators i
JOIN nodes n ON n.record = i.record
WHERE i.in_scope AND i.agency_code IS NOT NULL AND n.amount_fen > n.outflow_fen
  AND i.date + to_months($months::INTEGER) < $as_of
