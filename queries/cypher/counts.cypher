// What is really there, to be held against the stamp.
MATCH (r:Record) WITH count(r) AS nodes
OPTIONAL MATCH (:Record)-[f:FUNDS]->(:Record)
RETURN nodes, count(f) AS edges, coalesce(sum(f.amount_fen), 0) AS fen
