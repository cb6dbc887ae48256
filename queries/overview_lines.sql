-- The measures as lines, one row a record's contribution to one part of a figure; amounts in fen.
-- {year} is the fiscal year; {exact} holds bookings whose part of a mixture was computed outside (see overview_lines.py),
-- {taken_back} is the table of that name which the rules share. References are those that count: accepted links too.
-- Definitions: docs/measures.md.

WITH place AS (
    SELECT d.division_code, d.name,
           CASE d.level WHEN 'province' THEN 'province' WHEN 'city' THEN 'city' ELSE 'county' END AS level_tier,
           -- spending counts the directly administered counties with the cities: fiscal parent is the province
           CASE WHEN d.level = 'province' THEN 'province' WHEN above.level = 'province' THEN 'city' ELSE 'county'
           END AS spending_tier
    FROM divisions d LEFT JOIN divisions above ON above.division_code = d.fiscal_parent),

-- indicators fed through a transfer from an indicator of their own division are splits: counted where they come from
split AS (
    SELECT DISTINCT fed.record
    FROM edges inward
    JOIN edges outward ON outward.target = inward.source
    JOIN indicators fed ON fed.record = inward.target
    JOIN indicators giver ON giver.record = outward.source AND giver.division_code = fed.division_code
    WHERE starts_with(inward.source, 'transfer:')),

exact({class_names}) AS ({exact}),

-- first bookings, in and out of scope, with the classes of what came in, or of F(amount) where more came than is booked
booking AS (
    SELECT i.record, i.division_code, i.agency_code, i.project_code, i.fund_name, i.date, i.origin, i.in_scope,
           i.amount_fen, coalesce(d.level_tier, 'county') AS level_tier, {booked_classes}
    FROM indicators i
    JOIN nodes n ON n.record = i.record
    LEFT JOIN exact x ON x.record = i.record
    LEFT JOIN place d ON d.division_code = i.division_code
    WHERE i.fiscal_year = {year} AND i.record NOT IN (SELECT record FROM split)),

-- what agencies were given to spend: their indicators, less those fed by an indicator of the same agency
assigned AS (
    SELECT i.* FROM indicators i
    WHERE i.fiscal_year = {year} AND i.in_scope AND i.origin <> 'carry_over' AND i.agency_code IS NOT NULL
      AND i.record NOT IN (
        SELECT fed.record
        FROM edges inward
        JOIN edges outward ON outward.target = inward.source
        JOIN indicators fed ON fed.record = inward.target
        JOIN indicators giver ON giver.record = outward.source AND giver.agency_code = fed.agency_code
        WHERE starts_with(inward.source, 'transfer:'))),

-- allocations of the year: the province's own money, and relocation financing wherever it was raised
allocated AS (
    SELECT a.record, a.division_code, NULL::VARCHAR AS agency_code, a.project_code, a.fund_name, a.date, a.amount_fen,
           a.in_scope, a.source = 'relocation_financing' AS is_relocation, d.level_tier = 'province' AS is_province
    FROM allocations a LEFT JOIN place d ON d.division_code = a.division_code
    WHERE a.fiscal_year = {year}),

-- issues from a record of one division to another, of the fiscal year of that record
issued AS (
    SELECT t.record, coalesce(a.division_code, i.division_code) AS division_code, t.to_division_code,
           coalesce(a.project_code, i.project_code) AS project_code, coalesce(a.fund_name, i.fund_name) AS fund_name,
           t.issue_date AS date, t.net_fen AS amount_fen, t.in_scope,
           r.source IS NOT NULL AS is_received, t.target_id IS NULL AND r.source IS NULL AS is_unreceived
    FROM linked_transfers t
    LEFT JOIN allocations a ON a.record = t.source_id
    LEFT JOIN indicators i ON i.record = t.source_id
    LEFT JOIN (SELECT DISTINCT source FROM edges WHERE starts_with(source, 'transfer:')) r ON r.source = t.record
    WHERE t.kind = 'issue' AND NOT t.is_reversal
      AND coalesce(a.fiscal_year, i.fiscal_year, year(t.issue_date)) = {year}),

taken_back AS ({taken_back}),

-- valid dated payments on indicators of the year; a reversal is a row of its own at its own date, capped at the original
drawn AS (
    SELECT p.record, p.division_code, p.agency_code, coalesce(p.project_code, i.project_code) AS project_code,
           i.fund_name, p.pay_date AS date, p.amount_fen, p.net_fen, i.in_scope, i.origin, i.record AS indicator,
           p.account_id IS NOT NULL OR p.payee_kind = 'special_account' AS is_lump_sum
    FROM linked_payments p JOIN indicators i ON i.indicator_id = p.indicator_id
    WHERE i.fiscal_year = {year} AND p.status = 'valid' AND p.pay_date IS NOT NULL AND NOT p.is_reversal),
paid AS (
    SELECT *, record AS original FROM drawn
    UNION ALL
    SELECT d.* REPLACE (b.record AS record, b.date AS date, -b.amount_fen AS amount_fen, 0::BIGINT AS net_fen), d.record
    FROM taken_back b JOIN drawn d ON d.record = b.payment),

-- what accounts with bookkeeping spent of poverty money (the flag decides; without one, the class fen)
booked_out AS (
    SELECT e.entry_id, e.record, a.division_code, e.project_code, e.date, e.amount_fen
    FROM account_entries e
    JOIN special_accounts a ON a.account_id = e.account_id
    JOIN nodes n ON n.record = e.record
    WHERE e.direction = 'expenditure' AND NOT e.is_reversal AND a.accounting_enabled
      AND coalesce(e.poverty, n.poverty_fen > 0)),
