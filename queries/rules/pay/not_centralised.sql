/*
rule: pay/not-centralised
title: 未经国库集中支付 | Not paid through the treasury
subject: payment
severity: yellow
class: direction
type: P5
office: payment-centre
default: off
zh: {division}于 {pay_date} 以实拨方式支付 {amount} 元给{payee_name}（{subject}），未经国库集中支付
en: on {pay_date} {division} paid {amount} yuan to {payee_name} ({subject}) by appropriation, not through the
    treasury

What: A payment by appropriation (实拨) that does not go to a special account.

说明：支付方式为实拨、且收款方不是财政专户的支付。

Why: What is appropriated leaves the treasury's sight at once.

Basis: Budget Law (2014) art. 61 (centralised treasury payment); ministry problem list P5.

Method: Valid, dated, method appropriation, neither an account named nor payee kind special_account. The amount is
net of reversals.

Example: 5,000 appropriated to a township: flagged when the rule is on.

Not flagged: Unless switched on: where 实拨 is usual, the rule fires on most payments. Special accounts
(account/lump-sum).
*/
SELECT record AS subject, division_code, net_fen AS amount_fen, pay_date, payee_name
FROM payments
WHERE status = 'valid' AND pay_date IS NOT NULL AND net_fen > 0 AND method = 'appropriation'
  AND account_id IS NULL AND payee_kind <> 'special_account'
