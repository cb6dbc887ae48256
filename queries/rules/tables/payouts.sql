/* Money that leaves the books: payments and account expenditures, with the poverty fen of each. */
SELECT p.record, p.division_code, p.net_fen AS amount_fen, n.amount_poverty_fen AS poverty_fen, p.pay_date AS date,
       p.payee_kind, p.payee_name, p.one_card_batch_id, p.purpose
FROM payments p
JOIN nodes n ON n.record = p.record
WHERE NOT p.is_reversal
UNION ALL
SELECT e.record, s.division_code, e.net_fen, n.amount_poverty_fen, e.date, e.payee_kind, e.payee_name,
       e.one_card_batch_id, e.purpose
FROM account_entries e
JOIN nodes n ON n.record = e.record
LEFT JOIN special_accounts s ON s.account_id = e.account_id
WHERE e.direction = 'expenditure' AND NOT e.is_reversal
