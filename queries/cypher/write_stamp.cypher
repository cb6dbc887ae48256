// The stamp is written `publishing` before anything else changes and `whole` after all of it.
MERGE (l:Ledger {name: 'ledger'}) SET l += $stamp
