"""A division's year as flows: whose money came, which budgets held it, whom it reached, what is left.

Rows are amounts between groups of records, split by class under the pro-rata class pass: what enters from
outside the division is named by the tier it arises at; transfers are drawn as the hop they make. Invariant:
for each group, what comes in equals what goes out plus its balance, as at every node of the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage.words import Language, say
from queries.territory import division_names

if TYPE_CHECKING:
    from lineage.ledger.reader import Ledger

_TIERS = ("province", "city", "county", "relocation")
_CLASSES = tuple(f"{tier}_{kind}" for tier in (*_TIERS, "unsourced") for kind in ("poverty", "other"))
_PAYEES = {"agency": "agency_payee", "special_account": "account_payee", "": "unknown_payee"}

# One row a pair of groups. A transfer is passed through: its source's record pays, its target's record is paid.
# Outer joins are on one equality each: of any other DuckDB 1.5 makes a nested loop (20,000 payments: 6 s, not 0.2 s).
_HOPS = """
WITH place AS (
    SELECT n.record, n.kind, n.division_code, CASE n.kind
        WHEN 'indicator' THEN coalesce(a.name, i.agency_code, '')
        WHEN 'payment' THEN coalesce(p.payee_kind, '')
        WHEN 'special_account' THEN coalesce(s.name, n.id) ELSE '' END AS detail
    FROM nodes n
    LEFT JOIN indicators i ON i.record = n.record
    LEFT JOIN agencies a ON a.agency_code = i.agency_code
    LEFT JOIN payments p ON p.record = n.record
    LEFT JOIN special_accounts s ON s.record = n.record
), hop AS (
    SELECT paid.source AS payer, e.target, e.date, {classes}
    FROM edges e LEFT JOIN edges paid ON paid.target = e.source
    WHERE e.source LIKE 'transfer:%' AND e.target NOT LIKE 'transfer:%'
    UNION ALL
    SELECT e.source, e.target, e.date, {classes} FROM edges e
    WHERE e.source NOT LIKE 'transfer:%'
        AND (e.target NOT LIKE 'transfer:%' OR e.target NOT IN (SELECT source FROM edges))
)
SELECT year(hop.date) AS year, f.kind AS from_kind, f.detail AS from_detail, f.division_code AS from_division,
    t.kind AS to_kind, t.detail AS to_detail, t.division_code AS to_division, {sums}
FROM hop JOIN place t ON t.record = hop.target LEFT JOIN place f ON f.record = hop.payer
GROUP BY ALL
"""
_HOPS_OF = """SELECT * FROM {hops}
WHERE year = $year AND (to_division = $division OR from_division = $division) ORDER BY ALL"""

# Money that arises at a record of the division, and what lies there at the end.
_OWN = """
SELECT year(n.date) AS year, n.division_code, n.kind,
    CASE n.kind WHEN 'indicator' THEN coalesce(a.name, i.agency_code, '')
        WHEN 'payment' THEN coalesce(p.payee_kind, '')
        WHEN 'special_account' THEN coalesce(s.name, n.id) ELSE '' END AS detail,
    sum(n.declared_fen)::BIGINT AS declared, sum(n.unsourced_fen)::BIGINT AS unsourced,
    sum(CASE WHEN n.kind IN ('indicator', 'special_account') THEN n.pool_fen - n.outflow_fen ELSE 0 END)::BIGINT AS kept
FROM nodes n
LEFT JOIN indicators i ON i.record = n.record
LEFT JOIN agencies a ON a.agency_code = i.agency_code
LEFT JOIN payments p ON p.record = n.record
LEFT JOIN special_accounts s ON s.record = n.record
WHERE n.kind NOT IN ('transfer', 'allocation')
GROUP BY ALL
"""
_OWN_OF = "SELECT * FROM {own} WHERE year = $year AND division_code = $division ORDER BY ALL"


# What was spent in scope of a fiscal year, by division and kind of payee, split by class: one row a pair.
_SPENT = """
SELECT p.division_code, coalesce(p.payee_kind, '') AS payee_kind, {sums}
FROM payments p
JOIN edges e ON e.target = p.record
JOIN indicators i ON i.record = e.source
WHERE i.fiscal_year = $year AND i.in_scope AND i.origin <> 'carry_over' AND NOT p.is_reversal
GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """Fen from one group to another; nature: poverty, other, declared, unsourced, unknown."""

    source: str
    target: str
    amount_fen: int
    nature: str


def kept_hops(ledger: Ledger) -> tuple[str, str]:
    """Tables of all pairs of groups with their sums, and of what arises and lies at each group."""
    classes = ", ".join(f"e.{name}" for name in _CLASSES)
    sums = ", ".join(f"sum(hop.{name})::BIGINT AS {name}" for name in _CLASSES)
    return (
        ledger.keep_answer("flow_hops", lambda: _HOPS.format(classes=classes, sums=sums)),
        ledger.keep_answer("flow_own", lambda: _OWN),
    )


