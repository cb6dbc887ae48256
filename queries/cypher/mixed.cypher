// Payments that poverty and other money both reach.
MATCH (p:Payment {mixed: true})
WHERE p.poverty_fen > 0 AND p.other_fen > 0 AND ($division = '' OR p.division_code = $division)
RETURN p.record AS record, p.division_code AS division_code, p.amount_fen AS amount_fen, p.poverty_fen AS poverty_fen,
       p.other_fen AS other_fen
ORDER BY record
