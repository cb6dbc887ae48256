"""A bundle's rows as an auditor would lay them out to check the questions by hand: as of a day, net, with class fen.

Written from the design's words, sharing no code with the engine.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from tests.oracle.attribution import Key, Lot, attribute, quota_fen
from tests.oracle.network import LEVEL_TIER, Network, Row, Tables, bare, fen, netted, network_of, tables_of
from tests.oracle.view import DATES, KEYS, seen_on

KINDS = {
    "allocations": "allocation",
    "transfers": "transfer",
    "indicators": "indicator",
    "payments": "payment",
    "special_accounts": "special_account",
    "account_entries": "account_entry",
    "one_card_batches": "one_card_batch",
    "one_card_payments": "one_card_payment",
}
REFERS = {
    "transfers": {"source_id": ("allocations", "indicators"), "target_id": ("indicators",), "reverses": ("transfers",)},
    "indicators": {"previous_id": ("indicators",)},
    "payments": {
        "indicator_id": ("indicators",),
        "transfer_id": ("transfers",),
        "account_id": ("special_accounts",),
        "one_card_batch_id": ("one_card_batches",),
        "reverses": ("payments",),
    },
    "account_entries": {
        "account_id": ("special_accounts",),
        "payment_id": ("payments",),
        "one_card_batch_id": ("one_card_batches",),
        "reverses": ("account_entries",),
    },
    "one_card_payments": {"batch_id": ("one_card_batches",)},
}
CLASSES = tuple((tier, poor) for tier in ("province", "city", "county", "relocation") for poor in (True, False))
"""The eight classes of sourced money in their order; unsourced-poverty and unsourced-other are (1, 0) and (1, 1)."""
Tiers = dict[str, int]


def latest_date(tables: Tables) -> str:
    """The default as-of: the latest business date."""
    return max(
        (row[column] for name, column in DATES.items() for row in tables.get(name, ()) if row[column]), default=""
    )


def named(reference: str, tables: tuple[str, ...], ids: dict[str, set[str]]) -> str:
    """The `kind:id` a reference names among ids, else empty."""
    for name in tables:
        kind = KINDS[name]
        if (":" not in reference or reference.startswith(kind + ":")) and bare(reference, kind) in ids[name]:
            return f"{kind}:{bare(reference, kind)}"
    return ""


@dataclass
class Record:
    """One record that is no reversal: its row as given and its net amount."""

    name: str
    row: Row
    amount: int
    gross: int
    back: list[tuple[str, str, int]] = field(default_factory=list)
    """What takes some of it back: date, name, negative amount."""


@dataclass
class Books:
    """Everything the questions are asked of, as of one day."""

    as_of: str
    tables: Tables
    network: Network
    every: dict[str, set[str]]
    """The ids of all records of each table, those that are dated later too: a reference to one does not dangle."""
    as_recorded: Tables | None = None
    """The tables without accepted links, where there are such: some rules judge what a record itself names."""

    def recorded(self) -> Books:
        """The same books with the references that the records themselves bear."""
        return Books(self.as_of, self.as_recorded or self.tables, self.network, self.every)

    def rows(self, name: str) -> list[Row]:
        return self.tables.get(name, [])

    @cached_property
    def ids(self) -> dict[str, set[str]]:
        return _ids(self.tables)

    def records(self, name: str) -> list[Record]:
        """The records of a table by id, net of reversals."""
        rows = self.rows(name)
        key = KEYS[name]
        if name not in ("transfers", "payments", "account_entries"):
            pairs = [(row, fen(row.get("amount", ""))) for row in rows]
        else:
            pairs = netted(rows, key)
        found = [Record(f"{KINDS[name]}:{row[key]}", row, amount, fen(row.get("amount", ""))) for row, amount in pairs]
        by_id = {record.row[key]: record for record in found}
        for row in rows:
            taken = by_id.get(row.get("reverses", "").split(":", 1)[-1])
            if row.get("reverses") and taken and row.get("status", "valid") == "valid" and row[DATES[name]]:
                taken.back.append((row[DATES[name]], f"{KINDS[name]}:{row[key]}", fen(row["amount"])))
        return sorted(found, key=lambda record: record.name)

    @cached_property
    def indicators(self) -> dict[str, Record]:
        return {record.name: record for record in self.records("indicators")}

    @cached_property
    def sources(self) -> dict[str, Record]:
        return {record.name: record for record in (*self.records("allocations"), *self.indicators.values())}

    @cached_property
    def transfers(self) -> list[Record]:
        return self.records("transfers")

    @cached_property
    def payments(self) -> list[Record]:
        """All payments, also void, pending and undated."""
        return self.records("payments")

    @cached_property
    def paid(self) -> list[Record]:
        """Valid and dated payments: money that left."""
        return [record for record in self.payments if record.row["status"] == "valid" and record.row["pay_date"]]

    @cached_property
    def entries(self) -> list[Record]:
        return self.records("account_entries")

    @cached_property
    def divisions(self) -> dict[str, Row]:
        return {row["division_code"]: row for row in self.rows("divisions")}

    def level(self, division: str) -> str:
        """The tier of a division's own money; of one that is not in the ledger, county."""
        return LEVEL_TIER[self.divisions[division]["level"]] if division in self.divisions else "county"

    def parent(self, division: str) -> str:
        return self.divisions.get(division, {}).get("fiscal_parent", "")

    def source(self, transfer: Record) -> Record | None:
        return self.sources.get(named(transfer.row["source_id"], ("allocations", "indicators"), self.ids))

    def indicator(self, payment: Record) -> Record | None:
        return self.indicators.get(named(payment.row["indicator_id"], ("indicators",), self.ids))

    def year(self, record: Record) -> str:
        """A transfer's fiscal year is its source's, a payment's its indicator's; without one, their date's."""
        if record.name.startswith("payment:"):
            origin, day = self.indicator(record), record.row["pay_date"]
        else:
            origin, day = self.source(record), record.row["issue_date"]
        return origin.row["fiscal_year"] if origin else day[:4]

    def in_scope(self, name: str) -> bool:
        return self.network.nodes[name].in_scope

    @cached_property
    def coming_transfers(self) -> dict[str, list[Record]]:
        """Per indicator the transfers coming in, told by an id or the document; one taken back whole is none."""
        target = {edge.source: edge.target for edge in self.network.edges if edge.source.startswith("transfer:")}
        found: dict[str, list[Record]] = defaultdict(list)
        for transfer in self.transfers:
            if transfer.name in target:
                found[target[transfer.name]].append(transfer)
        return found

    def unreceived(self, transfer: Record) -> bool:
        return self.network.nodes[transfer.name].waiting

    def inflow(self, name: str) -> int:
        return self.network.nodes[name].inflow

    @cached_property
    def _classed(self) -> tuple[dict[str, Lot], dict[str, Lot], dict[tuple[str, str], Lot]]:
        def of(key: Key) -> Key:
            if key[0]:
                return key
            node = self.network.nodes[str(key[1])]
            return (0, CLASSES.index((node.tier, node.in_scope)))

        found = attribute(self.network, "pro-rata", rename=of, poverty=lambda key: False)
        return found.pool, found.balance, found.carried

    def pool(self, name: str) -> Lot:
        """Class fen of all that is in a record."""
        return self._classed[0][name]

    def balance(self, name: str) -> Lot:
        return self._classed[1][name]

    def came(self, name: str) -> Lot:
        """Class fen of what came to a record by recorded movements."""
        total: Lot = {}
        for (_, target), lot in self._classed[2].items():
            if target == name:
                for key, amount in lot.items():
                    total[key] = total.get(key, 0) + amount
        return total

    def carried(self, source: str, target: str) -> Lot:
        return self._classed[2].get((source, target), {})


