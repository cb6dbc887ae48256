/* Special accounts and whether their bookkeeping (收支核算) is on as of the date asked. */
SELECT record, account_id, division_code, coalesce(accounting_enabled, false) AS kept
FROM special_accounts
