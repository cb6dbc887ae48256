"""What a person needs beside a record's name to know it: title, document number, date, division, amount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from lineage.engine import literal

if TYPE_CHECKING:
    from lineage.ledger import Ledger

_TEXTS: Mapping[str, str] = {
    "allocation": "SELECT allocation_id AS id, coalesce(title, fund_name) AS title, doc_no, date, division_code, "
    "amount_fen FROM allocations WHERE allocation_id",
    "transfer": "SELECT transfer_id AS id, title, doc_no, issue_date AS date, to_division_code AS division_code, "
    "amount_fen FROM transfers WHERE transfer_id",
    "indicator": "SELECT indicator_id AS id, coalesce(title, fund_name) AS title, "
    "coalesce(doc_no, superior_doc_no) AS doc_no, date, division_code, amount_fen FROM indicators WHERE indicator_id",
    "payment": "SELECT payment_id AS id, concat_ws(' ', payee_name, purpose) AS title, doc_no, pay_date AS date, "
    "division_code, amount_fen FROM payments WHERE payment_id",
    "special_account": "SELECT account_id AS id, name AS title, NULL AS doc_no, NULL::DATE AS date, division_code, "
    "NULL::BIGINT AS amount_fen FROM special_accounts WHERE account_id",
    "account_entry": "SELECT e.entry_id AS id, concat_ws(' ', e.payee_name, e.purpose) AS title, NULL AS doc_no, "
    "e.date, a.division_code, e.amount_fen FROM account_entries e "
    "LEFT JOIN special_accounts a ON a.account_id = e.account_id WHERE e.entry_id",
    "one_card_batch": "SELECT batch_id AS id, programme AS title, NULL AS doc_no, pay_date AS date, division_code, "
    "amount_fen FROM one_card_batches WHERE batch_id",
    "one_card_payment": "SELECT c.one_card_payment_id AS id, c.person_name AS title, NULL AS doc_no, "
    "b.pay_date AS date, b.division_code, c.amount_fen FROM one_card_payments c "
    "LEFT JOIN one_card_batches b ON b.batch_id = c.batch_id WHERE c.one_card_payment_id",
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
        """Title and document number."""
        return one_line(self.title, self.doc_no)


def one_line(*parts: str | None) -> str:
    """What there is of some texts in one line, none of them twice."""
    return " ".join(dict.fromkeys(part for part in parts if part))


def describe(ledger: Ledger, records: Iterable[str]) -> dict[str, Description]:
    """Descriptions by record; one query a kind met.

    Ids stand in the query as they are: from a list of constants the engine knows which parts of a file it may pass by.
    """
    by_kind: dict[str, list[str]] = {}
    for record in dict.fromkeys(records):
        kind, _, name = record.partition(":")
        by_kind.setdefault(kind, []).append(name)
    found: dict[str, Description] = {}
    for kind, wanted in sorted(by_kind.items()):
        if kind not in _TEXTS:
            continue
        rows = ledger.rows(f"{_TEXTS[kind]} IN ({', '.join(map(literal, wanted))})")
        for row in rows:
            record = f"{kind}:{row['id']}"
            found[record] = Description(
                record,
                row["title"] or "",
                row["doc_no"] or "",
                row["date"],
                row["division_code"] or "",
                row["amount_fen"],
            )
    return found
