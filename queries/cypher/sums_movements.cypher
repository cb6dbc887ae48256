// What the movements that leave each division's records add up to, or each movement of some, from the values really
// there. The same arithmetic as lineage/stores/seals.py with the weights of columns.py.
MATCH (source:Record)-[f:FUNDS]->(target:Record)
WITH CASE WHEN $each THEN [source.record, target.record, elementId(f)] END AS movement,
     coalesce(source.division_code, '') AS division, f
WHERE $divisions IS NULL OR division IN $divisions
WITH movement, division, coalesce(f.seal, 0) AS seal, f.amount_fen AS amount_fen,
     (
         coalesce(f.amount_fen, 0) % $prime * 3 +
         coalesce(f.flow_fen, 0) % $prime * 5 +
         coalesce(f.date.year * 372 + f.date.month * 31 + f.date.day, 0) * 7 +
         coalesce(f.line_before, 0) % $prime * 11 +
         coalesce(f.named_before, 0) % $prime * 13 +
         coalesce(f.named_part, 0) % $prime * 17 +
         coalesce(f.poverty_fen, 0) % $prime * 19 +
         (CASE f.evidence WHEN 'recorded' THEN 1 WHEN 'document' THEN 2 WHEN 'asserted' THEN 3 WHEN 'proposed' THEN 4 ELSE 0 END) * 23
     ) % $prime AS values
WITH movement, division, seal, amount_fen, values * (abs(seal % $weights) + 1) % $prime AS content
RETURN movement, division, count(*) AS count, sum((seal - seal % $half) / $half) AS high, sum(seal % $half) AS low,
       sum(coalesce(content, 0)) AS content, sum(coalesce(amount_fen, 0)) AS fen
