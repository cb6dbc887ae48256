/*
rule: pay/unreviewed
title: 支付无审核步骤 | Payment without review
subject: payment
severity: yellow
class: data
type: P9
office: payment-centre
default: off
zh: {division}的支付 {id}（{amount} 元，付给{payee_name}）没有审核记录，而同一来源文件的其他支付有
en: payment {id} of {division} ({amount} yuan to {payee_name}) has no step of review, though its source supplies
    them

What: A payment without any step, whose source supplies steps for other payments.

说明：来源提供审核步骤，而本笔支付没有任何步骤。

Why: Money is to be reviewed one payment at a time (资金一笔一笔审核).

理由：资金要一笔一笔审核。

Basis: The department's 2017 system; ministry problem list P9.

依据：省厅 2017 年系统；财政部扶贫资金问题清单 P9。

Method: Valid, dated payments. A source is the file of a load; it supplies steps when at least one of its payments
has one.

方法：有效、有日期的支付。来源指装载的一个文件；其中至少一笔支付有审核步骤，即视为该来源提供步骤。

Example: Of the 300 payments of a file 299 have steps: the last is flagged.

示例：一个文件 300 笔支付，299 笔有步骤：剩下的一笔列入。

Not flagged: Unless switched on. Files whose payments have no steps at all.

不列入：默认不启用。所有支付都没有步骤的文件。
*/
WITH stepped AS (
    SELECT p.record, p.batch, p.file
    FROM payments p
    JOIN (SELECT DISTINCT CASE WHEN contains(record, ':') THEN record ELSE 'payment:' || record END AS record
          FROM steps) s ON s.record = p.record
)
SELECT record AS subject, division_code, net_fen AS amount_fen, payee_name
FROM payments
WHERE status = 'valid' AND pay_date IS NOT NULL AND net_fen > 0
  AND (batch, coalesce(file, '')) IN (SELECT (batch, coalesce(file, '')) FROM stepped)
  AND record NOT IN (SELECT record FROM stepped)
