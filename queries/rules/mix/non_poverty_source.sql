/*
rule: mix/non-poverty-source
title: 非扶贫资金并入扶贫指标 | Non-poverty transfer merged into a poverty indicator
subject: indicator
severity: red
class: direction
type: P3
office: budget
zh: {division}的扶贫指标 {id} 同时接收扶贫资金 {poverty} 元和非扶贫资金 {amount} 元
en: poverty indicator {id} of {division} received {poverty} yuan of poverty money together with {amount} yuan of
    other money

What: An in-scope indicator into which one transfer brings poverty money and another only other money.

说明：在范围内的指标，下达来的资金中一笔含扶贫资金、另一笔全部为非扶贫资金。

Why: What is paid from it can no longer be said to be poverty money; every payment below is mixed.

理由：从中支付的，再也说不清是不是扶贫资金；其下每一笔支付都是混用。

Basis: 财农〔2017〕8号 (money for its purpose only); ministry problem list P3.

依据：财农〔2017〕8号（专款专用）；财政部扶贫资金问题清单 P3。

Method: By the class fen of the transfers coming in (pro-rata class pass). The amount is the other money that came
in.

方法：按下达来的资金的类别金额（按比例的全账归属）。金额为进入的其他资金。

Example: 88,769.28 of 21305 money and 29,589.76 of 2050204 money were received into one flagged indicator:
29,589.76.

示例：一条扶贫指标收到 21305 资金 88,769.28 元和 2050204 资金 29,589.76 元：29,589.76 元。

Not flagged: Indicators out of scope; one mixed transfer alone (its cause lies above).

不列入：范围外的指标；只有一笔混合下达的（原因在上面）。
*/
SELECT i.record AS subject, i.division_code, sum(t.other_fen)::BIGINT AS amount_fen,
       sum(t.poverty_fen)::BIGINT AS poverty_fen, list(t.transfer) AS evidence
FROM indicators i
JOIN incoming_transfers t ON t.indicator = i.record
WHERE i.in_scope
GROUP BY i.record, i.division_code
HAVING bool_or(t.poverty_fen > 0) AND bool_or(t.poverty_fen = 0 AND t.other_fen > 0)
