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

理由：没有指标，支付背后就没有预算，也无法向上追到来源。

Basis: Budget Law (2014) art. 13 and 57: spending follows an approved budget; centralised treasury payment (国库集中
支付).

依据：《预算法》（2014）第十三条、第五十七条：支出以经批准的预算为依据；国库集中支付。

Method: Status valid, pay date present, indicator empty. The amount is net of reversals.

方法：状态有效、有支付日期、指标为空。金额扣除冲销。

Example: A valid payment of 958,058.66 on 6 June without indicator is flagged; the same payment void is not.

示例：6 月 6 日一笔 958,058.66 元的有效支付没有指标：列入；同一笔若已作废则不列入。

Not flagged: Void, pending and undated payments; payments whose indicator is named but not in the ledger
(chain/dangling-reference); payments taken back in full.

不列入：作废、待支付、无日期的支付；写明指标而账本中没有的支付（见 chain/dangling-reference）；已全额收回的支付。
*/
SELECT record AS subject, division_code, net_fen AS amount_fen, pay_date, payee_name
FROM payments
WHERE status = 'valid' AND pay_date IS NOT NULL AND indicator_id IS NULL AND net_fen > 0
