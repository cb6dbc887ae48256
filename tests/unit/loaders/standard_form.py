"""A bundle written in the form of the national standard's tables, for loading back through the shipped profile."""

from __future__ import annotations

from pathlib import Path

from lineage import engine

KEPT = ("divisions", "agencies", "projects", "special_accounts", "account_entries", "one_card_batches", "one_card_payments",
        "daily_reports", "fund_scope")  # fmt: skip
_INFO = """
WITH home AS (SELECT 'allocation:' || allocation_id AS id, division_code FROM allocations
              UNION ALL SELECT 'indicator:' || indicator_id, division_code FROM indicators),
feed AS (SELECT *, row_number() OVER (PARTITION BY target_id ORDER BY transfer_id) AS nth FROM transfers)
SELECT allocation_id AS BGT_ID, fiscal_year AS FISCAL_YEAR, division_code AS MOF_DIV_CODE, doc_no AS COR_BGT_DOC_NO, NULL AS SUP_BGT_DOC_NO,
       strftime(CAST(date AS DATE), '%Y%m%d') AS DOC_DATE, amount AS AMOUNT, function_code AS EXP_FUNC_CODE, '0' AS BGT_EXE_FLAG,
       CASE source WHEN 'central' THEN '1' WHEN 'province' THEN '2' WHEN 'city' THEN '4' WHEN 'county' THEN '5' END AS BUDGET_LEVEL_CODE,
       CASE WHEN source IN ('bond', 'donation', 'relocation_financing') THEN source END AS FOUND_TYPE_CODE, NULL AS ORI_BGT_ID, NULL AS REC_DIV_CODE,
       NULL AS SOURCE_TYPE_CODE, NULL AS AGENCY_CODE, poverty AS IS_POVERTY, project_code AS PRO_CODE, NULL AS REC_DATE, '2' AS IS_DELETED
FROM allocations
UNION ALL BY NAME
SELECT transfer_id AS BGT_ID, left(issue_date, 4) AS FISCAL_YEAR, h.division_code AS MOF_DIV_CODE, doc_no AS COR_BGT_DOC_NO,
       strftime(CAST(issue_date AS DATE), '%Y%m%d') AS DOC_DATE, amount AS AMOUNT, '2' AS BGT_EXE_FLAG, split_part(source_id, ':', 2) AS ORI_BGT_ID,
       to_division_code AS REC_DIV_CODE, to_agency_code AS REC_AGENCY_CODE, poverty AS IS_POVERTY, receive_date AS REC_DATE, '2' AS IS_DELETED
FROM transfers t JOIN home h ON h.id = t.source_id WHERE kind = 'issue'
UNION ALL BY NAME
SELECT indicator_id AS BGT_ID, fiscal_year AS FISCAL_YEAR, division_code AS MOF_DIV_CODE, i.doc_no AS COR_BGT_DOC_NO, superior_doc_no AS SUP_BGT_DOC_NO,
       strftime(CAST(date AS DATE), '%Y%m%d') AS DOC_DATE, i.amount AS AMOUNT, function_code AS EXP_FUNC_CODE, '1' AS BGT_EXE_FLAG,
       CASE f.kind WHEN 'issue' THEN f.transfer_id ELSE split_part(f.source_id, ':', 2) END AS ORI_BGT_ID,
       CASE origin WHEN 'own' THEN '1' WHEN 'superior' THEN '3' ELSE '4' END AS SOURCE_TYPE_CODE, agency_code AS AGENCY_CODE, i.poverty AS IS_POVERTY,
       integrated AS IS_INTEGRATED, project_code AS PRO_CODE, f.receive_date AS REC_DATE, '2' AS IS_DELETED
FROM indicators i LEFT JOIN feed f ON f.target_id = i.indicator_id AND f.nth = 1
"""
_BILLS = """
SELECT payment_id AS PAY_CERT_ID, 'N' || payment_id AS PAY_CERT_NO, division_code AS MOF_DIV_CODE, amount AS PAY_AMT, amount AS XPAY_AMT,
       replace(pay_date, '-', '') AS XPAY_DATE, payee_name AS XPAYEE_ACCT_NAME, payee_account AS XPAYEE_ACCT_NO, purpose AS USE_DES,
       CASE method WHEN 'direct' THEN '11' WHEN 'authorized' THEN '12' ELSE method END AS PAY_TYPE_CODE,
       CASE status WHEN 'void' THEN '1' END AS VOID_FLAG, reverses AS ORI_PAY_CERT_ID FROM payments
"""
_VOUCHERS = """
SELECT 'V' || payment_id AS PAY_APP_ID, payment_id AS PAY_CERT_ID, indicator_id AS BGT_ID, agency_code AS AGENCY_CODE, p.amount AS XPAY_AMT,
       payee_kind AS FUND_TRAOBJ_TYPE_CODE, account_id AS SPEC_ACCT_ID, one_card_batch_id AS ONE_CARD_BATCH_NO, p.project_code AS PRO_CODE,
       CASE WHEN f.kind = 'issue' OR f.nth > 1 THEN f.transfer_id WHEN f.kind IS NOT NULL THEN split_part(f.source_id, ':', 2) END AS ORI_BGT_ID
FROM payments p LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY target_id ORDER BY transfer_id) AS nth FROM transfers) f ON f.transfer_id = p.transfer_id
"""
_ADJUSTMENTS = """
WITH feed AS (SELECT *, row_number() OVER (PARTITION BY target_id ORDER BY transfer_id) AS nth FROM transfers)
SELECT CASE kind WHEN 'issue' THEN 'R' ELSE '' END || transfer_id AS ADJ_SUB_ID, target_id AS BGT_ID, amount AS ADD_AMOUNT,
       CASE kind WHEN 'issue' THEN transfer_id ELSE split_part(source_id, ':', 2) END AS ORI_BGT_ID, coalesce(receive_date, issue_date) AS ADJ_DATE
FROM feed WHERE target_id IS NOT NULL AND nth > 1
"""


def write_standard_form(bundle: Path, folder: Path) -> Path:
    """BA_BGT_INFO, BA_BGT_ADJSUB, PAY_VOUCHER and PAY_VOUCHER_BILL of a bundle; the other tables as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    database = engine.connect()
    for table in ("allocations", "transfers", "indicators", "payments"):
        file = engine.literal(bundle / f"{table}.csv")
        database.execute(f"CREATE TABLE {table} AS SELECT * FROM read_csv({file}, all_varchar = true)")
    for name, sql in (
        ("BA_BGT_INFO", _INFO),
        ("PAY_VOUCHER_BILL", _BILLS),
        ("PAY_VOUCHER", _VOUCHERS),
        ("BA_BGT_ADJSUB", _ADJUSTMENTS),
    ):
        database.execute(f"COPY ({sql}) TO {engine.literal(folder / (name + '.csv'))} (HEADER)")
    for table in KEPT:
        (folder / f"{table}.csv").write_bytes((bundle / f"{table}.csv").read_bytes())
    return folder
