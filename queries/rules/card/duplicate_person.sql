/*
rule: card/duplicate-person
title: 同人同月重复发放 | Paid twice to one person
subject: one_card_payment
severity: orange
class: direction
type: P7
office: one-card
zh: {division}的一卡通发放 {id}（{programme}，{month}）{amount} 元：同一人同项目同月已由 {first} 发放
en: one-card payment {id} of {division} ({programme}, {month}) of {amount} yuan: the same person was paid for that
    programme and month by {first}

What: A one-card payment to a person who has already been paid for the same programme and month.

说明：同一人、同一补贴项目、同一月份已发放过的一卡通发放。

Why: Double claims are the commonest false claim in subsidies to persons.

理由：对个人补贴的虚报冒领，最常见的就是重复领取。

Basis: Ministry problem list P7 (虚报、冒领、套取).

依据：财政部扶贫资金问题清单 P7（虚报、冒领、套取）。

Method: Status paid; ordered by the batch's date, then id: every one after the first is accused. Persons are
compared by their keyed token.

方法：状态为已发放；按批次日期、编号排序，第二笔起均列入。人员按加密令牌比对。

Example: 公益岗位 for June paid in the batch of 6 June and again on 6 July: the second is accused. For July, or for
another programme, it is not.

示例：6 月份公益岗位补贴在 6 月 6 日批次发过，7 月 6 日又发一次：后一笔列入；7 月份的，或其他项目的，不列入。

Not flagged: Returned payments, whether the first or the second.

不列入：已退回的发放，不论是前一笔还是后一笔。
*/
SELECT c.record AS subject, b.division_code, c.amount_fen, b.programme, c.month,
       first_value(c.record) OVER earlier AS first, [first_value(c.record) OVER earlier] AS evidence
FROM one_card_payments c
JOIN one_card_batches b ON b.batch_id = c.batch_id
WHERE c.status = 'paid'
WINDOW earlier AS (PARTITION BY c.person_id, b.programme, c.month ORDER BY b.pay_date, c.one_card_payment_id)
QUALIFY row_number() OVER earlier > 1
