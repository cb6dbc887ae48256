// A record's digest is written after its movements: without it the next publish writes the record again.
UNWIND $rows AS row MATCH (r:Record {record: row.record}) SET r.digest = row.digest
