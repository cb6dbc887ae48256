"""Asserted links: proposed links that a person accepted, as the journal keeps them; revocable.

An entry `link-accepted` has `from`, `to`, `why` and may have `kind`, `amount_fen`. Invariant: a link runs in the
direction of the money, also where it was noted as payment → indicator; what it carries is what its records move as
they now stand, not as they stood when somebody accepted it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lineage.errors import Damaged
from lineage.ledger.journal import Entry
from lineage.money import yuan

Rows = Callable[[str], list[dict[str, Any]]]
_CARRIED = """
    SELECT l.entry, l.kind, l.source, l.target, l.counted, coalesce(e.amount_fen, 0) AS amount_fen, e.date
    FROM accepted_links l LEFT JOIN (SELECT * FROM edges WHERE evidence = 'asserted') e
      ON l.counted AND e.source = l.source AND e.target = l.target
    ORDER BY l.entry"""


@dataclass(frozen=True, slots=True)
class AssertedLink:
    """One link in force: from which record to which, and who accepted it, when, why.

    `amount_fen` is what it carries as the records now stand, 0 where it gave way (not `counted`: an end is not there,
    or the record, a document number or an earlier link says what it says) or its record moves nothing.
    """

    source: str
    target: str
    kind: str
    amount_fen: int
    date: date | None
    who: str
    why: str
    at: str
    entry: int
    counted: bool

    def to_json(self) -> dict[str, Any]:
        """The link as every door gives it."""
        return {
            "entry": self.entry, "from": self.source, "to": self.target, "kind": self.kind, "counted": self.counted,
            "amount": yuan(self.amount_fen), "date": self.date.isoformat() if self.date else None,
            "who": self.who, "why": self.why, "at": self.at,
        }


def links(entries: Sequence[Entry], rows: Rows) -> list[AssertedLink]:
    """The links of accepted entries, in order; `rows` asks the ledger what they carry, in one question."""
    if not entries:
        return []
    noted = {entry.number: entry for entry in entries}
    return [
        AssertedLink(
            row["source"], row["target"], row["kind"], row["amount_fen"], row["date"], noted[row["entry"]].by,
            str(noted[row["entry"]].body.get("why", "")), noted[row["entry"]].at, row["entry"], row["counted"],
        )
        for row in rows(_CARRIED)
    ]


def ends(entries: Sequence[Entry]) -> list[list[int] | list[str]]:
    """Numbers, sources and targets of accepted entries, each in the direction of the money. Raises Damaged."""
    pairs = [_ends(entry) for entry in entries]
    return [[entry.number for entry in entries], [source for source, _ in pairs], [target for _, target in pairs]]


def _ends(entry: Entry) -> tuple[str, str]:
    try:
        source, target = str(entry.body["from"]), str(entry.body["to"])
    except KeyError as error:
        raise Damaged(f"journal entry {entry.number}: a link without {error}", "run lineage verify") from None
    backwards = source.startswith("payment:") and target.startswith("indicator:")
    return (target, source) if backwards else (source, target)
