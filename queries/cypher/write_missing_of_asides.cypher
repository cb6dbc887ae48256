// References to records that are not in the ledger: Aside nodes that name them.
UNWIND $rows AS row
MATCH (r:Aside {record: row[0]}) MERGE (m:Missing {record: row[3]})
CREATE (r)-[:NAMES {field: row[1], named: row[2]}]->(m)
