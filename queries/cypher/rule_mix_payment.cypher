// Rule mix/payment: payments of mixed money, with what their indicator holds, and the least mixed record before them.
MATCH (p:Payment {mixed: true}) WHERE p.poverty_fen > 0 AND p.other_fen > 0
OPTIONAL MATCH (i:Indicator)-[:FUNDS {evidence: 'recorded'}]->(p)
OPTIONAL MATCH (before:Record {mixed: true})-[:FUNDS]->(p)
WITH p, i, min(before.record) AS parent
RETURN p.record AS subject, p.division_code AS division_code, p.amount_fen AS paid_fen, p.poverty_fen AS poverty_fen,
       p.other_fen AS other_fen, i.record AS indicator, coalesce(i.pool_poverty_fen, 0) AS pool_poverty_fen,
       coalesce(i.pool_other_fen, 0) AS pool_other_fen, parent
