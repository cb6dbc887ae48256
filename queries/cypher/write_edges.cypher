// Movements of money, with the place on their pool's line that attribution needs. MERGE: a second try is harmless.
UNWIND $rows AS row
MATCH (source:Record {record: row.source}) MATCH (target:Record {record: row.target})
MERGE (source)-[f:FUNDS]->(target)
SET f = row.properties
