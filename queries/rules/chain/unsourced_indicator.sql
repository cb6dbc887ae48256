/*
rule: chain/unsourced-indicator
title: 指标无来源 | Indicator without a source
subject: indicator
severity: red
class: direction
type: P9
office: budget
zh: {division}的指标 {id} 来源记为{origin_zh}，账上 {booked} 元，流入只有 {inflow} 元，{amount} 元没有来源
en: {subject} of {division} is booked as {origin_en} money at {booked} yuan, but {inflow} yuan came in: {amount}
    yuan have no source

What: An indicator said to come from the superior, or to be carried over, with less money coming in than it is
booked at.

说明：来源为上级或结转的指标，账上金额大于实际流入。

Why: Superior money comes by a document through the linkage. What did not come was typed in, and cannot be traced to
a source.

理由：上级资金凭文件经贯通而来；没有来的部分是手工录入的，追不到来源。

Basis: 豫财预〔2013〕139号 (linkage of indicators between levels); ministry problem list P9.

依据：豫财预〔2013〕139号（指标上下级贯通）；财政部扶贫资金问题清单 P9。

Method: Inflow = all transfers and carry-over edges into the indicator, recorded or by document. The amount is what
is missing.

方法：流入＝进入该指标的全部下达、分解与结转，不论是登记的还是按文号匹配的。金额为缺少的部分。

Example: Booked at 3,059,410.32 as superior money with no transfer: 3,059,410.32 without a source.

示例：账上 3,059,410.32 元上级资金，没有任何下达：3,059,410.32 元没有来源。

Not flagged: Own indicators (declared money is a source in itself); an indicator whose named previous record is not
in the ledger (chain/dangling-reference says it).

不列入：本级指标（自报来源本身即为来源）；写明的上年指标不在账本中的指标（见 chain/dangling-reference）。
*/
SELECT i.record AS subject, i.division_code, i.amount_fen - n.inflow_fen AS amount_fen, CASE i.origin WHEN 'superior' THEN '上级' ELSE '结转' END AS origin_zh,
       CASE i.origin WHEN 'superior' THEN 'superior' ELSE 'carried-over' END AS origin_en, i.amount_fen AS booked_fen, n.inflow_fen
FROM indicators i
JOIN nodes n ON n.record = i.record
WHERE i.origin IN ('superior', 'carry_over') AND n.inflow_fen < i.amount_fen
  AND NOT (i.previous_id IS NOT NULL AND i.previous_id NOT IN (SELECT indicator_id FROM indicators))
