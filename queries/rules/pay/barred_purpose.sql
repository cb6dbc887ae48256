/*
rule: pay/barred-purpose
title: 用途敏感词 | Barred word in the purpose
subject: payment
severity: yellow
class: direction
type: P3
office: payment-centre
zh: {division}的支付 {id}（{amount} 元，其中扶贫资金 {poverty} 元，付给{payee_name}）用途“{purpose}”含“{word}”
en: payment {id} of {division} ({amount} yuan, {poverty} yuan of it poverty money, to {payee_name}) has "{word}" in
    its purpose: "{purpose}"
parameter: words = [招待, 奖金, 福利费, 购车, 办公楼, 还债, 偿还债务] | 用途中的词 | words in the purpose

What: A payment of poverty money whose purpose has a barred word.

说明：用途含招待、奖金、福利费、购车、办公楼、还债等字样的扶贫资金支付。

Why: The negative list bars these uses.

理由：负面清单禁止这些用途。

Basis: 财农〔2017〕8号 (negative list); ministry problem list P3.

依据：财农〔2017〕8号（负面清单）；财政部扶贫资金问题清单 P3。

Method: One of the words in the purpose, and poverty fen in the payment. The amount is the whole payment.

方法：用途含所列字样之一，且支付中含扶贫资金。金额为整笔支付。

Example: 281.68 for 业务招待: flagged. 产业发展奖补 is not (补 is no bonus).

示例：281.68 元用于业务招待：列入；产业发展奖补不列入（奖补不是奖金）。

Not flagged: Payments without poverty money; void, pending and undated payments.

不列入：不含扶贫资金的支付；作废、待支付、无日期的支付。
*/
SELECT p.record AS subject, p.division_code, p.net_fen AS amount_fen, n.amount_poverty_fen AS poverty_fen, p.payee_name,
       p.purpose, list_filter($words, lambda word: contains(p.purpose, word))[1] AS word
FROM payments p
JOIN nodes n ON n.record = p.record AND n.amount_poverty_fen > 0
WHERE word IS NOT NULL
