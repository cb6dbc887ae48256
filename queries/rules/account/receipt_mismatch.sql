/*
rule: account/receipt-mismatch
title: 专户收款与拨付不符 | Receipt and payment do not match
subject: payment
severity: yellow
class: volume
type: P9
office: account
default: off
zh: {division}的支付 {id} 于 {pay_date} 拨入专户{account} {paid} 元，专户确认收到 {confirmed} 元，相差 {amount} 元
en: {division} paid {paid} yuan into special account {account} on {pay_date} ({subject}), which confirms {confirmed}
    yuan: {amount} yuan apart
parameter: days = 7 in 0..365 | 多少天内应确认收款 | days within which a receipt is due

What: A payment into a special account that keeps its books, whose receipts are missing after `days` days, or differ
in sum.

说明：拨入已启用收支核算的专户、超过规定天数没有收款确认，或确认金额不符的支付。

Why: What was sent and what came differ: either a record is missing, or money.

理由：拨出的与收到的不一样：不是少了记录，就是少了钱。

Basis: 豫财库〔2015〕4号; ministry problem list P9.

依据：豫财库〔2015〕4号；财政部扶贫资金问题清单 P9。

Method: Valid, dated payments that name an account whose bookkeeping is on; Σ receipts of that account which name
the payment, net of reversals. The amount is the absolute difference.

方法：有效、有日期、写明已启用核算专户的支付，与该专户写明此笔支付的收款合计（扣除冲销）相比。金额为差额的绝对值。

Example: 2,000 paid in on 1 August, no receipt by 30 September: 2,000.

示例：8 月 1 日拨入 2,000 元，至 9 月 30 日仍无收款：2,000 元。

Not flagged: Unless switched on. Payments of the last `days` days without a receipt yet.

不列入：默认不启用。规定天数（`days`）以内、尚无收款的支付。
*/
WITH confirmed AS (
    SELECT payment_id, account_id, sum(net_fen)::BIGINT AS fen
    FROM account_entries
    WHERE direction = 'receipt'
    GROUP BY ALL
)
SELECT p.record AS subject, p.division_code, abs(p.net_fen - coalesce(c.fen, 0)) AS amount_fen, p.net_fen AS paid_fen,
       coalesce(c.fen, 0) AS confirmed_fen, p.pay_date, a.account_id AS account, [a.record] AS evidence
FROM payments p
JOIN kept_accounts a ON a.account_id = p.account_id AND a.kept
LEFT JOIN confirmed c ON c.payment_id = p.payment_id AND c.account_id = p.account_id
WHERE p.status = 'valid' AND p.pay_date IS NOT NULL AND NOT p.is_reversal
  AND p.net_fen <> coalesce(c.fen, 0) AND (c.fen IS NOT NULL OR $as_of - p.pay_date > $days)
