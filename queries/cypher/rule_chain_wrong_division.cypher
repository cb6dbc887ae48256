// Rule chain/wrong-division: money that leaves one division's chain for another's where it may not.
CALL {
    MATCH (t:Transfer)-[:FUNDS {evidence: 'recorded'}]->(i:Indicator)
    WHERE i.division_code <> t.division_code
    OPTIONAL MATCH (s:Record)-[:FUNDS {evidence: 'recorded'}]->(t)
    OPTIONAL MATCH (t)-[:NAMES {field: 'source_id'}]->(m:Missing)
    RETURN t AS r, 1 AS rank, [coalesce(s.record, m.record), i.record] AS evidence,
           '接收指标属于 ' + i.division_code AS why_zh, 'its target belongs to ' + i.division_code AS why_en
    UNION ALL
    MATCH (s:Record)-[:FUNDS {evidence: 'recorded'}]->(t:Transfer {kind: 'issue'})
    MATCH (d:Division {division_code: t.division_code})
    UNWIND [place IN range(0, size(d.since) - 1)
            WHERE d.since[place] <= toString(t.date) AND toString(t.date) < d.until[place] | d.parents[place]] AS parent
    WITH s, t, parent WHERE s.division_code <> parent
    RETURN t AS r, 2 AS rank, [s.record] AS evidence,
           '由 ' + s.division_code + ' 下达，财政上级是 ' + CASE parent WHEN '' THEN '无' ELSE parent END AS why_zh,
           'issued by ' + s.division_code + ', its fiscal parent is ' + CASE parent WHEN '' THEN 'none' ELSE parent END AS why_en
    UNION ALL
    MATCH (s:Record)-[:FUNDS {evidence: 'recorded'}]->(t:Transfer {kind: 'breakdown'})
    WHERE s.division_code <> t.division_code
    RETURN t AS r, 3 AS rank, [s.record] AS evidence, '分解自 ' + s.division_code AS why_zh,
           'broken down from ' + s.division_code AS why_en
    UNION ALL
    MATCH (i:Indicator)-[:FUNDS {evidence: 'recorded'}]->(p:Payment)
    WHERE i.division_code <> p.division_code
    RETURN p AS r, 4 AS rank, [i.record] AS evidence, '所用指标属于 ' + i.division_code AS why_zh,
           'its indicator belongs to ' + i.division_code AS why_en
    UNION ALL
    MATCH (p:Payment)-[:NAMES {field: 'indicator_id'}]->(i:Indicator)
    WHERE i.division_code <> p.division_code
    RETURN p AS r, 4 AS rank, [i.record] AS evidence, '所用指标属于 ' + i.division_code AS why_zh,
           'its indicator belongs to ' + i.division_code AS why_en
}
WITH r, rank, evidence, why_zh, why_en ORDER BY rank
WHERE r.amount_fen > 0
WITH r, collect(evidence) AS named, collect(why_zh) AS reasons_zh, collect(why_en) AS reasons_en
RETURN r.record AS subject, r.division_code AS division_code, r.amount_fen AS amount_fen,
       reduce(all = [], one IN named | all + one) AS evidence,
       reduce(text = '', one IN reasons_zh | text + CASE text WHEN '' THEN '' ELSE '；' END + one) AS why_zh,
       reduce(text = '', one IN reasons_en | text + CASE text WHEN '' THEN '' ELSE '; ' END + one) AS why_en
