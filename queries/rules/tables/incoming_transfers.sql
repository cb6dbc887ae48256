/* Transfers that an indicator received, recorded, by document or by an accepted link, with the class fen they bring. */
SELECT e.target AS indicator, e.source AS transfer, e.amount_fen, e.date, e.poverty_fen, e.other_fen,
       t.source_id, t.receive_date, s.record AS source_record, s.division_code AS source_division,
       coalesce(s.in_scope, false) AS source_in_scope
FROM edges e
JOIN linked_transfers t ON t.record = e.source
LEFT JOIN source_records s ON s.record = t.source_id
WHERE e.amount_fen > 0
