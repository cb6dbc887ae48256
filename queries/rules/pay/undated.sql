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

理由：哪里也不计入：支出只算有效且有日期的。

Basis: 财办〔2018〕24号; ministry problem list P9.

依据：财办〔2018〕24号；财政部扶贫资金问题清单 P9。

Method: Status valid, pay date empty. The amount is net of reversals.

方法：状态有效、支付日期为空。金额扣除冲销。

Example: A valid payment of 109.84 without date is flagged; pending it is not.

示例：109.84 元的有效支付没有日期：列入；待支付的不列入。

Not flagged: Void and pending payments; payments taken back in full.

不列入：作废与待支付的；已全额收回的支付。
*/
SELECT record AS subject, division_code, net_fen AS amount_fen, payee_name
FROM payments
WHERE status = 'valid' AND pay_date IS NULL AND net_fen > 0
