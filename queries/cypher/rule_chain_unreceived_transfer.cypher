// Rule chain/unreceived-transfer: issues that nobody received, days after they were issued.
MATCH (t:Transfer {waiting: true})
WHERE t.amount_fen > 0 AND NOT EXISTS { (t)-[:FUNDS]->() }
WITH t, duration.inDays(t.date, date($as_of)).days AS days WHERE days > $days
OPTIONAL MATCH (s:Record)-[:FUNDS {evidence: 'recorded'}]->(t)
OPTIONAL MATCH (t)-[:NAMES {field: 'source_id'}]->(m:Missing)
RETURN t.record AS subject, t.division_code AS division_code, t.amount_fen AS amount_fen, toString(t.date) AS issue_date,
       days AS days_since, t.doc_no AS number, CASE WHEN days > $days_red THEN 'red' ELSE 'yellow' END AS severity,
       [coalesce(s.record, m.record)] AS evidence
