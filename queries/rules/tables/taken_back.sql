/* What was taken back of payments, a row a reversal, at its own date: never more in all than the payment. `record` is
the reversal, `payment` whose money it takes back. */
SELECT r.record, p.record AS payment, r.pay_date AS date,
       (least(p.amount_fen, sum(-r.amount_fen) OVER so_far)
        - least(p.amount_fen, sum(-r.amount_fen) OVER so_far + r.amount_fen))::BIGINT AS amount_fen
FROM payments r JOIN payments p ON p.payment_id = r.reverses
WHERE r.is_reversal AND r.status = 'valid' AND r.pay_date IS NOT NULL
WINDOW so_far AS (PARTITION BY r.reverses ORDER BY r.pay_date, r.payment_id)
