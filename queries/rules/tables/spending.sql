/* Money spent in scope (calibre 2017): valid, dated payments drawn on in-scope indicators, for the division that paid.
What was carried over from last year is outside; a reversal is a negative row at its own date, never more than its
payment. Where only an accepted link ties a payment to its indicator, the link counts. */
WITH counted AS (
    SELECT p.record, p.division_code, i.fiscal_year, i.record AS indicator, p.amount_fen, p.pay_date
    FROM linked_payments p
    JOIN indicators i ON i.indicator_id = p.indicator_id
    WHERE p.status = 'valid' AND p.pay_date IS NOT NULL AND NOT p.is_reversal AND i.in_scope
      AND i.origin <> 'carry_over'
)
SELECT record, division_code, fiscal_year, indicator, pay_date, amount_fen, true AS is_payment FROM counted
UNION ALL
SELECT c.record, c.division_code, c.fiscal_year, c.indicator, b.date, -b.amount_fen, false
FROM counted c JOIN taken_back b ON b.payment = c.record
