"""Mutants that give the same answers as the code itself, each with the reason. They are not tried and not counted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tools.mutants.equivalent_passes import EQUIVALENT_PASSES

Change = tuple[str, str, str, str]
_CAUSES = "queries/reconcile.sql"
_UNRECEIVED = "FROM report r JOIN unreceived_tier u ON u.division_code = r.division_code AND r.tier IN ('all', u.tier)"
_BOOKED = "JOIN booked_tier b ON b.division_code = r.division_code AND r.tier IN ('all', b.tier)"
_UNSPENT = "WHERE i.in_scope AND i.agency_code IS NOT NULL AND n.amount_fen > n.outflow_fen"
_ZERO = "GROUP BY ALL HAVING sum(c.fen) <> 0),"
_NODE = "JOIN nodes n ON n.record = {}.record"
_SPENT = "max(reported_fen) FILTER (measure = 'expenditure') AS reported_expenditure_fen"
_SIGN = ("lineage/money.py", 'sign = "-" if fen < 0 and rounded else ""')
_BUNDLED = "queries/rules/entry/bundled.py"
_SMALLER = "AND t.fiscal_year = i.fiscal_year AND t.poverty = i.poverty AND t.amount_fen"
_MIXED = "coalesce(f.cause, a.record) AS cause, u.parent AS indicator"
_BOOKED_OUT = "WHERE e.direction = 'expenditure' AND NOT e.is_reversal AND a.accounting_enabled"
_MIXTURE = ("lineage/attribution/mixture.py",)
_NAMED = ("lineage/attribution/named.py",)
_ROWS = "rows.append((place if part else -1, start, part))"
_BOUNDS = ("lineage/attribution/bounds.py",)
_PUSHED = "while sent < most and start != end:"
_ALL_SENT = "what may be sent is what the arcs at one end have room for, so no path is left when it is"
_SEARCHED = "while frontier and level[end] < 0:"
_NEVER_AT_START = "only the start has level 0, and nothing is sent from a place to itself"
_INTERVAL = ("lineage/attribution/interval.py",)
_PARTS = "for deposit, amount in zip(deposits, named.used, strict=True) if amount"
_USED = f"used = {{deposit.edge: amount {_PARTS}}}"
_NAMED_ONES = "for deposit in deposits if deposit.edge in named"
_LOTS = f"self._lots = {{deposit.edge: deposit.lot {_NAMED_ONES}}}"
_LENGTH = "2 * (max(given.values()) + steps) + 1"
_BITS = "return 2 * (2 * (max(given.values()) + steps) + 1).bit_length()"


def _in(rule: str, line: str, before: str, after: str) -> Change:
    """A change of a rule's line."""
    return f"queries/rules/{rule}", line, line, line.replace(before, after, 1)


