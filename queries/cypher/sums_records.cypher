// What the records of each division add up to, or each record of some, from the values really there: what somebody
// changed shows. The same arithmetic as lineage/stores/seals.py with the weights of columns.py.
MATCH (r:Record)
WITH CASE WHEN $each THEN r.record END AS record, coalesce(r.division_code, '') AS division, r
WHERE $divisions IS NULL OR division IN $divisions
WITH record, division, coalesce(r.seal, 0) AS seal, r.amount_fen AS amount_fen,
     (
         coalesce(r.amount_fen, 0) % $prime * 3 +
         coalesce(r.pool_fen, 0) % $prime * 5 +
         coalesce(r.inflow_fen, 0) % $prime * 7 +
         coalesce(r.outflow_fen, 0) % $prime * 11 +
         coalesce(r.unsourced_fen, 0) % $prime * 13 +
         coalesce(r.poverty_fen, 0) % $prime * 17 +
         coalesce(r.other_fen, 0) % $prime * 19 +
         coalesce(r.declared_fen, 0) % $prime * 23 +
         coalesce(r.pool_poverty_fen, 0) % $prime * 29 +
         coalesce(r.pool_other_fen, 0) % $prime * 31 +
         coalesce(r.outside_fen, 0) % $prime * 37 +
         coalesce(r.deposits, 0) % $prime * 41 +
         coalesce(r.draws, 0) % $prime * 43 +
         coalesce(r.named_draws, 0) % $prime * 47 +
         coalesce(r.date.year * 372 + r.date.month * 31 + r.date.day, 0) * 53 +
         (CASE WHEN r.in_scope THEN 1 ELSE 0 END) * 59 +
         (CASE WHEN r.mixed THEN 1 ELSE 0 END) * 61 +
         (CASE WHEN r.broken THEN 1 ELSE 0 END) * 67 +
         (CASE WHEN r.waiting THEN 1 ELSE 0 END) * 71 +
         (CASE WHEN r.kept THEN 1 ELSE 0 END) * 73 +
         (CASE r.state WHEN 'broken' THEN 1 WHEN 'partial' THEN 2 WHEN 'complete' THEN 3 ELSE 0 END) * 79 +
         (CASE r.kind WHEN 'issue' THEN 1 WHEN 'breakdown' THEN 2 WHEN 'carry_over' THEN 3 WHEN 'integration' THEN 4 ELSE 0 END) * 83 +
         (CASE r.origin WHEN 'superior' THEN 1 WHEN 'own' THEN 2 WHEN 'carry_over' THEN 3 ELSE 0 END) * 89 +
         (CASE r.status WHEN 'valid' THEN 1 WHEN 'void' THEN 2 WHEN 'pending' THEN 3 ELSE 0 END) * 97
     ) % $prime AS values
WITH record, division, seal, amount_fen, values * (abs(seal % $weights) + 1) % $prime AS content
RETURN record, division, count(*) AS count, sum((seal - seal % $half) / $half) AS high, sum(seal % $half) AS low,
       sum(coalesce(content, 0)) AS content, sum(coalesce(amount_fen, 0)) AS fen
