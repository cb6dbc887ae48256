// Divisions, with each fiscal parent they had and from when (inclusive) until when (exclusive).
UNWIND $rows AS row
MERGE (d:Division {division_code: row[0]})
SET d = {division_code: row[0], name: row[1], level: row[2], parents: row[3], since: row[4], until: row[5]}
