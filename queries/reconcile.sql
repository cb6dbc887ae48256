-- What makes each daily report differ: one row a report, cause and record; put after the expressions of overview_lines.sql.
-- Parameters: $accused_records, $accused_causes, $divisions (empty: all), $day, $lag_days, $calibre.
, report AS (
    SELECT r.division_code, r.measure, r.tier, r.amount_fen AS report_fen, r.report_date,
           coalesce(r.cut_off_date, $day::DATE - $lag_days::INTEGER) AS cut_off,
           greatest(coalesce(r.resolution_fen, 1), 1) AS resolution_fen
    FROM daily_reports r
    WHERE r.report_date <= $day AND year(r.report_date) = {year}
      AND (len($divisions) = 0 OR list_contains($divisions, r.division_code))
    QUALIFY r.report_date = max(r.report_date) OVER (PARTITION BY r.division_code)),

accused AS (SELECT unnest($accused_records::VARCHAR[]) AS record, unnest($accused_causes::VARCHAR[]) AS cause),
entry_cause AS (
    SELECT record, cause FROM accused WHERE cause IN ('re-entered', 'bundled', 'carry-over')),
label_cause AS (SELECT record, cause FROM accused WHERE cause IN ('excess-label', 'missing-label')),

-- first bookings by tier, with the parts that are poverty money and other money: own ones at the division's tier; what
-- did not come in is declared or unsourced money of the class that the booking itself is
booked AS (
    SELECT *, all_classes - all_sourced_other + CASE WHEN in_scope THEN missing ELSE 0 END AS all_poverty,
           all_sourced_other + CASE WHEN in_scope THEN 0 ELSE missing END AS all_other
    FROM (
        SELECT *, amount_fen - all_classes AS missing,
               province_other + city_other + county_other + relocation_other + unsourced_other AS all_sourced_other
        FROM (
            SELECT *, province_poverty + city_poverty + county_poverty + relocation_poverty + unsourced_poverty
                      + province_other + city_other + county_other + relocation_other + unsourced_other AS all_classes
            FROM booking WHERE origin = 'superior' OR (origin = 'own' AND level_tier <> 'province')))),
booked_tier AS (
    SELECT record, division_code, date, in_scope, level_tier AS tier, amount_fen, all_poverty AS poverty_fen,
           all_other AS other_fen
    FROM booked WHERE origin = 'own'
    UNION ALL
    SELECT record, division_code, date, in_scope, tier, poverty_fen + other_fen, poverty_fen, other_fen
    FROM (
        SELECT record, division_code, date, in_scope,
               unnest(['province', 'city', 'county', 'relocation', 'unknown']) AS tier,
               unnest([province_poverty, city_poverty, county_poverty, relocation_poverty,
                       all_poverty - province_poverty - city_poverty - county_poverty - relocation_poverty])
               AS poverty_fen,
               unnest([province_other, city_other, county_other, relocation_other,
                       all_other - province_other - city_other - county_other - relocation_other]) AS other_fen
        FROM booked WHERE origin = 'superior')
    WHERE poverty_fen + other_fen <> 0),
unreceived_tier AS (
    SELECT u.record, u.to_division_code AS division_code, u.date,
           unnest(['province', 'city', 'county', 'relocation', 'unknown']) AS tier,
           unnest([n.amount_province_poverty + n.amount_province_other, n.amount_city_poverty + n.amount_city_other,
                   n.amount_county_poverty + n.amount_county_other,
                   n.amount_relocation_poverty + n.amount_relocation_other,
                   n.amount_unsourced_poverty + n.amount_unsourced_other]) AS amount_fen
    FROM issued u JOIN nodes n ON n.record = u.record
    WHERE u.in_scope AND u.is_unreceived),

