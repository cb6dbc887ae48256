// One hop toward where poverty and other money first met: the least record that both come to each of these from.
UNWIND $records AS name
MATCH (before:Record)-[f:FUNDS]->(:Record {record: name}) WHERE f.poverty_fen > 0 AND f.flow_fen > f.poverty_fen
RETURN name AS record, min(before.record) AS parent
