"""Asserted links: proposed links that a person accepted, as the journal keeps them; revocable.

An entry `link-accepted` has `from`, `to`, `why` and may have `kind`, `amount_fen`, `date`. Invariant: a link runs in
the direction of the money, also where it was noted as payment → indicator; what it carries is what its transfer,
payment or account entry moves as the records now stand, not as they stood when somebody accepted it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lineage.errors import Damaged
from lineage.ledger.journal import Entry
from lineage.schema import BUSINESS_DATES, BY_KIND

Rows = Callable[[str, dict[str, Any]], list[dict[str, Any]]]
_CARRIERS = ("payment", "account_entry", "transfer")
"""Kinds whose record is a movement of money itself: a link to one carries that record's amount and date."""


@dataclass(frozen=True, slots=True)
class AssertedLink:
    """One link in force: from which record to which, fen, date, and who accepted it, when, why."""

    source: str
    target: str
    kind: str
    amount_fen: int
    date: date | None
    who: str
    why: str
    at: str
    entry: int


def links(entries: Sequence[Entry], rows: Rows) -> list[AssertedLink]:
    """The links of accepted entries, in order; `rows` asks the ledger for amounts and dates that an entry lacks.

    A link whose movement is not in the ledger (or hidden as of the day asked) carries nothing and is left out.
    """
    found = (_link(entry, rows) for entry in entries)
    return [link for link in found if link is not None]


def _link(entry: Entry, rows: Rows) -> AssertedLink | None:
    try:
        source, target = str(entry.body["from"]), str(entry.body["to"])
    except KeyError as error:
        raise Damaged(f"journal entry {entry.number}: a link without {error}", "run lineage verify") from None
    if source.startswith("payment:") and target.startswith("indicator:"):
        source, target = target, source
    amount, dated = entry.body.get("amount_fen"), entry.body.get("date")
    day = date.fromisoformat(dated) if dated else None
    if any(record.partition(":")[0] in _CARRIERS for record in (source, target)):
        movement = _movement(source, target, rows)
        if movement is None:
            return None
        amount, day = movement
    elif amount is None:
        return None
    return AssertedLink(
        source,
        target,
        str(entry.body.get("kind", "")),
        int(amount),
        day,
        entry.by,
        str(entry.body.get("why", "")),
        entry.at,
        entry.number,
    )


def _movement(source: str, target: str, rows: Rows) -> tuple[int, date | None] | None:
    """Amount and date of the record that moves the money: the later end where it is one, else the earlier.

    A transfer leaves its source when it is issued and arrives when it is received, else when it is issued.
    """
    for record in (target, source):
        kind = record.partition(":")[0]
        if kind in _CARRIERS:
            table = BY_KIND[kind].name
            dated = BUSINESS_DATES[table]
            if kind == "transfer" and record == source:
                dated = "coalesce(receive_date, issue_date)"
            alive = " AND status = 'valid' AND pay_date IS NOT NULL" if kind == "payment" else ""
            where = f"record = $record AND NOT is_reversal{alive}"
            found = rows(f"SELECT net_fen, {dated} AS dated FROM {table} WHERE {where}", {"record": record})
            return (found[0]["net_fen"], found[0]["dated"]) if found else None
    return None
