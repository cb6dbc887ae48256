/* Records that money can be passed down from: allocations and indicators, with what a transfer takes over from them. */
SELECT record, division_code, fiscal_year, function_code, coalesce(poverty, false) AS poverty, in_scope
FROM allocations
UNION ALL
SELECT record, division_code, fiscal_year, function_code, coalesce(poverty, false) AS poverty, in_scope
FROM indicators
