"""The edges: one function a kind of evidence, each giving source, target, amount, date of every movement.

A reference that leads to no record gives no edge (it stays visible as a gap of the record). A movement
whose net amount is nothing gives none either: taken back in full, it moved no money.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.graph.arrays import Indexes, Ints, Small
from lineage.graph.records import Records, dates, flags
from lineage.ledger.linked import DOCUMENT_LINKS
from lineage.schema import BY_KIND

if TYPE_CHECKING:
    from lineage.ledger import Ledger

RECORDED, DOCUMENT, ASSERTED = 0, 1, 2

_GIVEN = "SELECT source, target FROM accepted_links WHERE kind = 'given' AND counted"
_ACCEPTED = MappingProxyType({
    "given": """
        SELECT l.source, l.target, t.net_fen AS amount_fen, t.issue_date AS date, NULL::VARCHAR AS named
        FROM accepted_links l JOIN transfers t ON t.record = l.target
        WHERE l.kind = 'given' AND l.counted ORDER BY l.entry""",
    "received": """
        SELECT l.source, l.target, t.net_fen AS amount_fen, coalesce(t.receive_date, t.issue_date) AS date,
               NULL::VARCHAR AS named
        FROM accepted_links l JOIN transfers t ON t.record = l.source
        WHERE l.kind = 'received' AND l.counted ORDER BY l.entry""",
    "paid": """
        SELECT l.source, l.target, p.net_fen AS amount_fen, p.pay_date AS date, p.transfer_id AS named
        FROM accepted_links l JOIN payments p ON p.record = l.target AND p.status = 'valid' AND p.pay_date IS NOT NULL
        WHERE l.kind = 'paid' AND l.counted ORDER BY l.entry""",
})
"""By kind of accepted link, the movements of those that count; carry-overs are worked out with the recorded ones."""


@dataclass(frozen=True, slots=True)
class Movements:
    """Edges in no particular order; shapes (m,). `named` is the transfer a payment names, -1 for none."""

    source: Indexes
    target: Indexes
    amount: Ints
    date: Indexes
    evidence: Small
    named: Indexes


def read(ledger: Ledger, records: Records) -> Movements:
    """Every movement of money of a ledger."""
    parts = [
        _sources_to_transfers(ledger, records),
        _transfers_to_indicators(ledger, records),
        _linked_by_document(ledger, records),
        *_around_payments(ledger, records),
        *_around_entries(ledger, records),
        *_out_of_batches(ledger, records),
    ]
    if ledger.links_in_force:
        parts += _accepted(ledger, records)
    so_far = _joined(parts)
    parts.clear()
    return _joined([so_far, _years_to_years(ledger, records, so_far)])


def _joined(parts: list[Movements]) -> Movements:
    parts = [part for part in parts if len(part.source)] or parts[:1]
    if len(parts) == 1:
        return parts[0]

    def column(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    return Movements(column("source"), column("target"), column("amount"), column("date"), column("evidence"),
                     column("named"))


def _movements(source: Indexes, target: Indexes, table: Any, evidence: int = RECORDED,
               named: Indexes | None = None) -> Movements:
    amount = table["amount_fen"].fill_null(0).to_numpy().astype(np.int64)
    keep = (source >= 0) & (target >= 0) & (amount > 0)
    named = np.full(len(source), -1, np.int32) if named is None else named
    return Movements(source[keep], target[keep], amount[keep], dates(table["date"])[keep],
                     np.full(int(keep.sum()), evidence, np.int8), named[keep])


def _rows_of(ledger: Ledger, records: Records, kind: str, sql: str) -> Iterator[tuple[Any, Indexes]]:
    """The rows that are the nodes of a kind, in pieces, each with the nodes' indexes: no id is looked up."""
    table, span = BY_KIND[kind], records.span(kind)
    order = "" if ledger.is_sorted(table.name) else f" ORDER BY {table.key[0]}"
    place = span.start
    for batch in ledger.pieces(sql + order):
        yield batch, np.arange(place, place + len(batch), dtype=np.int32)
        place += len(batch)
    assert place == span.stop, f"{place - span.start} rows of {table.name} for {len(span)} records"


def _sources_to_transfers(ledger: Ledger, records: Records) -> Movements:
    table = ledger.query("""
        SELECT transfer_id, net_fen AS amount_fen, issue_date AS date,
               CASE WHEN starts_with(source_id, 'allocation:') THEN substr(source_id, 12) END AS allocation_id,
               CASE WHEN starts_with(source_id, 'indicator:') THEN substr(source_id, 11) END AS indicator_id
        FROM transfers WHERE NOT is_reversal""")
    allocation = records.positions("allocation", table["allocation_id"])
    indicator = records.positions("indicator", table["indicator_id"])
    source = np.where(allocation >= 0, allocation, indicator).astype(np.int32)
    return _movements(source, records.positions("transfer", table["transfer_id"]), table)


