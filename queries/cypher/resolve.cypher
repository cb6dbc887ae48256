// Which records bear a name, or a bare id.
UNWIND $names AS name MATCH (r:Record {record: name}) RETURN r.record AS record ORDER BY record
