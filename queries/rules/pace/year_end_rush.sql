/*
rule: pace/year-end-rush
title: 年末突击花钱 | Year-end rush
subject: division
severity: yellow
class: speed
type: P6
office: payment-centre
zh: {division}当年扶贫支出 {spent} 元（{payments} 笔），其中十二月 {december} 元、第四季度 {quarter} 元，超出比例
    {amount} 元
en: of {spent} yuan spent by {division} in the year ({payments} payments), {december} yuan fell in December and
    {quarter} yuan in the fourth quarter: {amount} yuan above the share allowed
parameter: december_percent = 15 in 1..100 | 十二月占比上限（%） | most that December may be of the year, in percent
parameter: quarter_percent = 35 in 1..100 | 第四季度占比上限（%） | most that the fourth quarter may be of the year,
    in percent
parameter: least_payments = 20 in 1..100000 | 至少多少笔支付才判断 | payments below which nothing is said

What: A division that spends more than 15 % of the year's expenditure in December, or more than 35 % in the fourth
quarter.

说明：十二月支出超过全年 15%，或第四季度超过 35% 的区划。

Why: Money spent to be rid of it is spent on paper.

理由：为花钱而花的钱，只是账面上的支出。

Basis: The checks of audit offices on year-end spending; ministry problem list P6.

依据：审计机关对年末突击花钱的检查；财政部扶贫资金问题清单 P6。

Method: Expenditure of calibre 2017 in scope, of the fiscal year of the as-of date and dated in it, for the division
that paid; reversals at their own dates. At least `least_payments` payments. The amount is the larger excess over
the share, the share rounded down to the fen.

方法：截至日期所在财政年度、当年发生、范围内的支出（2017 年口径），按支付区划；冲销按其自身日期。至少
`least_payments` 笔支付。金额为超出比例的较大者，比例部分向下取整到分。

Example: 25 payments of 100 each, 10 of them in December: 1,000 − 375 = 625 above the share.

示例：25 笔各 100 元，其中 12 月 10 笔：1,000−375＝625 元超出。

Not flagged: Divisions with few payments; as-of dates before October.

不列入：支付笔数少的区划；截至日期在十月以前的。
*/
WITH spent AS (
    SELECT division_code, sum(amount_fen)::BIGINT AS spent_fen, count(*) FILTER (is_payment) AS payments,
           coalesce(sum(amount_fen) FILTER (month(pay_date) = 12), 0)::BIGINT AS december_fen,
           coalesce(sum(amount_fen) FILTER (month(pay_date) >= 10), 0)::BIGINT AS quarter_fen
    FROM spending
    WHERE fiscal_year = year($as_of) AND year(pay_date) = year($as_of)
    GROUP BY division_code
)
SELECT coalesce('division:' || division_code, '') AS subject, division_code, spent_fen, payments, december_fen, quarter_fen,
       greatest(december_fen - spent_fen * $december_percent // 100,
                quarter_fen - spent_fen * $quarter_percent // 100) AS amount_fen
FROM spent
WHERE payments >= $least_payments AND spent_fen > 0
  AND (december_fen * 100 > spent_fen * $december_percent OR quarter_fen * 100 > spent_fen * $quarter_percent)
