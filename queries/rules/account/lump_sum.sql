/*
rule: account/lump-sum
title: 整笔拨入专户 | Lump sum into a special account
subject: payment
severity: red, yellow
class: direction
type: P5
office: account
zh: {division}于 {pay_date} 将 {amount} 元（其中扶贫资金 {poverty} 元）整笔拨入专
    户{account}（{subject}），{books_zh}
en: on {pay_date} {division} paid {amount} yuan ({poverty} yuan of it poverty money) into the special account
    {account} ({subject}); {books_en}

What: A payment of poverty money to a special account.

说明：扶贫资金整笔转入财政专户的支付。

Why: Under calibre 2017 it counts as spent while it lies in an account. Who got it in the end is seen only where the
account's own bookkeeping is on.

理由：按 2017 年口径，资金进专户即算支出，其实仍躺在账上；最后给了谁，只有专户自己启用收支核算才看得见。

Basis: 豫财库〔2015〕4号 (bookkeeping of special accounts); ministry problem list P5.

依据：豫财库〔2015〕4号（专户收支核算）；财政部扶贫资金问题清单 P5。

Method: The payment names an account, or its payee is one, and its class fen hold poverty money. Red where the
bookkeeping is off as of the date asked or the account is not known. The amount is the whole payment.

方法：支付写明专户，或收款人类型为专户，且支付金额中含扶贫资金。截至日期专户未启用核算或专户不明的为红色。金额为
整笔支付。

Example: 2,026,911.40 into an account without bookkeeping: red. Into one with it: yellow.

示例：2,026,911.40 元拨入未启用核算的专户：红色；拨入已启用的：黄色。

Not flagged: Payments without poverty money.

不列入：不含扶贫资金的支付。
*/
SELECT p.record AS subject, p.division_code, p.net_fen AS amount_fen, n.amount_poverty_fen AS poverty_fen, p.pay_date,
       coalesce(a.name, p.account_id, p.payee_name) AS account, [a.record] AS evidence,
       CASE WHEN k.kept THEN 'yellow' ELSE 'red' END AS severity,
       CASE WHEN k.kept THEN '专户已启用收支核算' WHEN a.record IS NULL THEN '专户不明' ELSE '专户未启用收支核算' END AS books_zh,
       CASE WHEN k.kept THEN 'its bookkeeping is on' WHEN a.record IS NULL THEN 'the account is not known'
            ELSE 'its bookkeeping is off' END AS books_en
FROM payments p
JOIN nodes n ON n.record = p.record AND n.amount_poverty_fen > 0
LEFT JOIN special_accounts a ON a.account_id = p.account_id
LEFT JOIN kept_accounts k ON k.record = a.record
WHERE p.account_id IS NOT NULL OR p.payee_kind = 'special_account'
