// Payments without money still name their indicator.
UNWIND $rows AS row
MATCH (p:Record {record: row[0]}) MATCH (i:Record {record: row[3]})
CREATE (p)-[:NAMES {field: row[1], named: row[2]}]->(i)
