"""The nodes: one query a kind over the ledger's current tables, in the order of their ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.graph import text
from lineage.graph.arrays import NO_DATE, TIERS, Flags, Indexes, Ints, Nodes
from lineage.graph.text import TextColumn, from_arrow
from lineage.schema import BY_KIND, NODE_KINDS

if TYPE_CHECKING:
    from lineage.ledger import Ledger

GAP_REASONS = ("", "dangling-source", "no-source", "dangling-indicator", "no-indicator")

_LEVEL_TIER = "CASE d.level WHEN 'province' THEN 0 WHEN 'city' THEN 1 ELSE 2 END"
_COLUMNS = "id, title, amount_fen, date, division_code, tier, in_scope, alive, own, kept, waiting, gap"
_QUERIES = {
    "account_entry": """
        SELECT e.entry_id AS id, coalesce(e.purpose, e.payee_name) AS title, e.net_fen AS amount_fen, e.date AS date,
               s.division_code, -1 AS tier, coalesce(e.poverty, false) AS in_scope, true AS alive, false AS own,
               false AS kept, false AS waiting, 0 AS gap
        FROM account_entries e LEFT JOIN special_accounts s ON s.account_id = e.account_id
        WHERE e.direction = 'expenditure' AND NOT e.is_reversal""",
    "allocation": f"""
        SELECT a.allocation_id AS id, coalesce(a.fund_name, a.title) AS title, a.amount_fen, a.date AS date,
               a.division_code,
               CASE a.source WHEN 'central' THEN 0 WHEN 'province' THEN 0 WHEN 'city' THEN 1 WHEN 'county' THEN 2
                    WHEN 'relocation_financing' THEN 3 ELSE {_LEVEL_TIER} END AS tier,
               a.in_scope, true AS alive, false AS own, false AS kept, false AS waiting, 0 AS gap
        FROM allocations a LEFT JOIN divisions d ON d.division_code = a.division_code""",
    "indicator": f"""
        SELECT i.indicator_id AS id, coalesce(i.title, i.fund_name) AS title, i.amount_fen, i.date AS date,
               i.division_code, CASE WHEN i.origin = 'own' THEN {_LEVEL_TIER} ELSE -1 END AS tier, i.in_scope,
               true AS alive, i.origin = 'own' AS own, false AS kept, false AS waiting, 0 AS gap
        FROM indicators i LEFT JOIN divisions d ON d.division_code = i.division_code""",
    "one_card_batch": """
        SELECT batch_id AS id, programme AS title, amount_fen, pay_date AS date, division_code, -1 AS tier,
               false AS in_scope, true AS alive, false AS own, false AS kept, false AS waiting, 0 AS gap
        FROM one_card_batches""",
    "one_card_payment": """
        SELECT c.one_card_payment_id AS id, c.person_name AS title, c.amount_fen, b.pay_date AS date,
               b.division_code, -1 AS tier, false AS in_scope, c.status = 'paid' AS alive, false AS own, false AS kept,
               false AS waiting, 0 AS gap
        FROM one_card_payments c LEFT JOIN one_card_batches b ON b.batch_id = c.batch_id""",
    "payment": """
        SELECT p.payment_id AS id, coalesce(p.purpose, p.payee_name) AS title, p.net_fen AS amount_fen,
               p.pay_date AS date, p.division_code, -1 AS tier, coalesce(i.in_scope, false) AS in_scope,
               p.status = 'valid' AND p.pay_date IS NOT NULL AS alive, false AS own, false AS kept,
               false AS waiting,
               CASE WHEN p.indicator_id IS NULL THEN 4 WHEN i.indicator_id IS NULL THEN 3 ELSE 0 END AS gap
        FROM linked_payments p LEFT JOIN indicators i ON i.indicator_id = p.indicator_id
        WHERE NOT p.is_reversal""",
    "special_account": """
        SELECT account_id AS id, name AS title, 0 AS amount_fen, CAST(NULL AS DATE) AS date, division_code, -1 AS tier,
               false AS in_scope, true AS alive, false AS own, coalesce(accounting_enabled, false) AS kept,
               false AS waiting, 0 AS gap
        FROM special_accounts""",
    "transfer": """
        SELECT t.transfer_id AS id, t.title, t.net_fen AS amount_fen, t.issue_date AS date,
               t.to_division_code AS division_code, -1 AS tier, t.in_scope, true AS alive, false AS own, false AS kept,
               t.kind = 'issue' AND t.target_id IS NULL AS waiting,
               CASE WHEN t.source_id IS NULL THEN 2 WHEN s.record IS NULL THEN 1 ELSE 0 END AS gap
        FROM linked_transfers t
        LEFT JOIN (SELECT record FROM allocations UNION ALL SELECT record FROM indicators) s ON s.record = t.source_id
        WHERE NOT t.is_reversal""",
}


@dataclass(frozen=True, slots=True)
class Records:
    """The nodes of a ledger with the look-up that its edges need."""

    kind_start: Ints
    division_codes: tuple[str, ...]
    nodes: Nodes

    def span(self, kind: str) -> range:
        """The node indexes of a kind."""
        place = NODE_KINDS.index(kind)
        return range(int(self.kind_start[place]), int(self.kind_start[place + 1]))

    def positions(self, kind: str, ids: Any) -> Indexes:
        """Node index of each id of that kind in an Arrow array; -1 for null and for ids not there."""
        import pyarrow as pa
        import pyarrow.compute as pc

        span = self.span(kind)
        start, stop = span.start, span.stop
        wanted = ids.cast(pa.large_string())
        if len(wanted) < len(span) // 1000:  # a look-up table of ten million ids for the sake of a few
            rows = [-1 if each is None else self.nodes.ids.find(each, start, stop) for each in wanted.to_pylist()]
            return np.array(rows, np.int32)
        known = self.nodes.ids.to_arrow()[start:stop]
        found = pc.fill_null(pc.index_in(wanted, value_set=known, skip_nulls=True), -1)
        positions = found.to_numpy(zero_copy_only=False).astype(np.int32)
        result: Indexes = np.where(positions >= 0, positions + np.int32(start), np.int32(-1)).astype(np.int32)
        return result


def read(ledger: Ledger) -> Records:
    """All nodes of a ledger, by kind and id. Reversals are no nodes."""
    codes = _division_codes(ledger)
    counts = [0]
    read_so_far: dict[str, list[Any]] = {name: [] for name in _READERS}
    for kind in NODE_KINDS:
        found = _of_kind(ledger, kind, codes)
        counts.append(sum(len(piece) for piece in found["amount"]))
        for name, pieces in found.items():
            read_so_far[name].extend(pieces)
    columns = {name: _joined(pieces) for name, pieces in read_so_far.items()}
    nodes = Nodes(**columns)
    assert int(nodes.tier.max(initial=-1)) < len(TIERS)
    return Records(np.cumsum(np.array(counts, np.int64)), tuple(codes), nodes)


def _of_kind(ledger: Ledger, kind: str, codes: list[str]) -> dict[str, list[Any]]:
    """The columns of one kind in pieces, by id. A table sorted by key mostly needs no sorting: that is looked at."""
    query = f"SELECT {_COLUMNS} FROM ({_QUERIES[kind]})"
    if ledger.is_sorted(BY_KIND[kind].name):
        found = _columns(ledger.pieces(query), codes)
        if text.ascend(found["ids"]):
            return found
    return _columns(ledger.pieces(f"{query} ORDER BY id"), codes)


def _columns(batches: Any, codes: list[str]) -> dict[str, list[Any]]:
    """The columns of a record batch reader, a piece a batch, after one without rows: a kind may have no record."""
    import pyarrow as pa

    found: dict[str, list[Any]] = {name: [] for name in _READERS}
    nothing = pa.RecordBatch.from_pylist([], batches.schema)
    for batch in chain((nothing,), batches):
        for name, (column, reader) in _READERS.items():
            found[name].append(reader(batch[column], codes))
    return found


def _joined(pieces: list[Any]) -> Any:
    """One column out of its pieces, which are let go."""
    if isinstance(pieces[0], TextColumn):
        return text.joined(pieces)
    whole = np.concatenate(pieces)
    pieces.clear()
    return whole


def _division_codes(ledger: Ledger) -> list[str]:
    holders = ("divisions", "allocations", "indicators", "payments", "special_accounts", "one_card_batches")
    parts = [f"SELECT division_code AS code FROM {table}" for table in holders]
    parts.append("SELECT to_division_code AS code FROM transfers")
    every = " UNION ALL ".join(parts)
    codes: list[str] = ledger.query(
        f"SELECT DISTINCT code FROM ({every}) WHERE code IS NOT NULL ORDER BY code"
    )["code"].to_pylist()
    return codes


def dates(column: Any) -> Indexes:
    """Day numbers of an Arrow date column; NO_DATE where empty."""
    import pyarrow as pa

    days = column.cast(pa.date32()).cast(pa.int32()).fill_null(int(NO_DATE))
    result: Indexes = days.to_numpy().astype(np.int32)
    return result


def flags(column: Any) -> Flags:
    """An Arrow column of truth values; false where empty."""
    result: Flags = column.fill_null(False).to_numpy(zero_copy_only=False).astype(np.bool_)
    return result


def _whole(dtype: type[np.int64] | type[np.int8], empty: int) -> Callable[[Any, list[str]], Any]:
    return lambda column, _: column.fill_null(empty).to_numpy().astype(dtype)


def _codes(column: Any, codes: list[str]) -> Indexes:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.fill_null(pc.index_in(column, value_set=pa.array(codes, column.type), skip_nulls=True), -1)
    result: Indexes = found.to_numpy().astype(np.int32)
    return result


_READERS: dict[str, tuple[str, Callable[[Any, list[str]], Any]]] = {
    "ids": ("id", lambda column, _: from_arrow([column])),
    "titles": ("title", lambda column, _: from_arrow([column])),
    "amount": ("amount_fen", _whole(np.int64, 0)),
    "date": ("date", lambda column, _: dates(column)),
    "division": ("division_code", _codes),
    "tier": ("tier", _whole(np.int8, -1)),
    "gap": ("gap", _whole(np.int8, 0)),
    **{name: (name, lambda column, _: flags(column)) for name in ("in_scope", "alive", "own", "kept", "waiting")},
}
"""How each column of `Nodes` is read: from which column of a query, by what."""
