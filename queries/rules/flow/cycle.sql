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

Basis: Ministry problem list P7 (false claims).

Method: Strongly connected sets of the graph; the subject is the least `kind:id` of the set, the amount its least
edge. In attribution, what only goes round is taken out first.

Example: Indicators A, B, C pass 1,486,074.60 on to each other in a circle.

Not flagged: Diamonds (two ways to the same record).
*/
SELECT r.record AS subject, n.division_code, r.edge_fen AS amount_fen, r.members, len(r.members) AS size,
       r.members AS evidence
FROM rings r
JOIN nodes n ON n.record = r.record
