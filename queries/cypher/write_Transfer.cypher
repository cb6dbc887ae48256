// Transfer records; labels cannot be parameters, so one file a label.
UNWIND $rows AS row MERGE (r:Record {record: row.record}) SET r:Transfer, r = row
