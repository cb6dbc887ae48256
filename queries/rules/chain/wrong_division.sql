/*
rule: chain/wrong-division
title: 区划不符 | Wrong division
subject: transfer, payment
severity: orange
class: direction
type: P9
office: budget
zh: {division}的 {subject}（{amount} 元）区划不符：{why_zh}
en: {subject} ({amount} yuan) does not fit {division}: {why_en}

What: A transfer whose target lies in another division than it says, an issue that does not come from the fiscal
parent of where it goes, a breakdown that leaves its division, or a payment by another division than its
indicator's.

说明：接收区划与接收指标不一致、下达方不是财政上级、分解跨区划，或支付区划与指标区划不一致。

Why: Money jumped between budgets: it counts in the wrong county's figures, and no superior answers for it.

理由：资金跨了预算：算进别的县的数字里，没有上级对它负责。

Basis: Budget Law (2014) art. 3 (each level of government has its own budget); the fiscal hierarchy with directly
administered counties.

依据：《预算法》（2014）第三条（一级政府一级预算）；含省直管县的财政层级。

Method: The fiscal parent is the one in force on the issue date. Integration and carry-over transfers are judged by
their target only. What is not in the ledger is not judged. The amount is net of reversals.

方法：财政上级以下达当日有效者为准。整合与结转只看接收指标。账本中没有的不判断。金额扣除冲销。

Example: A city issues to its own district: right. The province issues to that district, which is not directly
administered: flagged.

示例：市下达给本市的区：正确。省越过市直接下达给并非省直管的该区：列入。

Not flagged: References to records or divisions that the ledger does not have.

不列入：引用账本中没有的记录或区划。
*/
WITH judged AS (
    SELECT t.record, t.to_division_code AS division_code, t.net_fen AS amount_fen, t.kind, t.source_id,
           i.record AS target, i.division_code AS target_division, s.division_code AS source_division,
           d.fiscal_parent, d.division_code AS known_division
    FROM transfers t
    LEFT JOIN indicators i ON i.indicator_id = t.target_id
    LEFT JOIN source_records s ON s.record = t.source_id
    LEFT JOIN division_rows d ON d.division_code = t.to_division_code
        AND t.issue_date >= d.since AND t.issue_date < d.until
), reasons AS (
    SELECT record, division_code, amount_fen, [source_id, target] AS evidence, 1 AS rank,
           '接收指标属于 ' || target_division AS why_zh, 'its target belongs to ' || target_division AS why_en
    FROM judged
    WHERE target_division <> division_code
    UNION ALL
    SELECT record, division_code, amount_fen, [source_id], 2,
           '由 ' || source_division || ' 下达，财政上级是 ' || coalesce(fiscal_parent, '无'),
           'issued by ' || source_division || ', its fiscal parent is ' || coalesce(fiscal_parent, 'none')
    FROM judged
    WHERE kind = 'issue' AND known_division IS NOT NULL AND source_division IS NOT NULL
      AND source_division IS DISTINCT FROM fiscal_parent
    UNION ALL
    SELECT record, division_code, amount_fen, [source_id], 3,
           '分解自 ' || source_division, 'broken down from ' || source_division
    FROM judged
    WHERE kind = 'breakdown' AND source_division <> division_code
    UNION ALL
    SELECT p.record, p.division_code, p.net_fen, [i.record], 4,
           '所用指标属于 ' || i.division_code, 'its indicator belongs to ' || i.division_code
    FROM payments p
    JOIN indicators i ON i.indicator_id = p.indicator_id
    WHERE i.division_code <> p.division_code
)
SELECT record AS subject, any_value(division_code) AS division_code, any_value(amount_fen) AS amount_fen,
       list_distinct(flatten(list(evidence))) AS evidence, string_agg(why_zh, '；' ORDER BY rank) AS why_zh,
       string_agg(why_en, '; ' ORDER BY rank) AS why_en
FROM reasons
WHERE amount_fen > 0
GROUP BY record
