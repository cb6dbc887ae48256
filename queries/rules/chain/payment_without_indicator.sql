/*
rule: chain/payment-without-indicator
title: 支付无指标 | Payment without an indicator
subject: payment
severity: red
class: direction
type: P9
office: payment-centre
zh: {division}于 {pay_date} 支付 {amount} 元给{payee_name}（{subject}），没有指标
en: {division} paid {amount} yuan to {payee_name} on {pay_date} ({subject}) without an indicator

What: A valid, dated payment that names no indicator.

说明：有效且已支付、但未挂接预算指标的支付。

Why: Without an indicator there is no budget behind the payment and no way up to a source.

Basis: Budget Law (2014) art. 13 and 57: spending follows an approved budget; centralised treasury payment (国库集中
支付).

Method: Status valid, pay date present, indicator empty. The amount is net of reversals.

Example: A valid payment of 958,058.66 on 6 June without indicator is flagged; the same payment void is not.

Not flagged: Void, pending and undated payments; payments whose indicator is named but not in the ledger
(chain/dangling-reference); payments taken back in full.
*/
SELECT record AS subject, division_code, net_fen AS amount_fen, pay_date, payee_name
FROM payments
WHERE status = 'valid' AND pay_date IS NOT NULL AND indicator_id IS NULL AND net_fen > 0
