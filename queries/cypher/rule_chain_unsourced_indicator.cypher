// Rule chain/unsourced-indicator: less came in than is booked, and no dangling previous year says it already.
MATCH (i:Indicator) WHERE i.origin IN ['superior', 'carry_over']
OPTIONAL MATCH (:Record)-[f:FUNDS]->(i)
WITH i, coalesce(sum(f.amount_fen), 0) AS inflow_fen
WHERE inflow_fen < i.amount_fen AND NOT EXISTS { (i)-[:NAMES {field: 'previous_id'}]->(:Missing) }
RETURN i.record AS subject, i.division_code AS division_code, i.amount_fen - inflow_fen AS amount_fen,
       CASE i.origin WHEN 'superior' THEN '上级' ELSE '结转' END AS origin_zh,
       CASE i.origin WHEN 'superior' THEN 'superior' ELSE 'carried-over' END AS origin_en, i.amount_fen AS booked_fen,
       inflow_fen
