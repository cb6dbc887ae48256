"""What a person needs beside a record's name to know it: title, document number, date, division, amount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.ledger import Ledger

_TEXTS: Mapping[str, str] = {
    "allocation": "SELECT record, coalesce(title, fund_name) AS title, doc_no, date, division_code, amount_fen "
    "FROM allocations",
    "transfer": "SELECT record, title, doc_no, issue_date AS date, to_division_code AS division_code, amount_fen "
    "FROM transfers",
    "indicator": "SELECT record, coalesce(title, fund_name) AS title, coalesce(doc_no, superior_doc_no) AS doc_no, "
    "date, division_code, amount_fen FROM indicators",
    "payment": "SELECT record, concat_ws(' ', payee_name, purpose) AS title, doc_no, pay_date AS date, division_code, "
    "amount_fen FROM payments",
    "special_account": "SELECT record, name AS title, NULL AS doc_no, NULL::DATE AS date, division_code, "
    "NULL::BIGINT AS amount_fen FROM special_accounts",
    "account_entry": "SELECT e.record, concat_ws(' ', e.payee_name, e.purpose) AS title, NULL AS doc_no, e.date, "
    "a.division_code, e.amount_fen FROM account_entries e "
    "LEFT JOIN special_accounts a ON a.account_id = e.account_id",
    "one_card_batch": "SELECT record, programme AS title, NULL AS doc_no, pay_date AS date, division_code, amount_fen "
    "FROM one_card_batches",
    "one_card_payment": "SELECT c.record, c.person_name AS title, NULL AS doc_no, b.pay_date AS date, "
    "b.division_code, c.amount_fen FROM one_card_payments c "
    "LEFT JOIN one_card_batches b ON b.batch_id = c.batch_id",
}


@dataclass(frozen=True, slots=True)
class Description:
    """A record's own words; the amount is as the row says it, in fen."""

    record: str
    title: str
    doc_no: str
    date: date | None
    division_code: str
    amount_fen: int | None

    @property
    def whole(self) -> str:
        """Title and document number in one line; the number once."""
        return " ".join(dict.fromkeys(part for part in (self.title, self.doc_no) if part))


def describe(ledger: Ledger, records: Iterable[str]) -> dict[str, Description]:
    """Descriptions by record; one query a kind met."""
    by_kind: dict[str, list[str]] = {}
    for record in dict.fromkeys(records):
        by_kind.setdefault(record.partition(":")[0], []).append(record)
    found: dict[str, Description] = {}
    for kind, wanted in sorted(by_kind.items()):
        if kind not in _TEXTS:
            continue
        rows = ledger.rows(f"SELECT * FROM ({_TEXTS[kind]}) WHERE record IN (SELECT unnest($1))", [wanted])
        for row in rows:
            found[row["record"]] = Description(
                row["record"],
                row["title"] or "",
                row["doc_no"] or "",
                row["date"],
                row["division_code"] or "",
                row["amount_fen"],
            )
    return found
