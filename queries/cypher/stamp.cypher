// What this graph holds, and whether all of it has arrived.
MATCH (l:Ledger {name: 'ledger'}) RETURN properties(l) AS stamp
