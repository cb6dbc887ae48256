/* Payments whose indicator is known by an accepted link only; where the record names one, the link has given way. */
SELECT e.target AS record, min(i.indicator_id) AS indicator_id
FROM edges e
JOIN indicators i ON i.record = e.source
WHERE e.evidence = 'asserted' AND starts_with(e.target, 'payment:')
GROUP BY e.target
