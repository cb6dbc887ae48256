// Records that the ledger no longer has, with their movements.
UNWIND $rows AS name MATCH (r:Record {record: name}) DETACH DELETE r
