/* In-scope money as booked, as a daily report states it: first bookings of superior and own money of a division (one
fed by an indicator of its own division is a split and no first booking); of the province, its
allocations, relocation financing included. */
WITH fed_inside AS (
    SELECT t.indicator AS record
    FROM incoming_transfers t
    JOIN indicators i ON i.record = t.indicator AND i.division_code = t.source_division
    WHERE starts_with(t.source_id, 'indicator:')
)
SELECT i.record, i.division_code, i.fiscal_year, i.amount_fen
FROM indicators i
WHERE i.in_scope AND i.origin IN ('own', 'superior') AND i.record NOT IN (SELECT record FROM fed_inside)
  AND (i.origin = 'superior' OR i.division_code NOT IN (SELECT division_code FROM divisions WHERE level = 'province'))
UNION ALL
SELECT a.record, a.division_code, a.fiscal_year, a.amount_fen
FROM allocations a
JOIN divisions d ON d.division_code = a.division_code AND d.level = 'province'
WHERE a.in_scope OR a.source = 'relocation_financing'
