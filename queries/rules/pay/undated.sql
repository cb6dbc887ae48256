/*
rule: pay/undated
title: 支付无日期 | Payment without a date
subject: payment
severity: yellow
class: data
type: P9
office: payment-centre
zh: {division}的支付 {id}（{amount} 元，付给{payee_name}）状态有效但没有支付日期，不计入支出
en: payment {id} of {division} ({amount} yuan to {payee_name}) is valid but has no pay date, so it does not count as
    spent

What: A valid payment without a pay date.

说明：状态有效、支付日期为空的支付。

Why: It counts nowhere: expenditure is what is valid and dated.

Basis: 财办〔2018〕24号; ministry problem list P9.

Method: Status valid, pay date empty. The amount is net of reversals.

Example: A valid payment of 109.84 without date is flagged; pending it is not.

Not flagged: Void and pending payments; payments taken back in full.
*/
SELECT record AS subject, division_code, net_fen AS amount_fen, payee_name
FROM payments
WHERE status = 'valid' AND pay_date IS NULL AND net_fen > 0
