/*
rule: pay/barred-function
title: 扶贫资金用于禁止科目 | Poverty money under a barred function
subject: indicator
severity: red
class: direction
type: P3
office: budget
zh: {division}的单位指标 {id}（{amount} 元）含扶贫资金 {poverty} 元，功能科目 {function_code} 不属于扶贫用途
en: agency indicator {id} of {division} ({amount} yuan) holds {poverty} yuan of poverty money under function
    {function_code}, which is no poverty use
parameter: functions = [202, 203, 204, 227, 232] | 禁止的功能科目类 | function classes outside poverty use

What: An agency's indicator with poverty money whose function class lies outside poverty use.

说明：含扶贫资金、功能科目类为外交、国防、公共安全、预备费、债务付息等的单位指标。

Why: Foreign affairs, defence, public security, reserves and interest are not for the poor.

理由：外交、国防、公共安全、预备费、债务付息不是扶贫用途。

Basis: 财农〔2017〕8号 (negative list); the check 疑似错用科目 of the ministry's platform; ministry problem list P3.

依据：财农〔2017〕8号（负面清单）；财政部平台检查项“疑似错用科目”；财政部扶贫资金问题清单 P3。

Method: The first three digits of the function code, and poverty fen in the indicator's pool. The amount is the
whole indicator's.

方法：功能科目前三位属于所列类，且指标的资金池中含扶贫资金。金额为整条指标。

Example: 2,357,175.84 of 21305 money broken down to an agency under 2040299: flagged.

示例：21305 资金 2,357,175.84 元分解到单位，列 2040299：列入。

Not flagged: Indicators still with the finance bureau (no agency); indicators without poverty money.

不列入：仍在财政的指标（没有单位）；不含扶贫资金的指标。
*/
SELECT i.record AS subject, i.division_code, i.amount_fen, n.poverty_fen, i.function_code
FROM indicators i
JOIN nodes n ON n.record = i.record
WHERE i.agency_code IS NOT NULL AND n.poverty_fen > 0 AND list_contains($functions, left(i.function_code, 3))
