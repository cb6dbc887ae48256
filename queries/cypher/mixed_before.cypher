// One hop toward where poverty and other money first met: the least mixed record that funds each of these.
UNWIND $records AS name
MATCH (before:Record {mixed: true})-[:FUNDS]->(:Record {record: name})
RETURN name AS record, min(before.record) AS parent
