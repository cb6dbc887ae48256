/*
rule: report/difference
title: 日报与系统不一致 | Daily report differs from the system
subject: division
severity: blue
class: volume
type: P9
office: budget
zh: {division} {report_date} 日报与系统相差 {amount} 元：规模系统 {scale} 元、上报 {reported_scale} 元，支出系统
    {expenditure} 元、上报 {reported_expenditure} 元
en: the report of {division} of {report_date} is {amount} yuan off: scale {scale} yuan in the system,
    {reported_scale} reported; expenditure {expenditure} yuan, {reported_expenditure} reported
parameter: tolerance_fen = 0 in 0..1000000000000 | 容许差额（分），0 为日报精度的一半 | difference in fen that is
    let pass; 0: half the report's resolution

What: A division whose latest daily report, all tiers, differs from the system by more than the tolerance.

说明：最近一期日报（全部级次）的规模或支出与系统数相差超过容许值的区划。

Why: Two figures for one thing: `reconcile` takes the difference apart, cause by cause.

理由：一件事两个数：由对账（`reconcile`）按原因逐项拆开。

Basis: The daily-report rule of the department's 2017 system (扶贫资金日报); ministry problem list P9.

依据：省厅 2017 年系统的扶贫资金日报要求；财政部扶贫资金问题清单 P9。

Method: The latest report of the division in the year of the as-of date. System: in-scope first bookings of superior
and own money as booked, and expenditure of calibre 2017, of that fiscal year. The amount is the sum of the absolute
differences of both measures. The report's resolution is its unit and the decimals written in its file: a fen for yuan with
two, 100 yuan for 万元 with two.

方法：截至日期所在年度内该区划最近一期日报。系统数：该财政年度范围内上级与本级资金的首次登记，以及 2017 年口径支
出。金额为两项差额绝对值之和。日报精度为文件中的单位与小数位数：元带两位小数为一分，万元带两位小数为一百元。

Example: The county reported 4,497,163.28 more scale than the system knows: flagged with that amount.

示例：县里上报的规模比系统多 4,497,163.28 元：列入该金额。

Not flagged: Divisions that do not report; reports of earlier years; measures a report does not state.

不列入：没有上报的区划；往年的日报；日报未列的口径。
*/
WITH latest AS (
    SELECT r.division_code, r.report_date, r.measure, r.amount_fen, greatest(coalesce(r.resolution_fen, 1), 1) AS resolution_fen
    FROM daily_reports r
    WHERE r.tier = 'all' AND r.report_date <= $as_of AND year(r.report_date) = year($as_of)
    QUALIFY r.report_date = max(r.report_date) OVER (PARTITION BY r.division_code)
), scale AS (
    SELECT division_code, sum(amount_fen)::BIGINT AS fen FROM booked WHERE fiscal_year = year($as_of) GROUP BY division_code
), spent AS (
    SELECT division_code, sum(amount_fen)::BIGINT AS fen FROM spending WHERE fiscal_year = year($as_of) GROUP BY division_code
), compared AS (
    SELECT l.division_code, l.report_date, l.measure, l.amount_fen AS reported_fen, l.resolution_fen,
           CASE l.measure WHEN 'scale' THEN coalesce(b.fen, 0) ELSE coalesce(s.fen, 0) END AS system_fen
    FROM latest l
    LEFT JOIN scale b ON b.division_code = l.division_code
    LEFT JOIN spent s ON s.division_code = l.division_code
)
SELECT 'division:' || division_code AS subject, division_code, max(report_date) AS report_date,
       sum(abs(system_fen - reported_fen))::BIGINT AS amount_fen,
       max(system_fen) FILTER (measure = 'scale') AS scale_fen,
       max(reported_fen) FILTER (measure = 'scale') AS reported_scale_fen,
       max(system_fen) FILTER (measure = 'expenditure') AS expenditure_fen,
       max(reported_fen) FILTER (measure = 'expenditure') AS reported_expenditure_fen
FROM compared
GROUP BY division_code
HAVING bool_or(2 * abs(system_fen - reported_fen) > CASE WHEN $tolerance_fen > 0 THEN 2 * $tolerance_fen ELSE resolution_fen END)
