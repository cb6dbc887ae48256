// What this graph holds, and whether all of it has arrived.
MATCH (l:Ledger) RETURN properties(l) AS stamp
