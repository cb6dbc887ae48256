/*
rule: pay/unreviewed
title: 支付无审核步骤 | Payment without review
subject: payment
severity: yellow
class: data
type: P9
office: payment-centre
default: off
zh: {division}的支付 {id}（{amount} 元，付给{payee_name}）没有审核记录，而该区划提供审核步骤
en: payment {id} of {division} ({amount} yuan to {payee_name}) has no step of review, though the division supplies
    them

What: A payment without any step, of a division that supplies steps for other payments.

说明：所在区划提供审核步骤，而本笔支付没有任何步骤。

Why: Money is to be reviewed one payment at a time (资金一笔一笔审核).

Basis: The department's 2017 system; ministry problem list P9.

Method: Valid, dated payments. A division supplies steps when at least one of its payments has one.

Example: Of a county's 300 payments 299 have steps: the last is flagged.

Not flagged: Unless switched on. Divisions that supply no steps at all.
*/
WITH stepped AS (
    SELECT p.record, p.division_code
    FROM payments p
    JOIN (SELECT DISTINCT record FROM steps) s ON s.record IN (p.record, p.payment_id)
)
SELECT record AS subject, division_code, net_fen AS amount_fen, payee_name
FROM payments
WHERE status = 'valid' AND pay_date IS NOT NULL AND NOT is_reversal AND net_fen > 0
  AND division_code IN (SELECT division_code FROM stepped) AND record NOT IN (SELECT record FROM stepped)
