// Draws that name a deposit take first: a pool's line is known only with all of them.
UNWIND $records AS name
MATCH (source:Record {record: name}) WHERE source.named_draws > 0
MATCH (source)-[f:FUNDS]->(target:Record) WHERE f.named_from IS NOT NULL
RETURN name, target.record, f.amount_fen, f.flow_fen, toString(f.date), f.evidence, f.line_before, f.named_from,
       f.named_before, f.named_part, f.poverty_fen, f.seal
