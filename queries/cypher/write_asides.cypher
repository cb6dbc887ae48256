// Reversals and receipts that name a missing record.
UNWIND $rows AS row
MERGE (a:Aside {record: row[0]}) SET a = {record: row[0], division_code: row[1], amount_fen: row[2]}
