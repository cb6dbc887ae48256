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

Basis: Budget Law (2014) art. 52 (transfers are passed on within 30 days); 豫财预〔2013〕139号 (linkage of
indicators between levels).

Method: The transfer has no recorded target, and no indicator quotes its number so that it counts as received by
document. The amount is net of reversals. Red after more than `days_red` days.

Example: Issued on 2 March, as of 30 September nobody has received it: 212 days, red. With an indicator of origin
superior that quotes its number it is received.

Not flagged: Breakdowns to agencies; transfers taken back in full; transfers whose target is named but not in the
ledger (chain/dangling-reference); issues of the last `days` days.
*/
SELECT t.record AS subject, t.division_code, t.amount_fen, t.issue_date, $as_of - t.issue_date AS days_since,
       t.doc_no AS number, CASE WHEN $as_of - t.issue_date > $days_red THEN 'red' ELSE 'yellow' END AS severity,
       [t.source_id] AS evidence
FROM unreceived_transfers t
WHERE $as_of - t.issue_date > $days
