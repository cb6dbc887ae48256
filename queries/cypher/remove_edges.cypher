// Movements that are no longer so, by their two ends and their seal; of one found twice, both.
UNWIND $rows AS row
MATCH (:Record {record: row[0]})-[f:FUNDS]->(:Record {record: row[1]})
WHERE coalesce(f.seal, 0) = row[2]
DELETE f
