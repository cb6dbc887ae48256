/* Indicators entered by hand as the division's own money, and not covered by money that came in. An empty `entry`
means typed where no transfer comes in. */
SELECT i.record, i.division_code, i.agency_code, i.fiscal_year::INTEGER AS fiscal_year, i.function_code,
       coalesce(i.poverty, false) AS poverty, i.amount_fen, i.doc_no, i.superior_doc_no
FROM indicators i
JOIN nodes n ON n.record = i.record
WHERE i.origin = 'own' AND i.amount_fen > 0 AND n.inflow_fen < i.amount_fen
  AND coalesce(i.entry = 'manual', i.record NOT IN (SELECT indicator FROM incoming_transfers))
