"""Pairs of records that a missing link could join, with the evidence for each as columns of one query a kind.

Every pair is a row: `source`, `target` in the direction of the money, `broken` the record whose chain is broken,
`amount_fen`, and one column a feature, 0 to 1. Pairs are sought inside a division only (of a superior and its
inferior for sources), so cost grows with broken records times the records of one division.
"""

from __future__ import annotations

from types import MappingProxyType

_ORIGIN = """
    origin AS (
        SELECT record, allocation_id AS id, division_code, fiscal_year, function_code, project_code, doc_no, date,
               amount_fen FROM allocations
        UNION ALL
        SELECT record, indicator_id, division_code, fiscal_year, function_code, project_code, doc_no, date, amount_fen
        FROM indicators)"""
_LEFT = "greatest(n.inflow_fen, n.amount_fen, n.outflow_fen) - n.outflow_fen"
"""What a record has not given yet. Its `pool_fen` is less by what only goes round, its outflow is not."""
_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_OTHER_SIGNS = "abcdefghijklmnopqrstuvwxyz!#$%&()*+,-./:;<=>@[]^_{|}~"
_NARROW = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)).replace("'", "''")


def _plain(text: str) -> str:
    """Letters and digits only, in capitals and half width, without leading zeros: GB-01-7 and （gb 1 7） alike."""
    half = (f"CASE WHEN regexp_matches({text}, '[\\x{{ff01}}-\\x{{ff5e}}]') "
            f"THEN translate({text}, '{_WIDE}', '{_NARROW}') ELSE {text} END")
    short = f"regexp_replace(upper({half}), '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')"
    return f"regexp_replace({short}, '[^0-9A-Z\\x{{4e00}}-\\x{{9fff}}]', '', 'g')"


def _near(one: str, other: str) -> str:
    """Misspelt: 1 where the plain forms are equal, less for one slip between them and for two."""
    left, right = _plain(one), _plain(other)
    slips = _slips(left, right)
    return (f"CASE WHEN abs(length({left}) - length({right})) > 2 THEN 0.0 ELSE "
            f"CASE {slips} WHEN 0 THEN 1.0 WHEN 1 THEN 0.8 WHEN 2 THEN 0.3 ELSE 0.0 END END")


def _slips(left: str, right: str) -> str:
    """Signs wrong, left out, put in or swapped.

    DuckDB counts bytes, of which a Chinese character has three: each stands as one sign here that no plain form has.
    """
    chinese = f"regexp_replace({left} || {right}, '[0-9A-Z]', '', 'g')"
    signs = [f"translate({text}, {chinese}, '{_OTHER_SIGNS}')" for text in (left, right)]
    return (f"CASE WHEN {chinese} = '' THEN damerau_levenshtein({left}, {right}) "
            f"ELSE damerau_levenshtein({', '.join(signs)}) END")


def _alike(one: str, other: str) -> str:
    """Signs in both texts, of those in either; 0 where one is empty."""
    left, right = (f"list_distinct(string_split({text}, ''))" for text in (one, other))
    both = f"len(list_intersect({left}, {right}))"
    return f"coalesce({both} / (len({left}) + len({right}) - {both}), 0.0)"


_NUMBER_NEAR = _near("document_number(w.doc_no)", "document_number(h.superior_doc_no)")
_RECEIVED = f"""
    WITH {_ORIGIN},
    waiting AS (
        SELECT t.*, o.function_code, o.fiscal_year, o.project_code, o.division_code AS from_division
        FROM linked_transfers t LEFT JOIN origin o ON o.record = t.source_id
        WHERE NOT t.is_reversal AND t.net_fen > 0 AND t.record NOT IN (SELECT source FROM edges)),
    hungry AS (
        SELECT i.*, n.inflow_fen, d.fiscal_parent FROM indicators i JOIN nodes n ON n.record = i.record
        LEFT JOIN division_rows d ON d.division_code = i.division_code AND i.date >= d.since AND i.date < d.until
        WHERE n.inflow_fen < i.amount_fen),
    pairs AS (
        SELECT w.record AS source, h.record AS target, h.record AS broken, w.net_fen AS amount_fen,
               CASE WHEN document_number(w.doc_no) IN (document_number(h.superior_doc_no), document_number(h.doc_no))
                    THEN 1.0 ELSE 0.0 END AS number_quoted,
               CASE WHEN w.doc_no IS NULL OR h.superior_doc_no IS NULL THEN 0.0
                    WHEN document_number(w.doc_no) IN (document_number(h.superior_doc_no), document_number(h.doc_no))
                    THEN 0.0
                    ELSE {_NUMBER_NEAR} END AS number_near,
               CASE WHEN w.target_id IS NULL THEN 0.0 ELSE {_near("w.target_id", "h.indicator_id")} END AS id_near,
               CASE WHEN h.amount_fen - h.inflow_fen = w.net_fen
                    THEN CASE WHEN w.net_fen % 1000000 = 0 THEN 0.67 ELSE 1.0 END ELSE 0.0 END AS amount_equal,
               CASE WHEN h.function_code = w.function_code THEN 1.0 ELSE 0.0 END AS function_same,
               CASE WHEN h.fiscal_year = w.fiscal_year THEN 1.0 ELSE 0.0 END AS year_same,
               CASE WHEN h.fiscal_parent = w.from_division OR h.division_code = w.from_division
                    THEN 1.0 ELSE 0.0 END AS parent_right,
               CASE WHEN h.date BETWEEN w.issue_date AND w.issue_date + 90 THEN 1.0 ELSE 0.0 END AS dates_in_order,
               CASE WHEN h.project_code = w.project_code THEN 1.0 ELSE 0.0 END AS project_same,
               CASE WHEN h.agency_code IS NOT DISTINCT FROM w.to_agency_code THEN 1.0 ELSE 0.0 END AS agency_same,
               w.title AS title, h.title AS other_title
        FROM waiting w JOIN hungry h ON h.division_code = w.to_division_code
        WHERE w.record NOT IN (SELECT source FROM edges))
    SELECT *, {_alike("title", "other_title")} AS title_alike
    FROM pairs WHERE number_quoted + number_near + id_near + amount_equal > 0 ORDER BY target, source"""

