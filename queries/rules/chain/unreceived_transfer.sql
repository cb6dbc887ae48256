/*
rule: chain/unreceived-transfer
title: 下达未接收 | Transfer never received
subject: transfer
severity: yellow, red
class: speed
type: P1
office: budget
zh: {division}未接收下达 {id}（{number}）：{amount} 元，{issue_date} 下达，已 {days_since} 天
en: {division} has not received {subject} ({number}): {amount} yuan issued on {issue_date}, {days_since} days ago
parameter: days = 7 in 0..365 | 下达超过多少天起预警 | more days than this since issue is a warning
parameter: days_red = 30 in 0..3650 | 下达超过多少天起为红色 | more days than this since issue is red

What: A transfer of kind issue that no indicator has received, more than `days` days after its issue date.

说明：上级已下达、下级未通过指标上下级贯通接收的资金。

Why: Money that was passed down but never booked cannot be spent or traced: the chain ends at the document. Often it
was typed in again as own money (entry/re-entered, entry/bundled).

理由：已经下达而没有登记的资金，既不能支出也不能追溯，链条止于文件。往往被手工录成了本级资金（见
entry/re-entered、entry/bundled）。

Basis: Budget Law (2014) art. 52 (transfers are passed on within 30 days); 豫财预〔2013〕139号 (linkage of
indicators between levels).

依据：《预算法》（2014）第五十二条（转移支付三十日内下达）；豫财预〔2013〕139号（指标上下级贯通）。

Method: The transfer has no recorded target, and no indicator quotes its number so that it counts as received by
document. The amount is net of reversals. Red after more than `days_red` days.

方法：下达没有登记接收指标，也没有指标引用其文号而视同接收。金额扣除冲销。超过 `days_red` 天为红色。

Example: Issued on 2 March, as of 30 September nobody has received it: 212 days, red. With an indicator of origin
superior that quotes its number it is received.

示例：3 月 2 日下达，至 9 月 30 日无人接收：212 天，红色。若有来源为上级的指标引用其文号，即为已接收。

Not flagged: Breakdowns to agencies; transfers taken back in full; transfers whose target is named but not in the
ledger (chain/dangling-reference); issues of the last `days` days.

不列入：对单位的分解；已全额收回的下达；写明接收指标而账本中没有的下达（见 chain/dangling-reference）；最近
`days` 天内的下达。
*/
SELECT t.record AS subject, t.division_code, t.amount_fen, t.issue_date, $as_of - t.issue_date AS days_since,
       t.doc_no AS number, CASE WHEN $as_of - t.issue_date > $days_red THEN 'red' ELSE 'yellow' END AS severity,
       [t.source_id] AS evidence
FROM unreceived_transfers t
WHERE $as_of - t.issue_date > $days
