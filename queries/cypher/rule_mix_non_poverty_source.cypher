// Rule mix/non-poverty-source: into a poverty indicator one transfer brings poverty money, another only other money.
MATCH (t:Transfer)-[f:FUNDS]->(i:Indicator {in_scope: true}) WHERE f.amount_fen > 0
WITH i, t, coalesce(f.poverty_fen, 0) AS poverty, coalesce(f.flow_fen, 0) - coalesce(f.poverty_fen, 0) AS other
WITH i, sum(other) AS other_fen, sum(poverty) AS poverty_fen, collect(t.record) AS evidence,
     max(CASE WHEN poverty > 0 THEN 1 ELSE 0 END) AS some_poverty,
     max(CASE WHEN poverty = 0 AND other > 0 THEN 1 ELSE 0 END) AS some_other
WHERE some_poverty = 1 AND some_other = 1
RETURN i.record AS subject, i.division_code AS division_code, other_fen AS amount_fen, poverty_fen, evidence
