// Rule chain/dangling-reference: chains that end at a record which is not in the ledger.
MATCH (r)-[n:NAMES]->(:Missing)
WITH r, n ORDER BY n.field
RETURN r.record AS subject, r.division_code AS division_code, r.amount_fen AS amount_fen,
       collect(n.field + ' ' + n.named) AS named
