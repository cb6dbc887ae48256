"""Mutants that give the same answers as the code itself, each with the reason. They are not tried and not counted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Change = tuple[str, str, str, str]
_CAUSES = "queries/reconcile.sql"
_UNRECEIVED = "FROM report r JOIN unreceived_tier u ON u.division_code = r.division_code AND r.tier IN ('all', u.tier)"
_BOOKED = "JOIN booked_tier b ON b.division_code = r.division_code AND r.tier IN ('all', b.tier)"
_UNSPENT = "WHERE i.in_scope AND i.agency_code IS NOT NULL AND n.amount_fen > n.outflow_fen"
_ZERO = "GROUP BY ALL HAVING sum(c.fen) <> 0),"
_OPENED = "WHERE opening_balance_fen > 0 AND coalesce(opening_date <= $as_of, true)"
_NODE = "JOIN nodes n ON n.record = {}.record"
_SPENT = "max(reported_fen) FILTER (measure = 'expenditure') AS reported_expenditure_fen"
_SIGN = ("lineage/money.py", 'sign = "-" if fen < 0 and rounded else ""')
_BUNDLED = "queries/rules/entry/bundled.py"
_SMALLER = "AND t.fiscal_year = i.fiscal_year AND t.poverty = i.poverty AND t.amount_fen"
_MIXED = "coalesce(f.cause, a.record) AS cause, u.parent AS indicator"
_COVERED = "WHERE w.amount_fen > 0 AND w.inflow_fen > 0 AND w.inflow_fen >= w.payments_fen"
_BITS = "return 2 * (2 * (max(given.values()) + steps) + 1).bit_length()"
EQUIVALENT: Mapping[Change, str] = MappingProxyType(
    {
        (*_SIGN, "fen < 0", "fen <= 0"): "of 0 fen nothing is left to round, so there is no sign either way",
        (*_SIGN, "0", "1"): "the same",
        (_CAUSES, _UNRECEIVED, _UNRECEIVED, _UNRECEIVED.replace(" JOIN", " LEFT JOIN")):
            "no row has no date: WHERE drops it",
        (_CAUSES, _BOOKED, _BOOKED, f"LEFT {_BOOKED}"): "no row, no amount, so cause_record drops it",
        (_CAUSES, _UNSPENT, _UNSPENT, _UNSPENT.replace(">", ">=")): "adds nothing to the sum",
        (_CAUSES, "WHERE c.fen <> 0", "WHERE c.fen <> 0", "WHERE TRUE"): "rows of nothing add nothing, sums of 0 go",
        (_CAUSES, _ZERO, _ZERO, "GROUP BY ALL HAVING TRUE),"): "a record's rows under one cause have one sign",
        ("queries/rules/account/no_accounting.sql", _OPENED, _OPENED, _OPENED.replace("<=", "<")):
            "money of that very day has lain there for no day, known or not",
        ("lineage/attribution/mixture.py", "elif surplus > 0:", "surplus > 0", "surplus >= 0"): "nothing is taken back",
        ("lineage/attribution/mixture.py", _BITS, "2", "3"): "more bits than are needed tell the same apart",
        ("lineage/attribution/named.py", "rows.append((place if part else -1, start, part))", "1", "2"):
            "no place either way",
        ("lineage/attribution/pool.py", "edge: int = -1", "1", "2"): "no edge either way",
        ("queries/rules/chain/unsourced_indicator.sql", *[_NODE.format("i")] * 2, f"LEFT {_NODE.format('i')}"):
            "every indicator has its node",
        ("queries/rules/flow/paid_before_funded.sql", *[_NODE.format("w")] * 2, f"LEFT {_NODE.format('w')}"):
            "every indicator has its node",
        ("queries/rules/report/difference.sql", _SPENT, _SPENT, _SPENT.replace("max", "min")): "one row a measure",
        (_BUNDLED, *[f"{_SMALLER} < i.amount_fen)"] * 2, f"{_SMALLER} <= i.amount_fen)"): "asks in vain less often",
        (_BUNDLED, *[f"{_SMALLER} < i.amount_fen)"] * 2, f"{_SMALLER.removesuffix('t.amount_fen')}TRUE)"): "the same",
        ("queries/rules/mix/payment.py", *[_MIXED] * 2, _MIXED.replace(", a.record", "")):
            "a payment of mixed money was drawn on a mixed pool, so there is a cause",
        ("queries/rules/flow/paid_before_funded.sql", *[_COVERED] * 2, _COVERED.replace("w.inflow_fen > 0", "TRUE")):
            "without inflow nothing covers payments, and without payments there is no shortfall",
        ("queries/rules/flow/overpaid.sql", *["WHERE starts_with(source, 'indicator:')"] * 2, "WHERE TRUE"):
            "joined to indicators only",
    }
)
"""By path, line as it stands, before and after."""
