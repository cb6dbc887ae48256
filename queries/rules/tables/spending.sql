/* Money spent in scope (calibre 2017): valid, dated payments drawn on in-scope indicators, for the division that paid.
What was carried over from last year is outside; a reversal is a negative row at its own date, never more than its
payment. Where only an accepted link ties a payment to its indicator, the link counts. */
WITH counted AS (
    SELECT p.payment_id, p.record, p.division_code, i.fiscal_year, i.record AS indicator, p.amount_fen, p.pay_date
    FROM payments p
    LEFT JOIN linked_payments l ON l.record = p.record
    JOIN indicators i ON i.indicator_id = coalesce(l.indicator_id, p.indicator_id)
    WHERE p.status = 'valid' AND p.pay_date IS NOT NULL AND NOT p.is_reversal AND i.in_scope
      AND i.origin <> 'carry_over'
), taken_back AS (
    SELECT c.record, c.division_code, c.fiscal_year, c.indicator, r.pay_date, c.amount_fen,
           sum(-r.amount_fen) OVER (PARTITION BY c.record ORDER BY r.pay_date, r.payment_id) AS so_far_fen,
           -r.amount_fen AS back_fen
    FROM counted c
    JOIN payments r ON r.reverses = c.payment_id AND r.status = 'valid' AND r.pay_date IS NOT NULL AND r.amount_fen < 0
)
SELECT record, division_code, fiscal_year, indicator, pay_date, amount_fen, true AS is_payment FROM counted
UNION ALL
SELECT record, division_code, fiscal_year, indicator, pay_date,
       -(least(so_far_fen, amount_fen) - least(so_far_fen - back_fen, amount_fen))::BIGINT, false
FROM taken_back