_GIVEN = f"""
    WITH {_ORIGIN},
    lost AS (
        SELECT t.*, d.fiscal_parent, split_part(t.source_id, ':', -1) AS source_name,
               coalesce(i.fiscal_year, year(t.issue_date)) AS target_year, i.function_code AS target_function,
               i.project_code AS target_project
        FROM linked_transfers t LEFT JOIN division_rows d
          ON d.division_code = t.to_division_code AND t.issue_date >= d.since AND t.issue_date < d.until
        LEFT JOIN indicators i ON i.indicator_id = t.target_id
        WHERE NOT t.is_reversal AND t.net_fen > 0 AND t.record NOT IN (SELECT target FROM edges)),
    pairs AS (
        SELECT o.record AS source, l.record AS target, l.record AS broken, l.net_fen AS amount_fen,
               CASE WHEN l.source_name IS NULL THEN 0.0 ELSE {_near("l.source_name", "o.id")} END AS id_near,
               CASE WHEN document_number(l.doc_no) = document_number(o.doc_no) THEN 1.0 ELSE 0.0 END AS number_quoted,
               CASE WHEN {_LEFT} = l.net_fen THEN 1.0 ELSE 0.0 END AS balance_equal,
               CASE WHEN {_LEFT} >= l.net_fen THEN 1.0 ELSE 0.0 END AS balance_enough,
               CASE WHEN o.function_code = l.target_function THEN 1.0 ELSE 0.0 END AS function_same,
               CASE WHEN o.fiscal_year = l.target_year THEN 1.0 ELSE 0.0 END AS year_same,
               CASE WHEN o.project_code = l.target_project THEN 1.0 ELSE 0.0 END AS project_same,
               CASE WHEN o.date <= l.issue_date THEN 1.0 ELSE 0.0 END AS dates_in_order
        FROM lost l
        JOIN origin o ON o.division_code = CASE WHEN l.kind = 'issue' THEN l.fiscal_parent ELSE l.to_division_code END
        JOIN nodes n ON n.record = o.record
        WHERE o.record <> coalesce('indicator:' || l.target_id, ''))
    SELECT * FROM pairs WHERE id_near > 0 OR balance_enough > 0
    QUALIFY row_number() OVER (PARTITION BY target ORDER BY id_near DESC, number_quoted DESC, balance_equal DESC,
                               function_same + year_same + project_same DESC, source) <= 20
    ORDER BY target, source"""

