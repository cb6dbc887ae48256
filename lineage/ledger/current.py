"""The tables that questions see: current rows as of a date, references in one form, net amounts, scope.

What is dated later than the date asked is hidden, and so are the references to it (they do not dangle).
Invariant: Σ net_fen depends on the rows only, never on their order or on the batches they came in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lineage import engine
from lineage.ledger import layers
from lineage.ledger.layers import REMOVED
from lineage.schema import BUSINESS_DATES, BY_KIND, BY_NAME, Column, Table

POVERTY_CLASS = "21305"
"""The function class of poverty alleviation: in scope without a flag, basic expenditure apart (1-mission.md)."""
NETTED = ("transfers", "payments", "account_entries")
SCOPED = ("allocations", "indicators", "transfers")
OPENING = ("opening_balance", "opening_poverty")
"""Amounts of an account that are not yet there before its opening date."""
_DATED_ROWS = {"indicator_adjustments": "date", "steps": "date"}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a view shows: everything up to a day.

    `raw` names a relation with a table's rows in force, dated whenever; `late` names one with the ids (column
    `id`) of those dated after the day, or is "" where there are none.
    """

    as_of: date | None
    raw: Callable[[str], str]
    late: Callable[[str], str]

    def later(self, column: str) -> str:
        """The condition that a row lies after the day asked; rows without a date never do."""
        if self.as_of is None:
            return "false"
        return f"coalesce({column} > DATE '{self.as_of.isoformat()}', false)"

    def is_late(self, target: str, reference: str) -> str:
        """The condition that a reference names a record dated after the day asked; "" where none is."""
        ids = self.late(target) if target in BUSINESS_DATES else ""
        return f"coalesce({reference} IN (SELECT id FROM {ids}), false)" if ids else ""


def table_sql(table: Table, sight: Sight) -> str:
    """The rows of one table as questions see them."""
    chosen = [f"'{table.kind}:' || t.{engine.name(table.key[0])} AS record"] if table.kind else []
    for column in table.columns:
        chosen.append(f"{_reference(table, column, sight)} AS {engine.name(column.stored)}")
    chosen.extend(
        f"t.{engine.name(name)}" for name in layers.columns(table) if name not in table.stored_names and name != REMOVED
    )
    chosen.extend(_computed(table))
    rows = f"{_rows(table, sight)} t{_joined(table, sight)}"
    return f"SELECT {', '.join(chosen)} FROM {rows} WHERE {_shown(table, sight)}{_in_force(table, sight)}"


def division_rows_sql(sight: Sight) -> str:
    """All rows of divisions with their dates of validity: codes may have several, for parents change.

    A row holds `since` (inclusive) `until` (exclusive); open ends are far away, so that a date falls into one row.
    """
    code, day = "t.division_code", "DATE"
    return (
        f"SELECT t.*, coalesce(t.valid_from, {day} '0001-01-01') AS since, coalesce(t.valid_to + 1, lead(t.valid_from) "
        f"OVER (PARTITION BY {code} ORDER BY t.valid_from NULLS FIRST), {day} '9999-12-31') AS until "
        f"FROM {sight.raw('divisions')} t"
    )


def _in_force(table: Table, sight: Sight) -> str:
    """One row a division: the one in force on the day asked, else the latest before it, else the first."""
    if table.name != "divisions":
        return ""
    day = f"DATE '{sight.as_of.isoformat()}'" if sight.as_of else "DATE '9999-12-31'"
    begun = f"coalesce(t.valid_from, DATE '0001-01-01') <= {day}"
    return (
        f" QUALIFY row_number() OVER (PARTITION BY t.division_code ORDER BY {begun} DESC, "
        f"CASE WHEN {begun} THEN coalesce(t.valid_from, DATE '0001-01-01') END DESC, t.valid_from NULLS FIRST) = 1"
    )


def late_sql(table: Table, sight: Sight) -> str:
    """Ids of the records of a table that are dated after the day asked."""
    dated = BUSINESS_DATES[table.name]
    return f"SELECT {engine.name(table.key[0])} AS id FROM {sight.raw(table.name)} WHERE {sight.later(dated)}"


def bare(column: str, kind: str) -> str:
    """A reference without its `kind:`; references are understood in either form."""
    return f"CASE WHEN starts_with({column}, '{kind}:') THEN substr({column}, {len(kind) + 2}) ELSE {column} END"


def in_scope(alias: str, *, kind: bool) -> str:
    """Whether an allocation or (`kind`: it has an expenditure kind) an indicator counts as poverty money."""
    basic = f"coalesce({alias}.expenditure_kind, '') <> 'basic'" if kind else "true"
    return (
        f"(coalesce({alias}.poverty, false) OR "
        f"(coalesce(starts_with({alias}.function_code, '{POVERTY_CLASS}'), false) AND {basic}))"
    )


def _rows(table: Table, sight: Sight) -> str:
    if table.name == "indicators":
        return _adjusted(sight)
    if table.name == "transfers":
        return f"(SELECT *, {_source(sight)} AS full_source FROM {sight.raw('transfers')})"
    return _named_steps(sight) if table.name == "steps" else sight.raw(table.name)


def _named_steps(sight: Sight) -> str:
    """Steps whose record is `kind:id`: a bare id that one record only bears gets its kind."""
    steps = sight.raw("steps")
    bearers = " UNION ALL ".join(
        f"SELECT {engine.name(table.key[0])} AS id, '{kind}' AS kind FROM {sight.raw(table.name)} "
        f"WHERE {engine.name(table.key[0])} IN (SELECT record FROM {steps})"
        for kind, table in BY_KIND.items()
    )
    known = f"SELECT id, min(kind) AS kind FROM ({bearers}) GROUP BY id HAVING count(*) = 1"
    return (
        f"(SELECT s.* REPLACE (coalesce(b.kind || ':', '') || s.record AS record) "
        f"FROM {steps} s LEFT JOIN ({known}) b ON b.id = s.record)"
    )