def _transfers_to_indicators(ledger: Ledger, records: Records) -> Movements:
    table = ledger.query("""
        SELECT transfer_id, target_id, net_fen AS amount_fen, coalesce(receive_date, issue_date) AS date
        FROM transfers WHERE NOT is_reversal AND target_id IS NOT NULL""")
    return _movements(records.positions("transfer", table["transfer_id"]),
                      records.positions("indicator", table["target_id"]), table)


def _linked_by_document(ledger: Ledger, records: Records) -> Movements:
    table = ledger.query(DOCUMENT_LINKS.format(given=_GIVEN))
    return _movements(records.positions("transfer", table["transfer_id"]),
                      records.positions("indicator", table["indicator_id"]), table, DOCUMENT)


def _accepted(ledger: Ledger, records: Records) -> Iterator[Movements]:
    """Links that people accepted and that count: out of sources into transfers, into indicators, into payments."""
    for sql in _ACCEPTED.values():
        table = ledger.query(sql)
        named = records.positions("transfer", table["named"])
        yield _movements(_nodes(records, table["source"]), _nodes(records, table["target"]), table, ASSERTED, named)


def _nodes(records: Records, names: Any) -> Indexes:
    """The node of each record named `kind:id`; -1 where there is none."""
    import pyarrow.compute as pc

    found = np.full(len(names), -1, np.int32)
    for kind in ("allocation", "indicator", "transfer", "payment"):
        ids = pc.if_else(pc.starts_with(names, kind + ":"), pc.utf8_slice_codeunits(names, len(kind) + 1), None)
        found = np.maximum(found, records.positions(kind, ids)).astype(np.int32)
    return found


def _around_payments(ledger: Ledger, records: Records) -> Iterator[Movements]:
    """Out of indicators into payments, and out of payments into accounts and batches."""
    rows = _rows_of(ledger, records, "payment", """
        SELECT indicator_id, transfer_id, account_id, one_card_batch_id, net_fen AS amount_fen, pay_date AS date,
               status = 'valid' AND pay_date IS NOT NULL AS paid
        FROM payments WHERE NOT is_reversal""")
    for batch, nodes in rows:
        payment = np.where(flags(batch["paid"]), nodes, np.int32(-1))
        yield _movements(records.positions("indicator", batch["indicator_id"]), payment, batch,
                         named=records.positions("transfer", batch["transfer_id"]))
        yield _movements(payment, records.positions("special_account", batch["account_id"]), batch)
        yield _movements(payment, records.positions("one_card_batch", batch["one_card_batch_id"]), batch)


def _around_entries(ledger: Ledger, records: Records) -> Iterator[Movements]:
    """Out of accounts into their expenditures, and out of these into batches."""
    rows = _rows_of(ledger, records, "account_entry", """
        SELECT account_id, one_card_batch_id, net_fen AS amount_fen, date FROM account_entries
        WHERE NOT is_reversal AND direction = 'expenditure'""")
    for batch, entry in rows:
        yield _movements(records.positions("special_account", batch["account_id"]), entry, batch)
        yield _movements(entry, records.positions("one_card_batch", batch["one_card_batch_id"]), batch)


def _out_of_batches(ledger: Ledger, records: Records) -> Iterator[Movements]:
    rows = _rows_of(ledger, records, "one_card_payment", """
        SELECT batch_id, amount_fen, CAST(NULL AS DATE) AS date, status = 'paid' AS paid FROM one_card_payments""")
    for batch, nodes in rows:
        found = _movements(records.positions("one_card_batch", batch["batch_id"]),
                           np.where(flags(batch["paid"]), nodes, np.int32(-1)), batch)
        yield replace(found, date=records.nodes.date[found.source])  # an edge out of a batch bears the batch's date


def _years_to_years(ledger: Ledger, records: Records, others: Movements) -> Movements:
    """Last year's indicator to this year's, of what else does not come in, unless a carry-over transfer says so."""
    table = ledger.query("""
        SELECT i.indicator_id, i.previous_id, i.previous_id IS DISTINCT FROM own.previous_id AS accepted
        FROM linked_indicators i JOIN indicators own ON own.record = i.record
        WHERE i.previous_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM linked_transfers t WHERE NOT t.is_reversal AND t.kind = 'carry_over'
              AND t.source_id = 'indicator:' || i.previous_id AND t.target_id = i.indicator_id)""")
    target = records.positions("indicator", table["indicator_id"])
    source = records.positions("indicator", table["previous_id"])
    evidence = np.where(flags(table["accepted"]), ASSERTED, RECORDED).astype(np.int8)
    came: Ints = np.zeros(len(records.nodes.amount) if len(target) else 0, np.int64)
    np.add.at(came, others.target, others.amount) if len(target) else None
    rest = records.nodes.amount[target] - came[target]
    keep = (source >= 0) & (rest > 0)
    return Movements(source[keep], target[keep], rest[keep], records.nodes.date[target[keep]], evidence[keep],
                     np.full(int(keep.sum()), -1, np.int32))
