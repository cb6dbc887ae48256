/* Special accounts and whether their bookkeeping (收支核算) is on as of the date asked. */
SELECT record, account_id, division_code,
       coalesce(accounting_enabled, false) AND coalesce(accounting_from <= $as_of, true) AS kept
FROM special_accounts
