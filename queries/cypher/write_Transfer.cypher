// Transfer records, each a list in the order of its columns; labels cannot be parameters, so one file a label.
UNWIND $rows AS row
MERGE (r:Record {record: row[0]})
SET r:Transfer, r = {
    record: row[0], title: row[1], division_code: row[2], date: date(row[3]), amount_fen: row[4], in_scope:
    row[5], state: row[6], pool_fen: row[7], inflow_fen: row[8], outflow_fen: row[9], unsourced_fen: row[10],
    poverty_fen: row[11], other_fen: row[12], mixed: row[13], broken: row[14], breaks: row[15], deposits:
    row[16], draws: row[17], named_draws: row[18], kind: row[19], waiting: row[20], doc_no: row[21], seal:
    row[22]
}
