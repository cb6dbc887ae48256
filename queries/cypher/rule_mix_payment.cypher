// Rule mix/payment: payments of mixed money, and the least record that both kinds come to each from.
MATCH (p:Payment {mixed: true}) WHERE p.poverty_fen > 0 AND p.other_fen > 0
OPTIONAL MATCH (before:Record)-[f:FUNDS]->(p) WHERE f.poverty_fen > 0 AND f.flow_fen > f.poverty_fen
RETURN p.record AS subject, p.division_code AS division_code,
       CASE WHEN p.poverty_fen < p.other_fen THEN p.poverty_fen ELSE p.other_fen END AS amount_fen,
       p.amount_fen AS paid_fen, p.poverty_fen AS poverty_fen, p.other_fen AS other_fen, min(before.record) AS indicator
