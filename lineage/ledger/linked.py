"""The tables as accepted links complete them, so that every figure follows the same links, or none.

`accepted_links` has the links of a view, one row each: entry (of the journal), kind, source, target, counted. Kinds:
given (a record passes money to a transfer), received (a transfer comes in to an indicator), paid, carried (over to next
year). `linked_transfers`, `linked_payments` and `linked_indicators` are the tables of input with each reference as it
counts: what the record names where that is in the ledger, else what a person accepted for it. A transfer's `in_scope`
follows. Invariant: without links in force they are the tables of input, row for row.

A link is not counted where an end is not in the ledger (or hidden as of the day asked), where the record itself or a
document number says who is there, or where an earlier link does.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

NAMES = ("accepted_links", "linked_indicators", "linked_payments", "linked_transfers")
NEEDS = MappingProxyType({
    "accepted_links": ("allocations", "division_rows", "document_number", "indicators", "payments", "transfers"),
    "linked_indicators": ("accepted_links", "indicators"),
    "linked_payments": ("accepted_links", "payments"),
    "linked_transfers": ("accepted_links", "allocations", "indicators", "transfers"),
})
"""What each is made of; where no link is in force, of the table of input alone."""

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
        FROM transfers t LEFT JOIN ({given}) g ON g.target = t.record
        JOIN origin o ON o.record = coalesce(g.source, t.source_id)
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
indicator_id, amount_fen, date). `given` names the accepted links (source, target) to transfers."""

_LISTED = """
    SELECT entry, source, target, CASE
        WHEN regexp_matches(source, '^(allocation|indicator):') AND starts_with(target, 'transfer:') THEN 'given'
        WHEN starts_with(source, 'transfer:') AND starts_with(target, 'indicator:') THEN 'received'
        WHEN starts_with(source, 'indicator:') AND starts_with(target, 'payment:') THEN 'paid'
        WHEN starts_with(source, 'indicator:') AND starts_with(target, 'indicator:') THEN 'carried' ELSE '' END AS kind
    FROM (SELECT unnest($1::BIGINT[]) AS entry, unnest($2::VARCHAR[]) AS source, unnest($3::VARCHAR[]) AS target)"""

_COUNTED = f"""
    WITH origin AS (SELECT record FROM allocations UNION ALL SELECT record FROM indicators),
    given AS (
        SELECT a.entry, a.source, a.target
        FROM listed_links a
        JOIN transfers t ON t.record = a.target AND NOT t.is_reversal
        JOIN origin o ON o.record = a.source
        LEFT JOIN origin own ON own.record = t.source_id
        WHERE a.kind = 'given' AND own.record IS NULL
        QUALIFY row_number() OVER (PARTITION BY a.target ORDER BY a.entry) = 1),
    by_document AS MATERIALIZED ({DOCUMENT_LINKS.format(given="SELECT source, target FROM given")}),
    received AS (
        SELECT a.entry, a.source, a.target
        FROM listed_links a
        JOIN transfers t ON t.record = a.source AND NOT t.is_reversal
        JOIN indicators i ON i.record = a.target
        LEFT JOIN indicators own ON own.indicator_id = t.target_id
        LEFT JOIN by_document d ON d.transfer_id = t.transfer_id
        WHERE a.kind = 'received' AND own.record IS NULL AND d.transfer_id IS NULL
        QUALIFY row_number() OVER (PARTITION BY a.source ORDER BY a.entry) = 1),
    paid AS (
        SELECT a.entry
        FROM listed_links a
        JOIN payments p ON p.record = a.target AND NOT p.is_reversal
        JOIN indicators i ON i.record = a.source
        LEFT JOIN indicators own ON own.indicator_id = p.indicator_id
        WHERE a.kind = 'paid' AND own.record IS NULL
        QUALIFY row_number() OVER (PARTITION BY a.target ORDER BY a.entry) = 1),
    passed AS (
        SELECT coalesce(g.source, t.source_id) AS source,
               coalesce(r.target, 'indicator:' || coalesce(d.indicator_id, t.target_id)) AS target
        FROM transfers t LEFT JOIN given g ON g.target = t.record LEFT JOIN received r ON r.source = t.record
        LEFT JOIN by_document d ON d.transfer_id = t.transfer_id
        WHERE NOT t.is_reversal AND t.kind = 'carry_over'),
    carried AS (
        SELECT a.entry
        FROM listed_links a
        JOIN indicators later ON later.record = a.target
        JOIN indicators earlier ON earlier.record = a.source
        LEFT JOIN indicators own ON own.indicator_id = later.previous_id
        WHERE a.kind = 'carried' AND own.record IS NULL
          AND (a.source, a.target) NOT IN (SELECT (source, target) FROM passed WHERE source IS NOT NULL)
        QUALIFY row_number() OVER (PARTITION BY a.target ORDER BY a.entry) = 1),
    counted AS (
        SELECT entry FROM given UNION ALL SELECT entry FROM received UNION ALL SELECT entry FROM paid
        UNION ALL SELECT entry FROM carried)
    SELECT l.entry, l.kind, l.source, l.target, c.entry IS NOT NULL AS counted
    FROM listed_links l LEFT JOIN counted c ON c.entry = l.entry ORDER BY l.entry"""

_VIEWS = {
    "linked_indicators": """
        SELECT i.* REPLACE (coalesce(substr(c.source, 11), i.previous_id) AS previous_id)
        FROM indicators i
        LEFT JOIN (SELECT * FROM accepted_links WHERE kind = 'carried' AND counted) c ON c.target = i.record""",
    "linked_payments": """
        SELECT p.* REPLACE (coalesce(substr(l.source, 11), p.indicator_id) AS indicator_id)
        FROM payments p
        LEFT JOIN (SELECT * FROM accepted_links WHERE kind = 'paid' AND counted) l ON l.target = p.record""",
    "linked_transfers": """
        SELECT t.* REPLACE (coalesce(g.source, t.source_id) AS source_id,
                            coalesce(substr(r.target, 11), t.target_id) AS target_id,
                            CASE WHEN g.source IS NULL THEN t.in_scope ELSE coalesce(t.poverty, g.in_scope) END
                            AS in_scope)
        FROM transfers t
        LEFT JOIN (SELECT * FROM accepted_links WHERE kind = 'received' AND counted) r ON r.source = t.record
        LEFT JOIN (
            SELECT a.source, a.target, o.in_scope FROM accepted_links a
            JOIN (SELECT record, in_scope FROM allocations UNION ALL SELECT record, in_scope FROM indicators) o
              ON o.record = a.source
            WHERE a.kind = 'given' AND a.counted) g ON g.target = t.record""",
}


def needs(name: str, *, linked: bool) -> tuple[str, ...]:
    """The tables that must be bound before one of these; `linked`: whether links are in force."""
    if linked:
        return NEEDS[name]
    return () if name == "accepted_links" else (name.removeprefix("linked_"),)


def statements(name: str, *, linked: bool) -> Sequence[str]:
    """What makes one of these in an engine; the first takes the links' (entries, sources, targets) if it has `$1`."""
    if name == "accepted_links":
        made = f"CREATE TEMP TABLE listed_links AS {_LISTED}"
        nothing = "SELECT entry, kind, source, target, false AS counted FROM listed_links"
        return made, f"CREATE TABLE accepted_links AS {_COUNTED if linked else nothing}", "DROP TABLE listed_links"
    as_booked = f"SELECT * FROM {name.removeprefix('linked_')}"
    return (f"CREATE VIEW {name} AS {_VIEWS[name] if linked else as_booked}",)
