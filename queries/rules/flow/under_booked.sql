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

理由：其余部分不知去向：既不能支出，也不能追溯。

Basis: 豫财预〔2013〕139号; ministry problem list P9.

依据：豫财预〔2013〕139号；财政部扶贫资金问题清单 P9。

Method: Inflow (transfers and carry-over edges in, net of reversals) − amount.

方法：流入（下达、分解与结转，扣除冲销）−本身金额。

Example: A transfer of 7,591.68 more than the indicator is booked at.

示例：下达比指标账上金额多 7,591.68 元。

Not flagged: An indicator that is booked at more than came (chain/unsourced-indicator where it is superior money).

不列入：账上金额大于流入的指标（属上级资金的见 chain/unsourced-indicator）。
*/
SELECT n.record AS subject, n.division_code, n.inflow_fen - n.amount_fen AS amount_fen, n.amount_fen AS booked_fen,
       n.inflow_fen, (SELECT list(e.source) FROM edges e WHERE e.target = n.record) AS evidence
FROM nodes n
WHERE n.kind = 'indicator' AND n.inflow_fen > n.amount_fen
