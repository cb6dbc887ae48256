// Draws that name a deposit take first: a pool's line is known only with all of them.
UNWIND $records AS name
MATCH (source:Record {record: name})-[f:FUNDS]->(target:Record) WHERE f.named_from IS NOT NULL
RETURN name AS source, target.record AS target, properties(f) AS flow