def _shown(table: Table, sight: Sight) -> str:
    if table.name == "one_card_payments":
        late = sight.is_late("one_card_batches", bare("t.batch_id", "one_card_batch"))
        return f"NOT {late}" if late else "true"
    dated = BUSINESS_DATES.get(table.name) or _DATED_ROWS.get(table.name)
    return f"NOT {sight.later(f't.{dated}')}" if dated else "true"


def _reference(table: Table, column: Column, sight: Sight) -> str:
    name = f"t.{engine.name(column.stored)}"
    if column.name in OPENING:
        return f"CASE WHEN NOT {sight.later('t.opening_date')} THEN {name} END"
    if column.name == "reverses":
        return _sighted(table.name, bare(name, table.kind), sight)
    if column.name == "source_id":
        return _sighted_source(sight)
    if column.name == "accounting_enabled":  # bookkeeping that begins later is not on yet
        return f"({name} AND NOT {sight.later('t.accounting_from')})"
    if not column.references:
        return name
    target = BY_NAME[column.references]
    return _sighted(target.name, bare(name, target.kind), sight)


def _sighted(target: str, reference: str, sight: Sight) -> str:
    late = sight.is_late(target, reference)
    return f"CASE WHEN {late} THEN NULL ELSE {reference} END" if late else reference


def _source(sight: Sight) -> str:
    """`source_id` as `kind:id`: a bare id gets the kind of the one table that has it, else it stays as given."""
    in_allocations = f"coalesce(source_id IN (SELECT allocation_id FROM {sight.raw('allocations')}), false)"
    in_indicators = f"coalesce(source_id IN (SELECT indicator_id FROM {sight.raw('indicators')}), false)"
    return (
        f"CASE WHEN regexp_matches(source_id, '^(allocation|indicator):') THEN source_id "
        f"WHEN {in_allocations} = {in_indicators} THEN source_id "
        f"WHEN {in_allocations} THEN 'allocation:' || source_id ELSE 'indicator:' || source_id END"
    )


def _sighted_source(sight: Sight) -> str:
    hidden = [
        f"(starts_with(t.full_source, '{kind}:') AND {late})"
        for kind, target in (("allocation", "allocations"), ("indicator", "indicators"))
        if (late := sight.is_late(target, f"substr(t.full_source, {len(kind) + 2})"))
    ]
    return f"CASE WHEN {' OR '.join(hidden)} THEN NULL ELSE t.full_source END" if hidden else "t.full_source"


def _computed(table: Table) -> list[str]:
    out = []
    if table.name in NETTED:
        out.append("t.reverses IS NOT NULL AS is_reversal")
        out.append(
            "CASE WHEN t.reverses IS NOT NULL THEN 0 "
            "ELSE greatest(0, t.amount_fen + coalesce(back.fen, 0)) END AS net_fen"
        )
    if table.name == "transfers":
        out.append("coalesce(t.poverty, source.scope, false) AS in_scope")
    elif table.name in SCOPED:
        out.append(f"{in_scope('t', kind=table.name == 'indicators')} AS in_scope")
    return out


def _joined(table: Table, sight: Sight) -> str:
    out = ""
    if table.name in NETTED:
        counted = f"reverses IS NOT NULL AND amount_fen < 0 AND NOT ({sight.later(BUSINESS_DATES[table.name])})"
        if table.name == "payments":
            counted += " AND status = 'valid' AND pay_date IS NOT NULL"
        out += (
            f" LEFT JOIN (SELECT {bare('reverses', table.kind)} AS id, sum(amount_fen)::BIGINT AS fen "
            f"FROM {sight.raw(table.name)} WHERE {counted} GROUP BY 1) back ON back.id = t.{table.key[0]}"
        )
    if table.name == "transfers":
        allocations = (
            f"SELECT 'allocation:' || allocation_id AS id, {in_scope('a', kind=False)} AS scope "
            f"FROM {sight.raw('allocations')} a WHERE NOT {sight.later('a.date')}"
        )
        indicators = (
            f"SELECT 'indicator:' || indicator_id AS id, {in_scope('i', kind=True)} AS scope "
            f"FROM {_adjusted(sight)} i WHERE NOT {sight.later('i.date')}"
        )
        out += f" LEFT JOIN ({allocations} UNION ALL {indicators}) source ON source.id = t.full_source"
    return out


def _adjusted(sight: Sight) -> str:
    """Indicators with the amount and flags in force on the day asked.

    The stored amount is as now booked, so adjustments dated later are taken off again; function code and flag
    are those of the latest adjustment by that day that has one, else the indicator's own.
    """
    until = sight.later("date")
    latest = f"FILTER (NOT {until} AND"
    sums = (
        f"SELECT {bare('indicator_id', 'indicator')} AS id, "
        f"(sum(amount_fen) FILTER ({until}))::BIGINT AS later_fen, "
        f"arg_max(function_code, (date, adjustment_id)) {latest} function_code IS NOT NULL) AS code, "
        f"arg_max(poverty, (date, adjustment_id)) {latest} poverty IS NOT NULL) AS flag "
        f"FROM {sight.raw('indicator_adjustments')} GROUP BY 1"
    )
    return (
        f"(SELECT i.* REPLACE (i.amount_fen - coalesce(a.later_fen, 0) AS amount_fen, "
        f"coalesce(a.code, i.function_code) AS function_code, coalesce(a.flag, i.poverty) AS poverty) "
        f"FROM {sight.raw('indicators')} i LEFT JOIN ({sums}) a ON a.id = i.indicator_id)"
    )
