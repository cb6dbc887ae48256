// Records that the ledger no longer has, with their movements.
UNWIND $records AS name MATCH (r:Record {record: name}) DETACH DELETE r