entered AS (
    SELECT record, record AS original, division_code, project_code, date, amount_fen FROM booked_out
    WHERE year(date) = {year}
    UNION ALL
    SELECT r.record, o.record, o.division_code, o.project_code, r.date,
           (least(o.amount_fen, sum(-r.amount_fen) OVER sofar + r.amount_fen)
            - least(o.amount_fen, sum(-r.amount_fen) OVER sofar))::BIGINT  -- a sum kept as it is would be kept as DOUBLE
    FROM account_entries r JOIN booked_out o ON o.entry_id = r.reverses
    WHERE r.is_reversal AND year(r.date) = {year}
    WINDOW sofar AS (PARTITION BY r.reverses ORDER BY r.date, r.entry_id)),

spent AS (
    SELECT CASE WHEN is_lump_sum THEN 'spent_lump_sum' ELSE 'spent' END AS part, record, original, division_code,
           agency_code, project_code, fund_name, date, amount_fen
    FROM paid WHERE in_scope AND origin <> 'carry_over'
    UNION ALL
    SELECT 'spent_from_account', record, original, division_code, NULL, project_code, NULL, date, amount_fen
    FROM entered),

-- class fen of what was spent, net, at the original's date
spent_class AS (
    SELECT s.part, s.record, s.division_code, s.agency_code, s.project_code, s.fund_name, s.date,
           coalesce(d.level_tier, 'county') AS level_tier,
           n.amount_province_poverty + n.amount_province_other AS province,
           n.amount_city_poverty + n.amount_city_other AS city,
           n.amount_county_poverty + n.amount_county_other AS county,
           n.amount_relocation_poverty + n.amount_relocation_other AS relocation,
           n.amount_unsourced_poverty + n.amount_unsourced_other AS unknown
    FROM spent s JOIN nodes n ON n.record = s.record LEFT JOIN place d ON d.division_code = s.division_code
    WHERE s.record = s.original),
spent_tier AS (
    SELECT * FROM spent_class UNPIVOT (amount_fen FOR tier IN (province, city, county, relocation, unknown))),

booking_tier AS (
    SELECT * FROM (
        SELECT record, division_code, agency_code, project_code, fund_name, date, origin, in_scope,
               province_poverty + province_other AS province, city_poverty + city_other AS city,
               county_poverty + county_other AS county, relocation_poverty + relocation_other AS relocation,
               amount_fen - province_poverty - province_other - city_poverty - city_other - county_poverty
               - county_other - relocation_poverty - relocation_other AS unknown
        FROM booking WHERE origin = 'superior' AND in_scope)
    UNPIVOT (amount_fen FOR tier IN (province, city, county, relocation, unknown))),

own_booking AS (
    SELECT *, CASE WHEN division_code IN (SELECT division_code FROM allocated WHERE is_relocation)
                   THEN relocation_poverty + relocation_other ELSE 0 END AS raised_fen
    FROM booking WHERE origin = 'own' AND in_scope AND level_tier <> 'province'),

each_line(part, division_code, tier, record, amount_fen, date, agency_code, project_code, fund_name) AS (
    SELECT 'arranged', division_code, CASE WHEN is_relocation THEN 'relocation' ELSE 'province' END, record, amount_fen,
           date, agency_code, project_code, fund_name
    FROM allocated WHERE is_relocation OR (is_province AND in_scope)
    UNION ALL  -- relocation money raised by the division itself stands in the relocation tier already
    SELECT 'arranged', division_code, level_tier, record, amount_fen - raised_fen, date, agency_code, project_code,
           fund_name
    FROM own_booking
    UNION ALL
    SELECT 'own', division_code, CASE WHEN is_relocation THEN 'relocation' ELSE 'province' END, record, amount_fen,
           date, agency_code, project_code, fund_name
    FROM allocated WHERE is_province AND (is_relocation OR in_scope)
    UNION ALL
    SELECT 'own', division_code, level_tier, record, amount_fen, date, agency_code, project_code, fund_name
    FROM own_booking
    UNION ALL
    SELECT 'received', division_code, tier, record, amount_fen, date, agency_code, project_code, fund_name
    FROM booking_tier
    UNION ALL
    SELECT 'assigned', division_code, NULL, record, amount_fen, date, agency_code, project_code, fund_name
    FROM assigned
    UNION ALL
    SELECT 'passed_down', division_code, NULL, record, amount_fen, date, NULL, project_code, fund_name
    FROM issued WHERE in_scope AND division_code <> to_division_code
    UNION ALL
    SELECT 'in_transit', to_division_code, NULL, record, amount_fen, date, NULL, project_code, fund_name
    FROM issued WHERE in_scope AND is_unreceived
    UNION ALL
    SELECT 'carried_over', division_code, level_tier, record, amount_fen, date, agency_code, project_code, fund_name
    FROM booking WHERE origin = 'carry_over' AND in_scope
    UNION ALL
    SELECT 'spent_carried_over', p.division_code, d.spending_tier, p.record, p.amount_fen, p.date, p.agency_code,
           p.project_code, p.fund_name
    FROM paid p LEFT JOIN place d ON d.division_code = p.division_code
    WHERE p.in_scope AND p.origin = 'carry_over'
    UNION ALL
    SELECT s.part, s.division_code, coalesce(d.spending_tier, 'county'), s.record, s.amount_fen, s.date, s.agency_code,
           s.project_code, s.fund_name
    FROM spent s LEFT JOIN place d ON d.division_code = s.division_code
    UNION ALL
    SELECT part || CASE WHEN tier = level_tier OR (level_tier = 'province' AND tier = 'relocation') THEN '_of_own'
                        ELSE '_of_received' END,
           division_code, tier, record, amount_fen, date, agency_code, project_code, fund_name
    FROM spent_tier),
line AS (SELECT * FROM each_line WHERE amount_fen <> 0)
