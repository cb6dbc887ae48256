"""A payee's whole picture: everything that one account or one name received, with every spelling met.

A name leads to its accounts and an account to its names, one step each, so that `李某` and `李 某` on one account
stand together. Names without an account are compared without blanks, in half width, simplified.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage.errors import NotFound
from lineage.money import yuan
from queries.search import token_of
from queries.search_text import plain

if TYPE_CHECKING:
    from lineage.ledger import Ledger

Row = Mapping[str, Any]
_RECEIVED = """
    SELECT record, payee_name, payee_account, payee_account_masked, division_code, pay_date AS date, purpose, net_fen
    FROM payments WHERE NOT is_reversal AND status = 'valid' AND pay_date IS NOT NULL AND payee_name IS NOT NULL
    UNION ALL
    SELECT e.record, e.payee_name, e.payee_account, e.payee_account_masked, a.division_code, e.date, e.purpose,
           e.net_fen
    FROM account_entries e LEFT JOIN special_accounts a ON a.account_id = e.account_id
    WHERE e.direction = 'expenditure' AND NOT e.is_reversal AND e.payee_name IS NOT NULL
    UNION ALL
    SELECT c.record, c.person_name, c.payee_account, c.payee_account_masked, b.division_code, b.pay_date, b.programme,
           c.amount_fen
    FROM one_card_payments c LEFT JOIN one_card_batches b ON b.batch_id = c.batch_id
    WHERE c.status = 'paid' AND (c.person_name IS NOT NULL OR c.payee_account IS NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Share:
    """What falls on one spelling, account, division, year or purpose: how many receipts, how much (fen)."""

    key: str
    count: int
    amount_fen: int

    def to_json(self) -> dict[str, Any]:
        """With the amount in yuan."""
        return {"key": self.key, "receipts": self.count, "amount": yuan(self.amount_fen)}


@dataclass(frozen=True, slots=True)
class Payee:
    """The picture: all receipts by date, and how they divide. Account numbers are masked."""

    asked: str
    receipts: tuple[Row, ...]
    spellings: tuple[Share, ...]
    accounts: tuple[Share, ...]
    divisions: tuple[Share, ...]
    years: tuple[Share, ...]
    purposes: tuple[Share, ...]

    @property
    def amount_fen(self) -> int:
        """Everything received, net of reversals."""
        return sum(row["net_fen"] for row in self.receipts)

    def to_json(self) -> dict[str, Any]:
        """The picture with amounts in yuan."""
        groups = {
            name: [share.to_json() for share in getattr(self, name)]
            for name in ("spellings", "accounts", "divisions", "years", "purposes")
        }
        return {
            "payee": self.asked,
            "total": len(self.receipts),
            "amount": yuan(self.amount_fen),
            **groups,
            "receipts": [
                {
                    "record": row["record"],
                    "date": row["date"].isoformat() if row["date"] else None,
                    "division_code": row["division_code"],
                    "name": row["payee_name"],
                    "purpose": row["purpose"],
                    "amount": yuan(row["net_fen"]),
                }
                for row in self.receipts
            ],
        }


def payee(ledger: Ledger, asked: str, divisions: frozenset[str] | None = None) -> Payee:
    """The picture of a name or an account number, in all divisions or in those given. Raises NotFound.

    Cost: one pass over the names of receipts, one over the receipts themselves.
    """
    token = token_of(ledger, asked)
    names = {
        row["payee_name"]
        for row in ledger.rows(f"SELECT DISTINCT payee_name FROM ({_RECEIVED})")
        if row["payee_name"] and plain(row["payee_name"]) == plain(asked)
    }
    start = _received(ledger, names, {token} if token else set())
    accounts = {row["payee_account"] for row in start if row["payee_account"]}
    names |= {row["payee_name"] for row in start if row["payee_name"] and row["payee_account"]}
    found = _received(ledger, names, accounts)
    # another bearer of a common name has accounts of its own: only receipts tied by account, or without one, are kept
    kept = [row for row in found if row["payee_account"] is None or row["payee_account"] in accounts]
    if divisions is not None:
        kept = [row for row in kept if row["division_code"] in divisions]
    if not kept:
        raise NotFound(f"nobody called {asked} received anything", "lineage search finds parts of names")
    return Payee(
        asked,
        tuple(kept),
        spellings=_shares(kept, lambda row: row["payee_name"] or ""),
        accounts=_shares(kept, lambda row: row["payee_account_masked"] or ""),
        divisions=_shares(kept, lambda row: row["division_code"] or ""),
        years=_shares(kept, lambda row: str(row["date"].year) if row["date"] else ""),
        purposes=_shares(kept, lambda row: row["purpose"] or ""),
    )


def _received(ledger: Ledger, names: Iterable[str], accounts: Iterable[str]) -> list[dict[str, Any]]:
    return ledger.rows(
        f"SELECT * FROM ({_RECEIVED}) WHERE list_contains($names::VARCHAR[], payee_name) "
        "OR list_contains($accounts::VARCHAR[], payee_account) ORDER BY date, record",
        {"names": sorted(names), "accounts": sorted(accounts)},
    )


def _shares(rows: Iterable[Row], key: Callable[[Row], str]) -> tuple[Share, ...]:
    groups: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row["net_fen"])
    shares = (Share(name, len(amounts), sum(amounts)) for name, amounts in groups.items())
    return tuple(sorted(shares, key=lambda share: (-share.amount_fen, share.key)))
