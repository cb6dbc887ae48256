/*
rule: card/batch-mismatch
title: 一卡通批次金额不符 | One-card batch does not add up
subject: one_card_batch
severity: yellow
class: volume
type: P9
office: one-card
zh: {division}的一卡通批次 {id} 金额 {booked} 元，拨入 {paid_in} 元，名单合计 {listed} 元，相差 {amount} 元
en: one-card batch {id} of {division} is {booked} yuan, {paid_in} yuan were paid in and its list sums to {listed}
    yuan: {amount} yuan apart

What: A one-card batch whose amount differs from what was paid in, or from the sum of its one-card payments.

说明：批次金额与拨入金额或名单合计（含退回）不一致的一卡通批次。

Why: Money came in that nobody was to get, or somebody was to get money that never came.

理由：要么多拨了没有人应得的钱，要么有人应得的钱没有拨到。

Basis: The one-card rule of the department's 2017 system; ministry problem list P9.

依据：省厅 2017 年系统的一卡通要求；财政部扶贫资金问题清单 P9。

Method: Paid in = valid dated payments and account expenditures into the batch, before reversals. Its list =
one-card payments, paid and returned. The amount is the larger of the two absolute differences.

方法：拨入＝写明该批次的有效、有日期的支付与专户支出，冲销前金额；名单＝已发放与已退回的一卡通发放。金额为两个差
额绝对值中较大者。

Example: A batch of 5,960.64 into which 5,934.16 were paid: 26.48.

示例：批次金额 5,960.64 元，拨入 5,934.16 元：26.48 元。

Not flagged: Returned one-card payments (they belong to the list); money taken back afterwards.

不列入：退回的发放（仍属名单）；事后收回的资金。
*/
WITH paid_in AS (
    SELECT one_card_batch_id AS batch_id, amount_fen FROM payments
    WHERE status = 'valid' AND pay_date IS NOT NULL AND NOT is_reversal
    UNION ALL
    SELECT one_card_batch_id, amount_fen FROM account_entries
    WHERE direction = 'expenditure' AND NOT is_reversal
), paid AS (
    SELECT batch_id, sum(amount_fen)::BIGINT AS fen FROM paid_in GROUP BY batch_id
), listed AS (
    SELECT batch_id, sum(amount_fen)::BIGINT AS fen FROM one_card_payments GROUP BY batch_id
)
SELECT b.record AS subject, b.division_code, b.amount_fen AS booked_fen, coalesce(p.fen, 0) AS paid_in_fen,
       coalesce(l.fen, 0) AS listed_fen,
       greatest(abs(b.amount_fen - coalesce(p.fen, 0)), abs(b.amount_fen - coalesce(l.fen, 0))) AS amount_fen
FROM one_card_batches b
LEFT JOIN paid p ON p.batch_id = b.batch_id
LEFT JOIN listed l ON l.batch_id = b.batch_id
WHERE b.amount_fen <> coalesce(p.fen, 0) OR b.amount_fen <> coalesce(l.fen, 0)