_EDGES = "SELECT source, target FROM edges WHERE {} AND {}"
_INDICATORS = "starts_with(source, 'indicator:')", "starts_with(target, 'indicator:')"
_BOTH = _EDGES.format(*_INDICATORS)
_ACCOUNTS = "starts_with({}, 'special_account:')"
_SYSTEM = "max(system_fen) FILTER (measure = '{}') AS {}_fen,"
_REPORTED = "max(reported_fen) FILTER (measure = 'scale') AS reported_scale_fen,"
_DAY = "SELECT 'division:' || division_code AS subject, division_code, max(report_date) AS report_date,"
_ONE = "one row a measure and a day"
_NODES = "every record has its node"
_ONLY = "joined to such records only"
EQUIVALENT: Mapping[Change, str] = MappingProxyType(
    {
        **EQUIVALENT_PASSES,
        ("queries/overview_lines.sql", *[_BOOKED_OUT] * 2, _BOOKED_OUT.replace("NOT e.is_reversal", "TRUE")):
            "a reversal has no node",
        ("queries/check.py", *["if rule.is_sql:"] * 2, "if False:"): "all rows of a query have the same columns",
        (*_SIGN, "fen < 0", "fen <= 0"): "of 0 fen nothing is left to round, so there is no sign either way",
        (*_SIGN, "0", "1"): "the same",
        (_CAUSES, _UNRECEIVED, _UNRECEIVED, _UNRECEIVED.replace(" JOIN", " LEFT JOIN")):
            "no row has no date: WHERE drops it",
        (_CAUSES, _BOOKED, _BOOKED, f"LEFT {_BOOKED}"): "no row, no amount, so cause_record drops it",
        (_CAUSES, _UNSPENT, _UNSPENT, _UNSPENT.replace(">", ">=")): "adds nothing to the sum",
        (_CAUSES, "WHERE c.fen <> 0", "WHERE c.fen <> 0", "WHERE TRUE"): "rows of nothing add nothing, sums of 0 go",
        (_CAUSES, _ZERO, _ZERO, "GROUP BY ALL HAVING TRUE),"): "a record's rows under one cause have one sign",
        (*_MIXTURE, "if len(mixture) == 1:", "if len(mixture) == 1:", "if False:"): "one source has every fen",
        (*_MIXTURE, "if start == 0:", "if start == 0:", "if False:"): "F(0) is nothing of each, and takes nothing away",
        (*_MIXTURE, "if surplus < 0:", "surplus < 0", "surplus <= 0"): "nothing is handed out",
        (*_MIXTURE, "if surplus < 0:", "0", "1"): "the same",
        (*_MIXTURE, "elif surplus > 0:", "surplus > 0", "surplus >= 0"): "nothing is taken back",
        (*_MIXTURE, _BITS, "2", "3"): "more bits than are needed tell the same apart",
        (*_MIXTURE, _BITS, "1", "2"): "the same",
        (*_MIXTURE, _BITS, _LENGTH, _LENGTH.replace("+ 1", "- 1")):
            "no quotient that is compared has a greater divisor than this",
        (*_MIXTURE, "never = sum(mixture.values()) << bits + 1", "1", "2"): "more than any quotient either way",
        (*_NAMED, _ROWS, "1", "2"): "no place either way",
        (*_NAMED, _ROWS, "-1", "+1"): "nobody asks where no part is taken from",
        (*_NAMED, "start = used[place] if place >= 0 else 0", "0", "1"): "nor from which fen on",
        (*_NAMED, "place = place_of.get(draw.named, -1)", "1", "2"): "no place either way",
        (*_INTERVAL, _USED, _PARTS, _PARTS.removesuffix(" if amount")): "nothing is what stands for a missing one, too",
        (*_INTERVAL, _LOTS, _NAMED_ONES, _NAMED_ONES.removesuffix(" if deposit.edge in named")):
            "lots that nobody asks for",
        (*_BOUNDS, 'back = network.add(record, "all", 0)', "0", "1"): "nothing goes back to where all of it starts",
        (*_BOUNDS, "total[birth.source] = total.get(birth.source, 0) + birth.amount", "0", "1"):
            "more than arises is not there to be sent",
        (*_BOUNDS, _PUSHED, "sent < most and start != end", "sent < most or start != end"): _ALL_SENT,
        (*_BOUNDS, _PUSHED, "sent < most", "sent <= most"): _ALL_SENT,
        (*_BOUNDS, "while sent < most:", "sent < most", "sent <= most"): "a path for no fen ends the round",
        (*_BOUNDS, "part = self._path(start, end, most - sent, level, following)", "most - sent", "most + sent"):
            _ALL_SENT,
        (*_BOUNDS, "level[start] = 0", "0", "1"): "only differences of levels count",
        (*_BOUNDS, "level = [-1] * len(self.leaving)", "1", "2"): "not reached either way",
        (*_BOUNDS, "if level[end] < 0:", "level[end] < 0", "level[end] <= 0"): _NEVER_AT_START,
        (*_BOUNDS, "if level[end] < 0:", "0", "1"): _NEVER_AT_START,
        (*_BOUNDS, _SEARCHED, "level[end] < 0", "level[end] <= 0"): _NEVER_AT_START,
        (*_BOUNDS, _SEARCHED, "0", "1"): _NEVER_AT_START,
        ("lineage/attribution/pool.py", "edge: int = -1", "1", "2"): "no edge either way",
        ("lineage/attribution/pool.py", "named: int = -1", "1", "2"): "the same",
        ("queries/rules/chain/unsourced_indicator.sql", *[_NODE.format("i")] * 2, f"LEFT {_NODE.format('i')}"):
            "every indicator has its node",
        ("queries/rules/flow/paid_before_funded.sql", *[_NODE.format("w")] * 2, f"LEFT {_NODE.format('w')}"):
            "every indicator has its node",
        ("queries/rules/report/difference.sql", _SPENT, _SPENT, _SPENT.replace("max", "min")): "one row a measure",
        (_BUNDLED, *[f"{_SMALLER} < i.amount_fen)"] * 2, f"{_SMALLER} <= i.amount_fen)"): "asks in vain less often",
        (_BUNDLED, *[f"{_SMALLER} < i.amount_fen)"] * 2, f"{_SMALLER.removesuffix('t.amount_fen')}TRUE)"): "the same",
        ("queries/rules/mix/payment.py", *[_MIXED] * 2, _MIXED.replace(", a.record", "")):
            "a payment of mixed money was drawn on a mixed pool, so there is a cause",
        _in("pace/idle.sql", "JOIN nodes n ON n.record = i.record", "JOIN", "LEFT JOIN"): _NODES,
        _in("pace/late_issue.sql", "JOIN nodes n ON n.record = i.record", "JOIN", "LEFT JOIN"): _NODES,
        _in("pay/barred_economy.sql", "JOIN nodes n ON n.record = i.record", "JOIN", "LEFT JOIN"): _NODES,
        _in("pay/barred_function.sql", "JOIN nodes n ON n.record = i.record", "JOIN", "LEFT JOIN"): _NODES,
        _in("account/no_accounting.sql", "JOIN nodes n ON n.record = a.record", "JOIN", "LEFT JOIN"): _NODES,
        _in("flow/cycle.sql", "JOIN nodes n ON n.record = r.record", "JOIN", "LEFT JOIN"): _NODES,
        _in("account/no_accounting.sql", "JOIN special_accounts s ON s.record = a.record", "JOIN", "LEFT JOIN"):
            "they are special accounts",
        _in("account/no_accounting.sql", "JOIN first_money f ON f.record = a.record", "JOIN", "LEFT JOIN"):
            "what lies there came",
        _in("flow/over_allocated.sql", "JOIN passed_on p ON p.source = n.record", "JOIN", "LEFT JOIN"):
            "nothing is not more",
        _in("mix/non_poverty_source.sql", "JOIN incoming_transfers t ON t.indicator = i.record", "JOIN", "LEFT JOIN"):
            "nothing came, so nothing of either kind",
        _in("chain/dangling_reference.sql", "JOIN described d ON d.record = a.record", "JOIN", "LEFT JOIN"):
            "every record is described",
        _in("chain/wrong_division.sql", "JOIN indicators i ON i.indicator_id = p.indicator_id", "JOIN", "LEFT JOIN"):
            "no division is not another one",
        _in("account/no_accounting.sql", f"WHERE {_ACCOUNTS.format('source')}", _ACCOUNTS.format("source"), "TRUE"):
            _ONLY,
        _in("account/no_accounting.sql", f"WHERE {_ACCOUNTS.format('target')}", _ACCOUNTS.format("target"), "TRUE"):
            _ONLY,
        _in("flow/paid_before_funded.sql", f"WHERE {_INDICATORS[1]}", _INDICATORS[1], "TRUE"):
            "of other records nothing is paid",
        _in("label/excess.sql", _BOTH, _INDICATORS[0], "TRUE"): "nobody asks for what lies above other records",
        _in("label/excess.sql", _BOTH, " AND ", " OR "): "the same",
        _in("label/excess.sql", _BOTH, _INDICATORS[1], "TRUE"): "nor below them",
        _in("report/difference.sql", _REPORTED, "max", "min"): _ONE,
        _in("report/difference.sql", _SYSTEM.format("scale", "scale"), "max", "min"): _ONE,
        _in("report/difference.sql", _SYSTEM.format("expenditure", "expenditure"), "max", "min"): _ONE,
        _in("report/difference.sql", _DAY, "max(", "min("): _ONE,
        ("queries/rules/flow/overpaid.sql", *["WHERE starts_with(source, 'indicator:')"] * 2, "WHERE TRUE"):
            "joined to indicators only",
    }
)
"""By path, line as it stands, before and after."""
