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

理由：负面清单禁止用于工资、奖金和招待。

Basis: 财农〔2017〕8号 (negative list); ministry problem list P8.

依据：财农〔2017〕8号（负面清单）；财政部扶贫资金问题清单 P8。

Method: The economic classification begins with one of the codes, and poverty fen in the indicator's pool. The
amount is the whole indicator's.

方法：经济分类以所列代码开头，且指标的资金池中含扶贫资金。金额为整条指标。

Example: 10,000 of 21305 money under 50101: flagged when the rule is on.

示例：21305 资金 10,000 元列 50101：启用本规则时列入。

Not flagged: Unless switched on. Indicators without agency or poverty money.

不列入：默认不启用。没有单位或不含扶贫资金的指标。
*/
SELECT i.record AS subject, i.division_code, i.amount_fen, n.poverty_fen, i.economy_code
FROM indicators i
JOIN nodes n ON n.record = i.record
WHERE i.agency_code IS NOT NULL AND n.poverty_fen > 0
  AND len(list_filter($codes, lambda code: starts_with(i.economy_code, code))) > 0
