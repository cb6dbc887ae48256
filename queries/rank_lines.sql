-- Numerator and denominator of each part of the ranking, one row a record; put after the expressions of overview_lines.sql.
-- Parameters: $accused (records), $rules, $accused_fen (of one length), $as_of, $grace_days, $booking_days.
, accused AS (
    SELECT unnest($accused::VARCHAR[]) AS record, unnest($rules::VARCHAR[]) AS rule,
           unnest($accused_fen::BIGINT[]) AS fen),
money AS ({money}),

-- what was paid, with what else its voucher says and whose money it was: asked once, for four parts need it
paid_money AS {once} (
    SELECT p.division_code, p.record, p.in_scope, p.is_lump_sum, p.net_fen, y.method, y.payee_kind, y.account_id,
           y.one_card_batch_id, m.poverty_fen, m.unsourced_fen
    FROM paid p JOIN payments y ON y.record = p.record JOIN money m ON m.record = p.record
    WHERE p.record = p.original),

-- superior money still with the bureau, and when it came: as pace/late-issue has it
with_bureau AS (
    SELECT b.record, b.division_code, b.amount_fen, coalesce(max(t.receive_date), b.date) AS received
    FROM booking b LEFT JOIN edges e ON e.target = b.record AND e.amount_fen > 0
    LEFT JOIN linked_transfers t ON t.record = e.source
    WHERE b.origin = 'superior' AND b.in_scope AND b.agency_code IS NULL
    GROUP BY b.record, b.division_code, b.amount_fen, b.date),

rank_line(part, division_code, record, numerator, denominator) AS (
    -- received through the linkage: in-scope issues to the division, also from a source that is lost; the newest apart
    SELECT part, to_division_code, record, CASE WHEN is_received THEN worth ELSE 0 END, worth
    FROM (
        SELECT *, unnest(['linkage-amount', 'linkage-count']) AS part, unnest([amount_fen, 1]) AS worth
        FROM issued WHERE in_scope AND amount_fen > 0 AND division_code IS DISTINCT FROM to_division_code
          AND (is_received OR date < $as_of::DATE - $grace_days::INTEGER))
    UNION ALL  -- paid fen that have a source
    SELECT 'chain', division_code, record, net_fen - unsourced_fen, net_fen
    FROM paid_money WHERE in_scope AND net_fen > 0
    UNION ALL  -- bookings in scope or accused of a missing flag
    SELECT 'labels', b.division_code, b.record, CASE WHEN a.record IS NULL THEN b.amount_fen ELSE 0 END, b.amount_fen
    FROM booking b LEFT JOIN accused a ON a.record = b.record AND starts_with(a.rule, 'label/')
    WHERE b.origin IN ('superior', 'own') AND (b.in_scope OR a.rule = 'label/missing')
    UNION ALL  -- own and carried-over bookings that are what they say
    SELECT 'carry-over', b.division_code, b.record, CASE WHEN a.record IS NULL THEN b.amount_fen ELSE 0 END,
           b.amount_fen
    FROM booking b LEFT JOIN accused a ON a.record = b.record AND a.rule = 'entry/carry-over-as-current'
    WHERE b.origin IN ('own', 'carry_over') AND b.in_scope
    UNION ALL  -- centralised payments, what goes into special accounts apart
    SELECT 'treasury', division_code, record, CASE WHEN method = 'appropriation' THEN 0 ELSE net_fen END, net_fen
    FROM paid_money WHERE in_scope AND NOT is_lump_sum AND net_fen > 0
    UNION ALL  -- poverty money put into accounts whose books are kept
    SELECT 'accounts', p.division_code, p.record,
           CASE WHEN coalesce(s.accounting_enabled, false) THEN p.poverty_fen ELSE 0 END, p.poverty_fen
    FROM paid_money p LEFT JOIN special_accounts s ON s.account_id = p.account_id
    WHERE p.is_lump_sum AND p.poverty_fen > 0
    UNION ALL  -- poverty money to persons and households through the one-card system
    SELECT 'one-card', division_code, record, CASE WHEN one_card_batch_id IS NULL THEN 0 ELSE poverty_fen END,
           poverty_fen
    FROM paid_money WHERE payee_kind IN ('person', 'household') AND poverty_fen > 0
    UNION ALL
    SELECT 'one-card', s.division_code, e.record,
           CASE WHEN e.one_card_batch_id IS NULL THEN 0 ELSE m.poverty_fen END, m.poverty_fen
    FROM account_entries e JOIN special_accounts s ON s.account_id = e.account_id JOIN money m ON m.record = e.record
    WHERE e.direction = 'expenditure' AND NOT e.is_reversal AND year(e.date) = {year}
      AND e.payee_kind IN ('person', 'household') AND m.poverty_fen > 0
    UNION ALL  -- spent of the scale
    SELECT 'progress', division_code, record, amount_fen, 0 FROM line
    WHERE part IN ('spent', CASE WHEN $calibre = '2017' THEN 'spent_lump_sum' ELSE 'spent_from_account' END)
    UNION ALL
    SELECT 'progress', division_code, record, 0, CASE WHEN part = 'passed_down' THEN -amount_fen ELSE amount_fen END
    FROM line WHERE part IN ('received', 'own', 'passed_down')
    UNION ALL  -- superior money that the bureau passed on in time
    SELECT 'promptness', w.division_code, w.record, w.amount_fen - coalesce(a.fen, 0), w.amount_fen
    FROM with_bureau w LEFT JOIN accused a ON a.record = w.record AND a.rule = 'pace/late-issue'
    WHERE w.received < $as_of::DATE - $booking_days::INTEGER)
