/*
rule: label/missing
title: 漏标扶贫标识 | Poverty flag missing
subject: indicator
severity: yellow
class: direction
type: P9
office: budget
zh: {division}的指标 {id}（{amount} 元，功能科目 {function_code}）未标扶贫，但{why_zh}
en: {subject} of {division} ({amount} yuan, function {function_code}) is not flagged, but {why_en}

What: An indicator without the poverty flag whose function code is not in 21305, although it is integrated, or on
the year's list of funds that may be integrated, or fed by transfers whose source records are all in scope.

说明：功能科目不在 21305、未标扶贫标识的指标，却属于统筹整合、列入清单，或其全部来源均为扶贫资金。

Why: Poverty money leaves the province's view here: it counts neither in scale nor in expenditure.

理由：扶贫资金在这里离开省里的视线：规模和支出都不再计入。

Basis: 国办发〔2016〕22号 (integration of agricultural funds in poverty counties); 财农〔2017〕8号; ministry problem
list P9.

依据：国办发〔2016〕22号（贫困县涉农资金统筹整合）；财农〔2017〕8号；财政部扶贫资金问题清单 P9。

Method: An empty flag is not set. On the list a document row goes before a function row, a longer code before a
shorter. The source record is the allocation or indicator a transfer comes from.

方法：标识为空视为未标。清单中文号行先于科目行，长代码先于短代码。来源记录指下达所出自的资金安排或指标。

Example: All transfers into the indicator come from 2130504 money in scope, its own code is 2130142 and its flag is
empty: flagged.

示例：进入该指标的下达全部出自范围内的 2130504 资金，本身科目为 2130142、标识为空：列入。

Not flagged: Function codes in 21305 (in scope without a flag); an indicator of which one source is out of scope or
not in the ledger.

不列入：21305 科目（无须标识即在范围内）；有一个来源在范围外或不在账本中的指标。
*/
WITH sources AS (
    SELECT indicator, bool_and(source_in_scope) AS all_in_scope, list(source_record) AS evidence
    FROM incoming_transfers
    GROUP BY indicator
)
SELECT i.record AS subject, i.division_code, i.amount_fen, i.function_code, s.evidence,
       CASE WHEN i.integrated THEN '属于统筹整合' WHEN l.record IS NOT NULL THEN '已列入统筹整合清单'
            ELSE '其来源全部为扶贫资金' END AS why_zh,
       CASE WHEN i.integrated THEN 'it is integrated' WHEN l.record IS NOT NULL THEN 'it is on the list'
            ELSE 'all its sources are in scope' END AS why_en
FROM indicators i
LEFT JOIN listed_indicators l ON l.record = i.record
LEFT JOIN sources s ON s.indicator = i.record
WHERE NOT coalesce(i.poverty, false) AND NOT coalesce(starts_with(i.function_code, '21305'), false)
  AND (i.integrated OR l.record IS NOT NULL OR s.all_in_scope)
