/* Issues that nobody received: no target is recorded and no indicator quotes their number (no edge leaves them).
A transfer's fiscal year is its source's, without one its date's; its flag is its own, an empty one its source's. */
SELECT t.record, t.to_division_code AS division_code, t.net_fen AS amount_fen, t.issue_date, t.source_id, t.doc_no,
       document_number(t.doc_no) AS number, t.in_scope, s.record AS source_record,
       coalesce(s.fiscal_year, year(t.issue_date))::INTEGER AS fiscal_year, s.function_code,
       coalesce(t.poverty, s.poverty, false) AS poverty
FROM linked_transfers t
LEFT JOIN source_records s ON s.record = t.source_id
WHERE t.kind = 'issue' AND NOT t.is_reversal AND t.net_fen > 0 AND t.target_id IS NULL
  AND t.record NOT IN (SELECT source FROM edges WHERE starts_with(source, 'transfer:'))