def poverty_fen(lot: Lot) -> int:
    return sum(amount for key, amount in lot.items() if is_poverty(key))


def other_fen(lot: Lot) -> int:
    return sum(lot.values()) - poverty_fen(lot)


def is_poverty(key: Key) -> bool:
    return key == (1, 0) if key[0] else CLASSES[int(key[1])][1]


def tier_of(key: Key) -> str:
    return "unknown" if key[0] else CLASSES[int(key[1])][0]


def part(lot: Lot, amount: int) -> Lot:
    """F(amount) of a mixture, or all of it where that is less."""
    return quota_fen({key: value for key, value in lot.items() if value}, amount) if sum(lot.values()) > amount else lot


def books_as_of(folder: Path, as_of: str = "") -> Books:
    """The books of a bundle as of a day (default its latest)."""
    return books_of(tables_of(folder), as_of)


def books_of(whole: Tables, as_of: str = "", accepted: list[tuple[str, str]] | None = None) -> Books:
    """The books of tables as of a day; a link (from, to) that people accepted counts as the reference would."""
    day = as_of or latest_date(whole)
    tables = seen_on(whole, day)
    network = network_of(tables, accepted)
    return Books(day, _referring(tables, network), network, _ids(whole), tables)


def _referring(tables: Tables, network: Network) -> Tables:
    """The tables with every accepted link in the column that would have said it."""
    said = {}
    for edge in network.edges:
        if edge.evidence == "asserted":
            kinds = (edge.source.split(":")[0], edge.target.split(":")[0])
            if kinds[0] == "transfer":
                said[edge.source, "target_id"] = edge.target
            elif kinds[1] == "indicator":
                said[edge.target, "previous_id"] = edge.source
            else:
                said[edge.target, "source_id" if kinds[1] == "transfer" else "indicator_id"] = edge.source
    if not said:
        return tables
    found = dict(tables)
    for name in ("transfers", "indicators", "payments"):
        found[name] = [
            row | {column: said.get((f"{KINDS[name]}:{row[KEYS[name]]}", column), row[column])
                   for column in REFERS[name] if column != "reverses"}
            for row in tables.get(name, ())
        ]
    return found


def _ids(tables: Tables) -> dict[str, set[str]]:
    return {name: {row[KEYS[name]] for row in tables.get(name, ())} for name in KINDS}


def days_between(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def months_after(day: str, months: int) -> str:
    """The same day so many calendar months on, the month's last where it has no such day."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for last in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(start.day, last)).isoformat()
        except ValueError:
            continue
    raise AssertionError("a month of fewer than 28 days")
