// Rule chain/payment-without-indicator: money went out that no indicator is named for.
MATCH (p:Payment {status: 'valid'})
WHERE p.date IS NOT NULL AND p.amount_fen > 0
  AND NOT EXISTS { (:Indicator)-[:FUNDS {evidence: 'recorded'}]->(p) } AND NOT EXISTS { (p)-[:NAMES {field: 'indicator_id'}]->() }
RETURN p.record AS subject, p.division_code AS division_code, p.amount_fen AS amount_fen, toString(p.date) AS pay_date
