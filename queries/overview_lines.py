"""The measures as lines: a figure of the overview is the sum of the lines of its parts, so it opens to its records.

A line is one record's contribution to one part: part, division, tier, record, amount in fen, date, agency, project,
fund; the SQL is in `overview_lines.sql`. Invariant: no figure is computed in any other way, so that a figure and
its records cannot part.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from queries.catalogue import BUILT_IN, TABLES, split_sql

if TYPE_CHECKING:
    from lineage.ledger import Ledger

TIERS = ("province", "city", "county", "relocation")
SOURCE_TIERS = (*TIERS, "unknown")
CLASSES = tuple(f"{tier}_{kind}" for tier in (*TIERS, "unsourced") for kind in ("poverty", "other"))


def with_lines(ledger: Ledger, year: int) -> str:
    """The common table expressions of a fiscal year, `line` the last of them: to be put before a SELECT."""
    return _text().format(
        year=int(year),
        class_names=", ".join(("record", *CLASSES)),
        exact=_drawn_beyond_inflow(ledger, int(year)),
        taken_back=_taken_back(),
        booked_classes=", ".join(_booked_class(name) for name in CLASSES),
    )


def kept_lines(ledger: Ledger, year: int, *names: str) -> str:
    """Those of the expressions that a question names, each worked out once for a view: to be put before a SELECT.

    So all groupings, calibres and figures of a year share one pass over bookings and payments (a million payments:
    1.1 s; a question of what is kept 20 to 120 ms, on disk 10 MB).
    """
    kept = kept_tables(ledger, year, *names)
    return "WITH " + ", ".join(f"{name} AS (SELECT * FROM {table})" for name, table in kept.items())


def kept_tables(ledger: Ledger, year: int, *names: str) -> dict[str, str]:
    """The table by which a view knows each of those expressions."""
    suffix = f"{int(year)}".replace("-", "minus_")
    return {name: ledger.keep_answer(f"{name}_{suffix}", _asked(ledger, int(year), name)) for name in names}


def _asked(ledger: Ledger, year: int, name: str) -> Callable[[], str]:
    return lambda: f"{with_lines(ledger, year)} SELECT * FROM {name}"


@cache
def _text() -> str:
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    return "\n".join(line.partition("--")[0] for line in text.splitlines())


@cache
def _taken_back() -> str:
    return split_sql(BUILT_IN / TABLES / "taken_back.sql")[1]


def _booked_class(name: str) -> str:
    """What a first booking has of one class: of what came in, of F(amount) of that where more came than is booked.

    What is declared, or missing without a source, at the booking itself is no inflow.
    """
    tier, _, kind = name.rpartition("_")
    of_kind = "n.in_scope" if kind == "poverty" else "NOT n.in_scope"
    if tier == "unsourced":
        enters_here = f"CASE WHEN {of_kind} THEN n.unsourced_fen ELSE 0 END"
    else:
        here = f"coalesce(d.level_tier, 'county') = '{tier}'"
        enters_here = f"CASE WHEN {of_kind} AND {here} THEN n.declared_fen ELSE 0 END"
    came_fen = "(n.pool_fen - n.declared_fen - n.unsourced_fen)"
    return (
        f"CASE WHEN x.record IS NOT NULL THEN x.{name} WHEN {came_fen} > i.amount_fen "
        f"THEN n.amount_{name} ELSE n.{name} - {enters_here} END AS {name}"
    )


def _drawn_beyond_inflow(ledger: Ledger, year: int) -> str:
    """Rows of class fen for the few bookings where more came than is booked and yet more was drawn than came.

    There F(amount) of the inflow is not F(amount) of the whole pool, which is what the graph pass gives.
    """
    from lineage.attribution.mixture import first_fen

    rows = ledger.rows(f"""
        SELECT n.* FROM nodes n JOIN indicators i ON i.record = n.record
        WHERE i.fiscal_year = {year} AND n.unsourced_fen > 0
          AND n.pool_fen - n.declared_fen - n.unsourced_fen > n.amount_fen
        ORDER BY n.record""")
    values = []
    for row in rows:
        mixture = {place: row[name] for place, name in enumerate(CLASSES)}
        mixture[len(CLASSES) - (2 if row["in_scope"] else 1)] -= row["unsourced_fen"]
        given = first_fen({place: fen for place, fen in mixture.items() if fen > 0}, row["amount_fen"])
        record = row["record"].replace("'", "''")
        values.append(f"('{record}', {', '.join(str(given.get(place, 0)) for place in range(len(CLASSES)))})")
    if values:
        return f"VALUES {', '.join(values)}"
    return f"SELECT NULL::VARCHAR, {', '.join('0::BIGINT' for _ in CLASSES)} WHERE false"
