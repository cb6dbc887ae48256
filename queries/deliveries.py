"""When each division last delivered: the last batch that brought or changed a row of it, and up to which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lineage.schema import BUSINESS_DATES, BY_NAME
from queries.territory import division_names

if TYPE_CHECKING:
    from lineage.ledger import Ledger

_TABLES = ("allocations", "indicators", "payments", "daily_reports", "one_card_batches")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One division's last delivery: the batch, when it was loaded (ISO), the latest business date of its records."""

    division_code: str
    name: str
    batch: int
    delivered_at: str
    latest: date | None
    records: int

    def to_json(self) -> dict[str, Any]:
        """The delivery; `latest` is null where no record bears a date."""
        return {
            "division_code": self.division_code, "name": self.name, "batch": self.batch,
            "delivered_at": self.delivered_at, "latest": self.latest.isoformat() if self.latest else None,
            "records": self.records,
        }


def deliveries(ledger: Ledger) -> tuple[Delivery, ...]:
    """One line for each division that ever delivered, by code. Cost: one pass over five tables."""
    parts = [
        f"SELECT division_code, batch, {BUSINESS_DATES.get(name, 'NULL::DATE')} AS day FROM {name}"
        for name in _TABLES
        if "division_code" in BY_NAME[name].names
    ]
    found = ledger.rows(
        "SELECT division_code, max(batch) AS batch, max(day) AS latest, count(*) AS records "
        f"FROM ({' UNION ALL '.join(parts)}) WHERE division_code IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    names = division_names(ledger)
    times = {batch: ledger.history.at(batch).time for batch in {row["batch"] for row in found}}
    return tuple(
        Delivery(row["division_code"], names.get(row["division_code"], ""), row["batch"], times[row["batch"]],
                 row["latest"], row["records"])
        for row in found
    )
