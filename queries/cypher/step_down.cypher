// One hop toward the payees, from a whole frontier at once.
UNWIND $records AS name
MATCH (source:Record {record: name})-[f:FUNDS]->(target:Record)
RETURN name AS source, target.record AS target, properties(f) AS flow
