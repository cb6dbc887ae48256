// References to records that are not in the ledger: Record nodes that name them.
UNWIND $rows AS row
MATCH (r:Record {record: row[0]}) MERGE (m:Missing {record: row[3]})
CREATE (r)-[:NAMES {field: row[1], named: row[2]}]->(m)
