"""Division and fiscal year of rows in force: what a full extract is of.

A row's own, where its table has them; else those of the record it hangs on, as the measures have it (1-mission.md): a
payment is of its indicator's fiscal year, a transfer of its source's, without one of its date's. A record that hangs on
nothing in the ledger has no place and is taken out by no extract.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

from lineage import engine
from lineage.errors import Misuse
from lineage.ledger import layers
from lineage.ledger.current import bare
from lineage.ledger.layers import Layer
from lineage.schema import BY_NAME, Table

HUNG_ON = MappingProxyType({
    "payments": ("indicator_id", "indicators"),
    "account_entries": ("account_id", "special_accounts"),
    "one_card_payments": ("batch_id", "one_card_batches"),
    "indicator_adjustments": ("indicator_id", "indicators"),
})
"""Tables some of whose places are another record's: the column that names it, its table. Transfers have two such."""
_PLACES = MappingProxyType({
    "allocations": ("c.division_code", "c.fiscal_year"),
    "transfers": ("c.to_division_code", "coalesce(h.fiscal_year, year(c.issue_date))"),
    "indicators": ("c.division_code", "c.fiscal_year"),
    "payments": ("c.division_code", "coalesce(h.fiscal_year, year(c.pay_date))"),
    "account_entries": ("h.division_code", "year(c.date)"),
    "one_card_batches": ("c.division_code", "year(c.pay_date)"),
    "one_card_payments": ("h.division_code", "year(h.pay_date)"),
    "daily_reports": ("c.division_code", "year(c.report_date)"),
    "indicator_adjustments": ("h.division_code", "h.fiscal_year"),
})


def inside_sql(table: Table, parts_of: Callable[[str], tuple[Layer, ...]], extracts: Sequence[tuple[str, int]]) -> str:
    """The rows in force of a table that are of one of these divisions and years, with the table's stored columns.

    `parts_of` gives the layers of a table by name. Raises Misuse where the table has no division or no year.
    """
    if table.name not in _PLACES:
        raise Misuse(
            f"{table.name} has no division and year of its own", f"a snapshot is of one of {', '.join(_PLACES)}"
        )
    division, year = _PLACES[table.name]
    wanted = " OR ".join(f"({division} = {engine.literal(code)} AND {year} = {int(when)})" for code, when in extracts)
    rows = f"({layers.current_sql(table, parts_of(table.name))}) c"
    return f"SELECT c.* FROM {rows}{_joined(table, parts_of)} WHERE {wanted}"


def _joined(table: Table, parts_of: Callable[[str], tuple[Layer, ...]]) -> str:
    """The records that rows hang on, one a row at most."""
    if table.name == "transfers":
        return f" LEFT JOIN ({_sources(parts_of)}) h ON h.name = c.source_id"
    if table.name not in HUNG_ON:
        return ""
    column, target = HUNG_ON[table.name]
    on = BY_NAME[target]
    rows = layers.current_sql(on, parts_of(target))
    return f" LEFT JOIN ({rows}) h ON h.{on.key[0]} = {bare(f'c.{column}', on.kind)}"


def _sources(parts_of: Callable[[str], tuple[Layer, ...]]) -> str:
    """Fiscal years of what transfers come from, by `kind:id` and by a bare id that one record only bears."""
    both = " UNION ALL ".join(
        f"SELECT '{table.kind}:' || {table.key[0]} AS name, {table.key[0]} AS id, fiscal_year "
        f"FROM ({layers.current_sql(table, parts_of(table.name))})"
        for table in (BY_NAME["allocations"], BY_NAME["indicators"])
    )
    return (
        f"WITH sources AS MATERIALIZED ({both}) SELECT name, fiscal_year FROM sources UNION ALL "
        "SELECT id, min(fiscal_year) FROM sources GROUP BY id HAVING count(*) = 1"
    )
