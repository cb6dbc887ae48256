// One hop toward the sources, from a whole frontier at once: diamonds meet again instead of multiplying paths.
UNWIND $records AS name
MATCH (target:Record {record: name})<-[f:FUNDS]-(source:Record)
RETURN source.record, name, f.amount_fen, f.flow_fen, toString(f.date), f.evidence, f.line_before, f.named_from,
       f.named_before, f.named_part, f.poverty_fen, f.seal
