/*
rule: pace/late-issue
title: 超时未分配 | Not passed on in time
subject: indicator
severity: orange
class: speed
type: P1
office: budget
zh: {division}于 {received} 收到上级扶贫资金（{subject}，{booked} 元），{days_since} 天后仍有 {amount} 元未分配
en: {division} received superior poverty money on {received} ({subject}, {booked} yuan); {days_since} days later
    {amount} yuan are not passed on
parameter: days = 30 in 1..3650 | 收到后多少天内应分配 | days after receipt within which it is to be passed on

What: Superior money in scope, still with the finance bureau, of which a balance is unspent more than `days` days
after receipt.

说明：收到上级扶贫资金超过规定天数，仍在财政、未分配到单位的余额。

Why: Money that waits at the bureau helps nobody.

理由：停在财政的钱，没有帮到任何人。

Basis: Budget Law (2014) art. 52 (30 days); ministry problem list P1.

依据：《预算法》（2014）第五十二条（三十日）；财政部扶贫资金问题清单 P1。

Method: In scope, origin superior, no agency. Receipt is the latest receive date of the transfers coming in, else
the indicator's date. Balance = amount less net transfers, carry-over edges and payments out.

方法：在范围内、来源为上级、没有单位。收到日期取进入的下达中最晚的接收日期，没有的取指标日期。余额＝金额减去净下
达分解、结转与支付。

Example: Received on 20 February, 433.76 not broken down on 30 September: flagged.

示例：2 月 20 日收到，至 9 月 30 日尚有 433.76 元未分解：列入。

Not flagged: Agency indicators (pace/idle); own money; receipts within the last `days` days.

不列入：单位的指标（见 pace/idle）；本级资金；最近 `days` 天内收到的。
*/
WITH received AS (
    SELECT indicator, max(receive_date) AS received FROM incoming_transfers GROUP BY indicator
)
SELECT i.record AS subject, i.division_code, n.amount_fen - n.outflow_fen AS amount_fen, i.amount_fen AS booked_fen,
       coalesce(r.received, i.date) AS received, $as_of - coalesce(r.received, i.date) AS days_since
FROM indicators i
JOIN nodes n ON n.record = i.record
LEFT JOIN received r ON r.indicator = i.record
WHERE i.in_scope AND i.origin = 'superior' AND i.agency_code IS NULL AND n.amount_fen > n.outflow_fen
  AND $as_of - coalesce(r.received, i.date) > $days
