// The movements that leave records about to be written again.
UNWIND $records AS name MATCH (:Record {record: name})-[f:FUNDS]->() DELETE f
