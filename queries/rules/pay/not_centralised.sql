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

理由：实拨出去的钱，立即离开国库的视线。

Basis: Budget Law (2014) art. 61 (centralised treasury payment); ministry problem list P5.

依据：《预算法》（2014）第六十一条（国库集中收付）；财政部扶贫资金问题清单 P5。

Method: Valid, dated, method appropriation, neither an account named nor payee kind special_account. The amount is
net of reversals.

方法：有效、有日期、支付方式为实拨，未写明专户，收款人类型也不是专户。金额扣除冲销。

Example: 5,000 appropriated to a township: flagged when the rule is on.

示例：实拨 5,000 元给乡镇：启用本规则时列入。

Not flagged: Unless switched on: where 实拨 is usual, the rule fires on most payments. Special accounts
(account/lump-sum).

不列入：默认不启用：在习惯实拨的地方，大多数支付都会列入。拨入专户的（见 account/lump-sum）。
*/
SELECT record AS subject, division_code, net_fen AS amount_fen, pay_date, payee_name
FROM payments
WHERE status = 'valid' AND pay_date IS NOT NULL AND net_fen > 0 AND method = 'appropriation'
  AND account_id IS NULL AND payee_kind <> 'special_account'