scale_cause AS (
    SELECT r.division_code, r.measure, r.tier, b.record, b.record AS indicator,
           CASE WHEN b.in_scope AND b.date > r.cut_off THEN 'time-lag'
                WHEN b.in_scope THEN coalesce(e.cause, l.cause, 'co-mingled')
                ELSE coalesce(l.cause, 'co-mingled') END AS cause,
           CASE WHEN b.in_scope AND (b.date > r.cut_off OR e.cause IS NOT NULL OR l.cause = 'excess-label')
                THEN b.amount_fen
                WHEN b.in_scope THEN b.other_fen
                WHEN b.date > r.cut_off THEN 0
                WHEN l.cause = 'missing-label' THEN -b.amount_fen
                ELSE -b.poverty_fen END AS fen
    FROM report r
    JOIN booked_tier b ON b.division_code = r.division_code AND r.tier IN ('all', b.tier)
    LEFT JOIN entry_cause e ON e.record = b.record
    LEFT JOIN label_cause l ON l.record = b.record
    WHERE r.measure = 'scale'
    UNION ALL
    SELECT r.division_code, r.measure, r.tier, u.record, NULL, 'unreceived', -u.amount_fen
    FROM report r JOIN unreceived_tier u ON u.division_code = r.division_code AND r.tier IN ('all', u.tier)
    WHERE r.measure = 'scale' AND u.date <= r.cut_off),

-- what calibre 2017 counts, and the out-of-scope payments that would have counted
spending_cause AS (
    SELECT r.division_code, r.measure, r.tier, p.record, p.indicator,
           CASE WHEN p.in_scope AND p.date > r.cut_off THEN 'time-lag'
                WHEN p.in_scope AND p.is_lump_sum THEN 'special-account' ELSE 'co-mingled' END AS cause,
           CASE WHEN p.in_scope AND p.is_lump_sum AND $calibre <> '2017' THEN 0
                WHEN p.in_scope AND (p.date > r.cut_off OR p.is_lump_sum) THEN p.amount_fen
                WHEN p.date > r.cut_off OR p.record <> p.original THEN 0
                WHEN p.in_scope THEN n.amount_other_fen
                ELSE -n.amount_poverty_fen END AS fen
    FROM report r
    JOIN paid p ON p.division_code = r.division_code AND p.origin <> 'carry_over'
    JOIN nodes n ON n.record = p.original
    WHERE r.measure = 'expenditure'
    UNION ALL
    SELECT r.division_code, r.measure, r.tier, e.record, NULL,
           CASE WHEN $calibre = '2017' THEN 'special-account' ELSE 'time-lag' END,
           CASE WHEN $calibre = '2017' AND e.date <= r.cut_off THEN -e.amount_fen
                WHEN $calibre <> '2017' AND e.date > r.cut_off THEN e.amount_fen ELSE 0 END
    FROM report r JOIN entered e ON e.division_code = r.division_code
    WHERE r.measure = 'expenditure'),

cause_record AS (
    SELECT c.division_code, c.measure, c.tier, c.cause, c.record, sum(c.fen)::BIGINT AS fen,
           any_value(coalesce(e.cause, l.cause)) AS because
    FROM (SELECT * FROM scale_cause UNION ALL SELECT * FROM spending_cause) c
    LEFT JOIN entry_cause e ON e.record = c.indicator
    LEFT JOIN label_cause l ON l.record = c.indicator
    WHERE c.fen <> 0
    GROUP BY ALL HAVING sum(c.fen) <> 0),

system_sum AS (
    SELECT division_code, 'scale' AS measure, tier, sum(amount_fen)::BIGINT AS fen
    FROM line WHERE part IN ('received', 'own') GROUP BY ALL
    UNION ALL
    SELECT division_code, 'expenditure', 'all', sum(amount_fen)::BIGINT
    FROM line WHERE part = 'spent' OR part = CASE WHEN $calibre = '2017' THEN 'spent_lump_sum'
                                                  ELSE 'spent_from_account' END
    GROUP BY ALL),

-- what could have been paid outside the treasury: positive unspent balances of indicators with an agency
unspent AS (
    SELECT i.division_code, sum(n.amount_fen - n.outflow_fen)::BIGINT AS fen
    FROM indicators i JOIN nodes n ON n.record = i.record
    WHERE i.in_scope AND i.agency_code IS NOT NULL AND n.amount_fen > n.outflow_fen
    GROUP BY ALL)
