// One hop toward the payees, from a whole frontier at once.
UNWIND $records AS name
MATCH (source:Record {record: name})-[f:FUNDS]->(target:Record)
RETURN name, target.record, f.amount_fen, f.flow_fen, toString(f.date), f.evidence, f.line_before, f.named_from,
       f.named_before, f.named_part, f.poverty_fen, f.seal
