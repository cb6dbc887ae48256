"""Drill-down: the records of any figure of the overview, with what each contributes; their sum is the figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lineage.errors import NotFound
from lineage.money import yuan
from queries.overview import fiscal_year
from queries.overview_figures import FIGURES, checked_calibre, parts_of, tier_of
from queries.overview_lines import SOURCE_TIERS, with_lines
from queries.page import WHOLE, Page

if TYPE_CHECKING:
    from lineage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one record contributes to a figure, in fen, with where and when."""

    record: str
    division_code: str | None
    date: date | None
    amount_fen: int
    tier: str | None


@dataclass(frozen=True, slots=True)
class FigureRecords:
    """A figure opened to its records, greatest first; `total_fen` is the figure also where fewer are shown."""

    figure: str
    division_code: str | None
    total_fen: int
    count: int
    records: tuple[Contribution, ...]

    def to_json(self) -> dict[str, Any]:
        """The figure, its amount, how many records make it, and those asked for."""
        return {
            "figure": self.figure,
            "division_code": self.division_code,
            "amount": yuan(self.total_fen),
            "total": self.count,
            "records": [
                {
                    "record": row.record,
                    "division_code": row.division_code,
                    "tier": row.tier,
                    "date": row.date.isoformat() if row.date else None,
                    "amount": yuan(row.amount_fen),
                }
                for row in self.records
            ],
        }


def overview_records(
    ledger: Ledger, figure: str, year: int | None = None, calibre: str = "2017", page: Page = WHOLE
) -> FigureRecords:
    """The records of a figure `FIGURE`, `FIGURE.TIER`, `FIGURE:DIVISION` or `FIGURE.TIER:DIVISION`.

    Raises Misuse for a figure there is not, NotFound for an unknown division.
    """
    name, _, division = figure.partition(":")
    name, _, tier = name.partition(".")
    if division and not ledger.rows("SELECT 1 FROM divisions WHERE division_code = $1", [division]):
        raise NotFound(f"there is no division {division}", "lineage overview lists them")
    if tier and tier not in SOURCE_TIERS:
        raise NotFound(f'found tier "{tier}"', f"expected one of {', '.join(SOURCE_TIERS)}", FIGURES)
    signs = parts_of(name, checked_calibre(calibre), of_division=bool(division))
    sign = " ".join(f"WHEN '{part}' THEN {value}" for part, value in signs.items())
    listed = ", ".join(f"'{part}'" for part in signs)
    wanted = tier_of(name, tier or None)
    rows = ledger.rows(
        f"""
        {with_lines(ledger, fiscal_year(ledger, year))},
        chosen AS (
            SELECT record, any_value(division_code) AS division_code, any_value(tier) AS tier, min(date) AS date,
                   sum(amount_fen * CASE part {sign} END)::BIGINT AS fen
            FROM line
            WHERE part IN ({listed}) AND ($division = '' OR division_code = $division)
              AND ($tier IS NULL OR tier = $tier)
            GROUP BY record HAVING fen <> 0)
        SELECT *, count(*) OVER () AS total, (sum(fen) OVER ())::BIGINT AS total_fen FROM chosen
        ORDER BY abs(fen) DESC, record LIMIT $limit OFFSET $offset""",
        {"division": division, "tier": wanted, "limit": page.limit, "offset": page.offset},
    )
    found = tuple(
        Contribution(row["record"], row["division_code"], row["date"], row["fen"], row["tier"]) for row in rows
    )
    total_fen, total = (rows[0]["total_fen"], rows[0]["total"]) if rows else (0, 0)
    return FigureRecords(figure, division or None, total_fen, total, found)