_PAID = f"""
    WITH lost AS (
        SELECT p.*, t.target_id AS named_target
        FROM payments p LEFT JOIN linked_transfers t ON t.transfer_id = p.transfer_id
        WHERE NOT p.is_reversal AND p.status = 'valid' AND p.pay_date IS NOT NULL AND p.net_fen > 0
          AND p.record NOT IN (SELECT target FROM edges)),
    drawn AS (
        SELECT source, date, sum(sum(amount_fen)) OVER (PARTITION BY source ORDER BY date) AS fen
        FROM edges WHERE starts_with(source, 'indicator:') GROUP BY source, date),
    pairs AS (
        SELECT i.record AS source, l.record AS target, l.record AS broken, l.net_fen AS amount_fen,
               CASE WHEN l.indicator_id IS NULL THEN 0.0 ELSE {_near("l.indicator_id", "i.indicator_id")} END
                   AS id_near,
               CASE WHEN l.named_target = i.indicator_id THEN 1.0 ELSE 0.0 END AS transfer_named,
               CASE WHEN document_number(l.doc_no) IN (document_number(i.doc_no), document_number(i.superior_doc_no))
                    THEN 1.0 ELSE 0.0 END AS number_quoted,
               CASE WHEN l.agency_code = i.agency_code THEN 1.0 ELSE 0.0 END AS agency_same,
               CASE WHEN i.amount_fen - coalesce(drawn.fen, 0) >= l.net_fen THEN 1.0 ELSE 0.0 END AS balance_on_day,
               CASE WHEN {_LEFT} = l.net_fen THEN 1.0 ELSE 0.0 END AS balance_equal,
               CASE WHEN {_LEFT} >= l.net_fen THEN 1.0 ELSE 0.0 END AS balance_enough,
               CASE WHEN l.function_code = i.function_code THEN 1.0 ELSE 0.0 END AS function_same,
               CASE WHEN l.project_code = i.project_code THEN 1.0 ELSE 0.0 END AS project_same,
               CASE WHEN i.date <= l.pay_date AND i.fiscal_year = year(l.pay_date) THEN 1.0 ELSE 0.0 END
                   AS dates_in_order
        FROM lost l JOIN indicators i ON i.division_code = l.division_code JOIN nodes n ON n.record = i.record
        ASOF LEFT JOIN drawn ON drawn.source = i.record AND drawn.date <= l.pay_date
        WHERE l.agency_code IS NULL OR i.agency_code IS NULL OR l.agency_code = i.agency_code)
    SELECT * FROM pairs WHERE id_near > 0 OR balance_on_day > 0
    QUALIFY row_number() OVER (PARTITION BY target ORDER BY id_near DESC, transfer_named DESC, number_quoted DESC,
                               agency_same + balance_equal + function_same + project_same DESC, source) <= 20
    ORDER BY target, source"""

_CARRIED = f"""
    WITH hungry AS (
        SELECT i.*, n.inflow_fen FROM indicators i JOIN nodes n ON n.record = i.record
        WHERE i.origin = 'carry_over' AND n.inflow_fen < i.amount_fen
          AND coalesce(i.previous_id NOT IN (SELECT indicator_id FROM indicators), true)),
    told AS (
        SELECT source_id AS source, 'indicator:' || target_id AS target FROM linked_transfers
        WHERE NOT is_reversal AND kind = 'carry_over'),
    pairs AS (
        SELECT p.record AS source, h.record AS target, h.record AS broken, h.amount_fen - h.inflow_fen AS amount_fen,
               CASE WHEN h.previous_id IS NULL THEN 0.0 ELSE {_near("h.previous_id", "p.indicator_id")} END
                   AS id_near,
               CASE WHEN {_LEFT} = h.amount_fen - h.inflow_fen THEN 1.0 ELSE 0.0 END
                   AS balance_equal,
               CASE WHEN {_LEFT} >= h.amount_fen - h.inflow_fen THEN 1.0 ELSE 0.0 END
                   AS balance_enough,
               CASE WHEN h.agency_code IS NOT DISTINCT FROM p.agency_code THEN 1.0 ELSE 0.0 END AS agency_same,
               CASE WHEN h.function_code = p.function_code THEN 1.0 ELSE 0.0 END AS function_same,
               CASE WHEN h.project_code = p.project_code THEN 1.0 ELSE 0.0 END AS project_same
        FROM hungry h JOIN indicators p ON p.division_code = h.division_code AND p.fiscal_year = h.fiscal_year - 1
        JOIN nodes n ON n.record = p.record
        ANTI JOIN told ON told.source = p.record AND told.target = h.record)
    SELECT * FROM pairs WHERE id_near > 0 OR balance_equal > 0 OR balance_enough * agency_same * function_same > 0
    ORDER BY target, source"""

QUERIES = MappingProxyType({"received": _RECEIVED, "given": _GIVEN, "paid": _PAID, "carried": _CARRIED})
"""Kinds of missing link: a transfer received by an indicator, or given by a source; a payment; a carry-over."""

WAITING_BY_DIVISION = f"""
    WITH {_ORIGIN}
    SELECT t.record, t.to_division_code AS division_code, t.net_fen, o.fiscal_year
    FROM linked_transfers t JOIN origin o ON o.record = t.source_id
    WHERE NOT t.is_reversal AND t.kind = 'issue' AND t.net_fen > 0 AND t.target_id IS NULL
      AND t.record NOT IN (SELECT source FROM edges)
    ORDER BY t.issue_date, t.record"""
"""Unreceived issues, candidates for bundles."""

HUNGRY = """
    SELECT i.record, i.division_code, i.fiscal_year, i.amount_fen - n.inflow_fen AS missing_fen
    FROM indicators i JOIN nodes n ON n.record = i.record
    WHERE n.inflow_fen < i.amount_fen AND (i.origin = 'superior' OR (i.origin = 'own' AND i.entry = 'manual'))
    ORDER BY i.record"""
"""Indicators that more money must have come into than is recorded."""
