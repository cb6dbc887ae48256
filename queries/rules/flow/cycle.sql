/*
rule: flow/cycle
title: 资金回流 | Money goes round
subject: allocation, transfer, indicator, payment, special_account, account_entry, one_card_batch, one_card_payment
severity: orange
class: direction
type: P7
office: budget
zh: {size} 条记录首尾相接，资金回到原处：{members}；最小的一环为 {amount} 元
en: {size} records form a ring in which money returns to where it came from: {members}; its least movement is
    {amount} yuan

What: A set of records in which money returns to where it came from.

说明：资金经若干记录又回到原处的环。

Why: In sound books money only goes down. A ring is a mistyped source, or money passed round to show figures.

理由：正常账目中资金只向下走。成环的，不是来源写错，就是转圈做数。

Basis: Ministry problem list P7 (false claims).

依据：财政部扶贫资金问题清单 P7（虚报）。

Method: Strongly connected sets of the graph; the subject is the least `kind:id` of the set, the amount its least
edge. In attribution, what only goes round is taken out first.

方法：图中的强连通集；对象为其中最小的“类型:编号”，金额为其中最小的一边。归属计算时，先去掉只是转圈的部分。

Example: Indicators A, B, C pass 1,486,074.60 on to each other in a circle.

示例：指标甲、乙、丙依次转给下一个 1,486,074.60 元，成为一圈。

Not flagged: Diamonds (two ways to the same record).

不列入：菱形（两条路到同一条记录）。
*/
SELECT r.record AS subject, n.division_code, r.edge_fen AS amount_fen, r.members, len(r.members) AS size,
       r.members AS evidence
FROM rings r
JOIN nodes n ON n.record = r.record
