// What is there already: one digest a record, over its own properties and the movements that leave it.
MATCH (r:Record) WHERE r.record > $after RETURN r.record AS record, r.digest AS digest ORDER BY r.record LIMIT $count
