// All that is known of records.
UNWIND $records AS name MATCH (r:Record {record: name}) RETURN r{.*, date: toString(r.date)} AS record
