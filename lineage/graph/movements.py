"""The edges: one function a kind of evidence, each giving source, target, amount, date of every movement.

A reference that leads to no record gives no edge (it stays visible as a gap of the record). A movement
whose net amount is nothing gives none either: taken back in full, it moved no money.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.graph.arrays import Indexes, Ints, Small
from lineage.graph.records import Records, dates, flags
from lineage.schema import BY_KIND, NODE_KINDS

if TYPE_CHECKING:
    from lineage.ledger import Ledger

RECORDED, DOCUMENT, ASSERTED = 0, 1, 2

DOCUMENT_LINKS = """
    WITH origin AS (
        SELECT record, division_code FROM allocations UNION ALL SELECT record, division_code FROM indicators),
    quoting AS (
        SELECT i.indicator_id, i.division_code, i.date, document_number(i.superior_doc_no) AS number
        FROM indicators i
        WHERE i.origin = 'superior' AND i.superior_doc_no IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM transfers t WHERE NOT t.is_reversal AND t.target_id = i.indicator_id)),
    waiting AS (
        SELECT t.transfer_id, t.to_division_code, t.net_fen, document_number(t.doc_no) AS number,
               o.division_code AS from_division
        FROM transfers t JOIN origin o ON o.record = t.source_id
        WHERE NOT t.is_reversal AND t.kind = 'issue' AND t.target_id IS NULL AND t.doc_no IS NOT NULL)
    SELECT any_value(w.transfer_id) AS transfer_id, q.indicator_id, any_value(w.net_fen) AS amount_fen,
           any_value(q.date) AS date
    FROM quoting q
    JOIN division_rows d ON d.division_code = q.division_code AND q.date >= d.since AND q.date < d.until
    JOIN waiting w ON w.to_division_code = q.division_code AND w.from_division = d.fiscal_parent
                  AND w.number = q.number
    GROUP BY q.indicator_id HAVING count(*) = 1
    ORDER BY q.indicator_id"""
"""Issues without a target that exactly one number ties to a superior indicator (columns: transfer_id,
indicator_id, amount_fen, date)."""


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
    so_far = _joined(parts)
    parts.clear()
    ends = _asserted_ends(ledger, records)
    so_far = _joined([so_far, _asserted(ledger, records, ends, so_far)])
    return _joined([so_far, _years_to_years(ledger, records, ends, so_far)])


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
    table = ledger.query(DOCUMENT_LINKS)
    return _movements(records.positions("transfer", table["transfer_id"]),
                      records.positions("indicator", table["indicator_id"]), table, DOCUMENT)


Ends = tuple[Indexes, Indexes]


def _asserted_ends(ledger: Ledger, records: Records) -> Ends:
    """Source and target node of every asserted link, -1 where a record is not there (or hidden as of the day)."""
    import pyarrow as pa

    links = ledger.asserted_links
    ends = []
    for side in ("source", "target"):
        found = np.full(len(links), -1, np.int32)
        for kind in ("allocation", "indicator", "transfer", "payment"):
            names = [_id_of(getattr(link, side), kind) for link in links]
            place = records.positions(kind, pa.array(names, pa.large_string()))
            found = np.where(place >= 0, place, found).astype(np.int32)
        ends.append(found)
    return ends[0], ends[1]


def _asserted(ledger: Ledger, records: Records, ends: Ends, recorded: Movements) -> Movements:
    """Links that people accepted; one gives way where its transfer or payment is tied by records meanwhile."""
    import pyarrow as pa

    links = ledger.asserted_links
    gone, come = _met(recorded.source, ends[0], records), _met(recorded.target, ends[1], records)
    keep = np.zeros(len(links), np.bool_)
    for place, link in enumerate(links):
        source, target = int(ends[0][place]), int(ends[1][place])
        if source < 0 or target < 0:
            continue  # an end that is not there ties nothing, and keeps no other link out
        if link.target.startswith("indicator:"):
            keep[place] = link.source.startswith("transfer:") and source not in gone
        else:
            keep[place] = target not in come
        if keep[place]:
            gone.add(source)
            come.add(target)
    table = pa.table({
        "amount_fen": pa.array([link.amount_fen for link in links], pa.int64()),
        "date": pa.array([link.date for link in links], pa.date32()),
    })
    return _movements(np.where(keep, ends[0], -1).astype(np.int32), ends[1], table, ASSERTED)


def _met(nodes: Indexes, wanted: Indexes, records: Records) -> set[int]:
    """Which of the nodes wanted are among `nodes` (m,)."""
    if not len(wanted):
        return set()
    there = np.zeros(len(records.nodes.amount), np.bool_)
    there[nodes] = True
    return {int(node) for node in wanted if node >= 0 and there[node]}


def _id_of(record: str, kind: str) -> str | None:
    return record.removeprefix(kind + ":") if record.startswith(kind + ":") else None


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


def _years_to_years(ledger: Ledger, records: Records, asserted: Ends, others: Movements) -> Movements:
    """Last year's indicator to this year's, of what else does not come in, unless a carry-over transfer says so."""
    table = ledger.query("""
        SELECT i.indicator_id, i.previous_id, EXISTS (
            SELECT 1 FROM transfers t WHERE NOT t.is_reversal AND t.kind = 'carry_over'
              AND t.source_id = 'indicator:' || i.previous_id AND t.target_id = i.indicator_id) AS told
        FROM indicators i WHERE i.previous_id IS NOT NULL""")
    later = records.positions("indicator", table["indicator_id"])
    earlier = records.positions("indicator", table["previous_id"])
    told = table["told"].to_numpy(zero_copy_only=False).astype(np.bool_)
    accepted = _accepted_years(records, asserted, later[earlier >= 0], others)
    evidence = np.repeat(np.array([RECORDED, ASSERTED], np.int8), [int((~told).sum()), len(accepted[0])])
    source = np.concatenate([earlier[~told], accepted[0]])
    target = np.concatenate([later[~told], accepted[1]])
    came: Ints = np.zeros(len(records.nodes.amount) if len(target) else 0, np.int64)
    np.add.at(came, others.target, others.amount) if len(target) else None
    rest = records.nodes.amount[target] - came[target]
    keep = (source >= 0) & (rest > 0)
    return Movements(source[keep], target[keep], rest[keep], records.nodes.date[target[keep]], evidence[keep],
                     np.full(int(keep.sum()), -1, np.int32))


def _accepted_years(records: Records, ends: Ends, recorded: Indexes, others: Movements) -> Ends:
    """Accepted carry-overs, the first for each later indicator, where no record of its own names an earlier one."""
    place = NODE_KINDS.index("indicator")
    start, stop = int(records.kind_start[place]), int(records.kind_start[place + 1])
    inside = [(ends[side] >= start) & (ends[side] < stop) for side in (0, 1)]
    fed = set(recorded.tolist())
    pairs = []
    for source, target in zip(*(side[inside[0] & inside[1]].tolist() for side in ends), strict=True):
        if target not in fed and not _goes_by_transfer(others, source, target):
            fed.add(target)
            pairs.append((source, target))
    found = np.array(pairs, np.int32).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _goes_by_transfer(moved: Movements, source: int, target: int) -> bool:
    """Whether some record takes money from the one to the other."""
    return bool(np.isin(moved.target[moved.source == source], moved.source[moved.target == target]).any())
