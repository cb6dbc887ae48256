"""What the queries of a reconciliation bring: reports, system sums, the records of each cause, what is unspent."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queries.overview_figures import Calibre
from queries.overview_lines import kept_lines
from queries.reconcile_accused import accusations

if TYPE_CHECKING:
    from lineage.ledger import Ledger

Key = tuple[str, str, str]
Row = Mapping[str, Any]
_READ = {
    "report": "SELECT * FROM report ORDER BY division_code, measure, tier",
    "system": "SELECT * FROM system_sum",
    "record": "SELECT * FROM cause_record ORDER BY abs(fen) DESC, record",
    "unspent": "SELECT * FROM unspent",
}


@dataclass(frozen=True, slots=True)
class Causes:
    """Everything by (division, measure, tier) or by division, in fen."""

    reports: tuple[Row, ...]
    system: Mapping[Key, int]
    records: Mapping[Key, Sequence[Row]]
    unspent: Mapping[str, int]


def causes_of(view: Ledger, day: date, inside: frozenset[str] | None, calibre: Calibre) -> Causes:
    """Ask a view of the ledger, as of `day`. Cost: one pass over bookings and payments of the divisions that report."""
    before = kept_lines(view, day.year, "line", "booking", "issued", "paid", "entered") + _text().format(year=day.year)
    accused = accusations(view)
    values = {
        "day": day,
        "calibre": calibre,
        "lag_days": lag_days(),
        "divisions": sorted(inside or ()),
        "accused_records": [one.record for one in accused],
        "accused_causes": [one.cause for one in accused],
    }

    def ask(name: str) -> list[Row]:
        used = ", ".join(f"${value}" for value in values)
        rows: list[Row] = list(view.rows(f"{before}, given AS (SELECT {used}) {_READ[name]}", values))
        return rows

    reports = tuple(ask("report"))
    records: dict[Key, list[Row]] = defaultdict(list)
    for row in ask("record"):
        records[row["division_code"], row["measure"], row["tier"]].append(row)
    return Causes(
        reports,
        _system(ask("system")),
        records,
        {row["division_code"]: row["fen"] for row in ask("unspent")},
    )


def lag_days() -> int:
    """How many days before the day asked a report was gathered that does not say so itself (reconcile.toml)."""
    settings = tomllib.loads(Path(__file__).with_name("reconcile.toml").read_text(encoding="utf-8"))
    days = settings["report_lag_days"]
    assert isinstance(days, int)
    assert 0 <= days <= 31, f"report_lag_days is {days}, expected 0 to 31"
    return days


@cache
def _text() -> str:
    text = Path(__file__).with_name("reconcile.sql").read_text(encoding="utf-8")
    return "\n".join(line.partition("--")[0] for line in text.splitlines())


def _system(rows: Sequence[Row]) -> dict[Key, int]:
    sums: dict[Key, int] = defaultdict(int)
    for row in rows:
        sums[row["division_code"], row["measure"], row["tier"]] += row["fen"]
        if row["measure"] == "scale":
            sums[row["division_code"], "scale", "all"] += row["fen"]
    return sums
