/*
rule: card/listed-person
title: 发放给关注名单人员 | Paid to a person on a watch list
subject: one_card_payment
severity: orange
class: direction
type: P7
office: one-card
default: off
zh: {division}的一卡通发放 {id}（{programme}，{month}，{amount} 元）发给了关注名单“{lists}”上的人员
en: one-card payment {id} of {division} ({programme}, {month}, {amount} yuan) went to a person on the watch list
    "{lists}"
parameter: lists = [*] | 使用的名单，* 为全部 | watch lists that are used, * for all

What: A paid one-card payment to a person who is on a watch list (deceased, public employees, not registered poor)
on the day it was paid.

说明：发放当日收款人在关注名单（已故、财政供养、非建档立卡等）上的一卡通发放。

Why: Audits find false claims by just these lists.

理由：审计正是用这些名单查出虚报冒领的。

Basis: Audit practice of joining payments with outside lists; ministry problem list P7.

依据：审计机关以外部名单比对发放数据的做法；财政部扶贫资金问题清单 P7。

Method: By the keyed token of the identity number; rows of the list with a name only are not compared. One finding a
payment, naming every list.

方法：按身份证号的加密令牌比对；名单中只有姓名的行不比对。每笔发放一个疑点，列出所在的全部名单。

Example: The list "deceased" has a person from 1 March; a payment of 6 June to that person is flagged.

示例：“已故”名单中某人自 3 月 1 日起列入，6 月 6 日发给此人的一笔：列入。

Not flagged: Unless switched on. Returned payments; days outside the list's validity.

不列入：默认不启用。已退回的发放；名单有效期以外的日子。
*/
SELECT c.record AS subject, b.division_code, c.amount_fen, b.programme, c.month,
       list(DISTINCT w.list ORDER BY w.list) AS lists
FROM one_card_payments c
JOIN one_card_batches b ON b.batch_id = c.batch_id
JOIN watch_lists w ON w.token = c.person_id
    AND b.pay_date BETWEEN coalesce(w.valid_from, b.pay_date) AND coalesce(w.valid_to, b.pay_date)
WHERE c.status = 'paid' AND (list_contains($lists, '*') OR list_contains($lists, w.list))
GROUP BY c.record, b.division_code, c.amount_fen, b.programme, c.month
