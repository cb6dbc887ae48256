"""Where searchable text comes from: a query a field and kind, giving `id` and `text` of every record that has one.

A reversal is no node: its text leads to the record that it takes back.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One field of one kind of record; `sql` gives columns id and text. `is_own`: the record says so itself."""

    field: str
    kind: str
    sql: str
    is_own: bool = True


def _column(field: str, kind: str, table: str, columns: tuple[str, str], *, reverses: bool = False) -> Source:
    key, text = columns
    identifier = f"coalesce(reverses, {key})" if reverses else key
    return Source(field, kind, f"SELECT {identifier} AS id, {text} AS text FROM {table} WHERE {text} IS NOT NULL")


def _by_reversals(field: str, kind: str, table: str, text: str) -> Source:
    sql = f"SELECT reverses AS id, {text} AS text FROM {table} WHERE {text} IS NOT NULL AND reverses IS NOT NULL"
    return Source(field, kind, sql, is_own=False)


FIELDS = (
    _column("doc_no", "allocation", "allocations", ("allocation_id", "doc_no")),
    _column("doc_no", "transfer", "transfers", ("transfer_id", "doc_no")),
    _by_reversals("doc_no", "transfer", "transfers", "doc_no"),
    _column("doc_no", "indicator", "indicators", ("indicator_id", "doc_no")),
    _column("superior_doc_no", "indicator", "indicators", ("indicator_id", "superior_doc_no")),
    _column("doc_no", "payment", "payments", ("payment_id", "doc_no")),
    _by_reversals("doc_no", "payment", "payments", "doc_no"),
    _column("division", "division", "divisions", ("division_code", "name")),
    _column("agency", "agency", "agencies", ("agency_code", "name")),
    _column("project", "project", "projects", ("project_code", "name")),
    _column("title", "allocation", "allocations", ("allocation_id", "title")),
    _column("title", "transfer", "transfers", ("transfer_id", "title")),
    _by_reversals("title", "transfer", "transfers", "title"),
    _column("title", "indicator", "indicators", ("indicator_id", "title")),
    _column("fund", "allocation", "allocations", ("allocation_id", "fund_name")),
    _column("fund", "indicator", "indicators", ("indicator_id", "fund_name")),
    _column("payee", "payment", "payments", ("payment_id", "payee_name")),
    _by_reversals("payee", "payment", "payments", "payee_name"),
    _column("payee", "account_entry", "account_entries", ("entry_id", "payee_name")),
    _by_reversals("payee", "account_entry", "account_entries", "payee_name"),
    _column("person", "one_card_payment", "one_card_payments", ("one_card_payment_id", "person_name")),
    _column("account", "special_account", "special_accounts", ("account_id", "name")),
    _column("programme", "one_card_batch", "one_card_batches", ("batch_id", "programme")),
    _column("purpose", "payment", "payments", ("payment_id", "purpose")),
    _by_reversals("purpose", "payment", "payments", "purpose"),
    _column("purpose", "account_entry", "account_entries", ("entry_id", "purpose")),
    _by_reversals("purpose", "account_entry", "account_entries", "purpose"),
)
"""Searched by content. In the table of texts a field is its number here; document numbers come first."""
DOCUMENT_FIELDS = frozenset({"doc_no", "superior_doc_no"})
assert all(source.field not in DOCUMENT_FIELDS for source in FIELDS[7:])

KEYS = (
    _column("code", "division", "divisions", ("division_code", "division_code")),
    _column("code", "agency", "agencies", ("agency_code", "agency_code")),
    _column("code", "project", "projects", ("project_code", "project_code")),
    _column("voucher_no", "payment", "payments", ("payment_id", "voucher_no"), reverses=True),
    _column("bank_reference", "payment", "payments", ("payment_id", "bank_reference"), reverses=True),
    _column("contract_no", "payment", "payments", ("payment_id", "contract_no"), reverses=True),
    _column("payee_account", "payment", "payments", ("payment_id", "payee_account"), reverses=True),
    _column("payee_account", "account_entry", "account_entries", ("entry_id", "payee_account"), reverses=True),
    _column("payee_account", "one_card_payment", "one_card_payments", ("one_card_payment_id", "payee_account")),
    _column("person_id", "one_card_payment", "one_card_payments", ("one_card_payment_id", "person_id")),
)
"""Searched by the whole or its beginning; numbers of accounts and persons as their tokens."""

OTHERS = """
    SELECT 'division:' || division_code AS record, name AS title, division_code FROM divisions
    UNION ALL SELECT 'agency:' || agency_code, name, division_code FROM agencies
    UNION ALL SELECT 'project:' || project_code, name, coalesce(division_code, '') FROM projects
    ORDER BY record"""
"""What can be found and is no node of the graph."""

YEARS = (
    Source("year", "allocation", "SELECT allocation_id AS id, fiscal_year AS text FROM allocations"),
    Source("year", "indicator", "SELECT indicator_id AS id, fiscal_year AS text FROM indicators"),
    Source(
        "year",
        "transfer",
        """
        SELECT t.transfer_id AS id, coalesce(a.fiscal_year, i.fiscal_year, year(t.issue_date)) AS text
        FROM linked_transfers t LEFT JOIN allocations a ON a.record = t.source_id
        LEFT JOIN indicators i ON i.record = t.source_id""",
    ),
    Source(
        "year",
        "payment",
        """
        SELECT p.payment_id AS id, coalesce(i.fiscal_year, year(p.pay_date), 0) AS text
        FROM linked_payments p LEFT JOIN indicators i ON i.indicator_id = p.indicator_id""",
    ),
    Source("year", "account_entry", "SELECT entry_id AS id, year(date) AS text FROM account_entries"),
    Source("year", "one_card_batch", "SELECT batch_id AS id, year(pay_date) AS text FROM one_card_batches"),
    Source(
        "year",
        "one_card_payment",
        """
        SELECT c.one_card_payment_id AS id, coalesce(year(b.pay_date), 0) AS text
        FROM one_card_payments c LEFT JOIN one_card_batches b ON b.batch_id = c.batch_id""",
    ),
)
