// One hop toward the sources, from a whole frontier at once: diamonds meet again instead of multiplying paths.
UNWIND $records AS name
MATCH (target:Record {record: name})<-[f:FUNDS]-(source:Record)
RETURN source.record AS source, name AS target, properties(f) AS flow
