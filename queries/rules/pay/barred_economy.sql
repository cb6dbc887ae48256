/*
rule: pay/barred-economy
title: 扶贫资金用于禁止的经济分类 | Poverty money under a barred economic class
subject: indicator
severity: yellow
class: direction
type: P8
office: budget
default: off
zh: {division}的单位指标 {id}（{amount} 元）含扶贫资金 {poverty} 元，经济分类 {economy_code} 不属于扶贫用途
en: agency indicator {id} of {division} ({amount} yuan) holds {poverty} yuan of poverty money under economic class
    {economy_code}, which is no poverty use
parameter: codes = [501, 50206] | 禁止的经济分类（前缀） | barred economic classes, by prefix

What: An agency's indicator with poverty money under wages (501) or official hospitality (50206).

说明：含扶贫资金、经济分类为工资福利或公务接待的单位指标。

Why: The negative list bars wages, bonuses and hospitality.

Basis: 财农〔2017〕8号 (negative list); ministry problem list P8.

Method: The economic classification begins with one of the codes, and poverty fen in the indicator's pool. The
amount is the whole indicator's.

Example: 10,000 of 21305 money under 50101: flagged when the rule is on.

Not flagged: Unless switched on. Indicators without agency or poverty money.
*/
SELECT i.record AS subject, i.division_code, i.amount_fen, n.poverty_fen, i.economy_code
FROM indicators i
JOIN nodes n ON n.record = i.record
WHERE i.agency_code IS NOT NULL AND n.poverty_fen > 0
  AND len(list_filter($codes, lambda code: starts_with(i.economy_code, code))) > 0
