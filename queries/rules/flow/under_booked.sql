/*
rule: flow/under-booked
title: 少记指标 | Less booked than came
subject: indicator
severity: yellow
class: volume
type: P9
office: budget
zh: {division}的指标 {id} 流入 {inflow} 元，账上只有 {booked} 元，少记 {amount} 元
en: {inflow} yuan came into {subject} of {division}, but it is booked at {booked} yuan: {amount} yuan are not booked

What: An indicator with more money coming in than it is booked at.

说明：流入大于账上金额的指标。

Why: The rest is nowhere: it can neither be spent nor followed.

Basis: 豫财预〔2013〕139号; ministry problem list P9.

Method: Inflow (transfers and carry-over edges in, net of reversals) − amount.

Example: A transfer of 7,591.68 more than the indicator is booked at.

Not flagged: An indicator that is booked at more than came (chain/unsourced-indicator where it is superior money).
*/
SELECT n.record AS subject, n.division_code, n.inflow_fen - n.amount_fen AS amount_fen, n.amount_fen AS booked_fen,
       n.inflow_fen, (SELECT list(e.source) FROM edges e WHERE e.target = n.record) AS evidence
FROM nodes n
WHERE n.kind = 'indicator' AND n.inflow_fen > n.amount_fen