def flows(ledger: Ledger, division: str, year: int, lang: Language = "zh") -> tuple[Flow, ...]:
    """The flows of a division in the calendar year of their dates.

    Cost: one pass over the edges of all divisions, once a view; of a million payments 1.2 s, then 10 ms a division.
    """
    names = division_names(ledger)
    asked = {"division": division, "year": year}
    hops, own = kept_hops(ledger)
    found: dict[tuple[str, str, str], int] = {}
    label = _Labels(names, division, lang)
    for row in ledger.rows(_HOPS_OF.format(hops=hops), asked):
        for source, target, amount, nature in _hop(row, label):
            found[source, target, nature] = found.get((source, target, nature), 0) + amount
    for row in ledger.rows(_OWN_OF.format(own=own), asked):
        here = label.of(row["kind"], row["detail"], division)
        for key, amount in (
            ((label.word("own"), here, "declared"), row["declared"]),
            ((label.word("unsourced"), here, "unsourced"), row["unsourced"]),
            ((here, label.word("balance"), "unknown"), row["kept"]),
        ):
            found[key] = found.get(key, 0) + (amount or 0)
    return tuple(
        Flow(source, target, amount, nature) for (source, target, nature), amount in sorted(found.items()) if amount > 0
    )


def spending_flows(
    ledger: Ledger, year: int, lang: Language = "zh", divisions: frozenset[str] | None = None
) -> tuple[Flow, ...]:
    """What was spent of a fiscal year (calibre 2017): from the tier it arose at, through whom, to which kind of payee.

    Counties stand with their city, directly administered ones together; Σ of either hop is the expenditure of the
    divisions asked. Cost: one pass over the year's payments.
    """
    label = _Labels(division_names(ledger), "", lang)
    places = _places(ledger, label)
    sums = ", ".join(f"sum(e.{name})::BIGINT AS {name}" for name in _CLASSES)
    found: dict[tuple[str, str, str], int] = {}
    for row in ledger.rows(_SPENT.format(sums=sums), {"year": year}):
        if divisions is not None and row["division_code"] not in divisions:
            continue
        place = places.get(row["division_code"], label.word("elsewhere"))
        payee = label.of("payment", row["payee_kind"], None)
        for name in _CLASSES:
            tier, _, kind = name.partition("_")
            nature = "unsourced" if tier == "unsourced" else kind
            for key in ((label.word(tier), place, nature), (place, payee, nature)):
                found[key] = found.get(key, 0) + int(row[name] or 0)
    return tuple(Flow(*key[:2], amount, key[2]) for key, amount in sorted(found.items()) if amount > 0)


def _places(ledger: Ledger, label: _Labels) -> dict[str, str]:
    """By division, the city it deals with; the province itself, and the counties that deal with the province."""
    rows = {
        row["division_code"]: row
        for row in ledger.rows("SELECT division_code, name, level, fiscal_parent FROM divisions")
    }
    places = {}
    for code, row in rows.items():
        above = rows.get(row["fiscal_parent"] or "")
        if row["level"] == "province":
            places[code] = label.word("at_province")
        elif row["level"] == "city":
            places[code] = row["name"]
        elif above is None or above["level"] == "province":
            places[code] = label.word("direct_counties")
        else:
            places[code] = above["name"] if above["level"] == "city" else row["name"]
    return places


@dataclass(frozen=True, slots=True)
class _Labels:
    """Names of groups in one language."""

    names: Mapping[str, str]
    division: str
    lang: Language

    def word(self, key: str) -> str:
        """A group's word."""
        return say(f"flows.{key}", self.lang)

    def of(self, kind: str, detail: str, division: str | None) -> str:
        """The label of records of one kind, detail and division."""
        if kind == "payment":
            detail = self.word(_PAYEES.get(detail, detail))
        key = "agency" if kind == "indicator" and detail else kind
        place = self.names.get(division or "", division or "")
        return say(f"flows.{key}", self.lang, detail=detail, division=place)


def _hop(row: Mapping[str, Any], label: _Labels) -> Iterator[tuple[str, str, int, str]]:
    """The ribbons of one pair of groups: by tier where money enters the division, by class inside it."""
    enters = row["from_division"] != label.division or row["from_kind"] in (None, "allocation")
    payer = "" if enters else label.of(row["from_kind"], row["from_detail"], row["from_division"])
    if row["to_division"] == label.division:
        target = label.of(row["to_kind"], row["to_detail"], row["to_division"])
    else:
        target = label.of("passed_on", "", row["to_division"])
    for name in _CLASSES:
        tier, _, kind = name.partition("_")
        if row[name]:
            nature = "unsourced" if tier == "unsourced" else kind
            yield payer or label.word(tier), target, int(row[name]), nature
