// Movements of money, each a list in the order of its columns, with the place on its pool's line that attribution needs.
// CREATE, not MERGE: what is there already was found out before, and MERGE would walk a big pool's movements every time.
UNWIND $rows AS row
MATCH (source:Record {record: row[0]}) MATCH (target:Record {record: row[1]})
CREATE (source)-[f:FUNDS {
    amount_fen: row[2], flow_fen: row[3], date: date(row[4]), evidence: row[5], line_before: row[6], named_from:
    row[7], named_before: row[8], named_part: row[9], poverty_fen: row[10], seal: row[11]
}]->(target)
RETURN count(f) AS written
